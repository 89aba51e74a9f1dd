"""Inference: texts to clips."""
