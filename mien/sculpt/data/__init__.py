"""Training data of the models of sculpt."""
