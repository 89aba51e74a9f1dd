"""Inference: head motion from a text, as a video or a file."""
