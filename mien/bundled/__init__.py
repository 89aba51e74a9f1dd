"""The models that come with mien, stored compactly: used where none was trained."""
