"""The judges of looks and places: a network that no generator saw, and colours measured at the key points."""
