"""Text → a textured, animatable 3D head."""
