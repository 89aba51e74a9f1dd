"""Motions on disk, their features, and training batches."""
