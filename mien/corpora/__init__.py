"""Sources of clips, and their split into training, validation and test."""
