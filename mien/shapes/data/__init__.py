"""Clips on disk, clips as layers, and training batches."""
