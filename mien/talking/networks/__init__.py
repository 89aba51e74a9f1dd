"""The generator and the discriminators."""
