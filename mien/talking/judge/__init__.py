"""Training of the emotion judges: classifiers that are used for evaluation only."""
