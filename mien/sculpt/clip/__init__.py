"""Training of the CLIP models of heads, and their figures on people that they never saw."""
