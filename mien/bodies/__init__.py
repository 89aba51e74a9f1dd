"""Bodies: poses in pictures, their repair, and the parametric figure that is rendered."""
