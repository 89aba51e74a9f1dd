"""A face in any picture: found, cut out, and put back."""
