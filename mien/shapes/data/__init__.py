"""Clips on disk, their decomposition into layers, and training batches."""
