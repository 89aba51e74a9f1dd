"""Text → moving shapes: the corpus that is drawn, the GAN that learns it, and the measure that reads pixels."""
