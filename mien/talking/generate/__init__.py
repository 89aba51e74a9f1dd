"""Inference: from a picture of a face and speech to a video."""
