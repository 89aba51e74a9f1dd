"""What a text says of a scene: denials, forms of words, places, and what of it no scene shows."""
