"""Text → head motion: the corpus of motions with their words, the model that learns it, and what it is worth."""
