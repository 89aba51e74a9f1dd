"""Export of animated heads as glTF and OBJ files."""
