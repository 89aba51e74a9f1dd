"""Training of the models of sculpt."""
