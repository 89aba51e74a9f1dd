"""Evaluation on combinations in the training set and on others."""
