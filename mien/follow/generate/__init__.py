"""Inference: poses and words to videos of figures."""
