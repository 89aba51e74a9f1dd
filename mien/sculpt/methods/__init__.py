"""How a head is found for words: by the prior, by gradients of a CLIP, by search."""
