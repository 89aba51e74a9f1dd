"""The diffusion transformer, its MLP baseline, and the text encoder's duration model."""
