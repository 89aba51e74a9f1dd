"""Evaluation on combinations of actions in the training set and on held-out ones."""
