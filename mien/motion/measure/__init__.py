"""Detection of actions in a motion."""
