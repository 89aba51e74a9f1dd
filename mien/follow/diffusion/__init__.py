"""The baseline of follow: a small video diffusion model, conditioned on skeletons and on the attributes of a scene."""
