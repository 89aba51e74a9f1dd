"""Training of the emotion judges, which only evaluate."""
