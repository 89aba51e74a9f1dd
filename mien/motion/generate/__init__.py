"""Inference: a text to head motion, as a video or a file."""
