"""Faces in any picture: detection, cropping, and pasting back."""
