"""Inference: one face and speech to a video."""
