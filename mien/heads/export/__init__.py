"""Animated heads as glTF and OBJ files."""
