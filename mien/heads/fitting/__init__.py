"""Head motion fitted to the landmarks of a clip."""
