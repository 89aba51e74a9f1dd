"""Networks of sculpt: the prior over latents, and the two towers of the CLIP."""
