"""Evaluation on actors that are not in the training set."""
