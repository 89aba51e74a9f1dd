"""The corpus: scenes, their sentences, and how they are drawn."""
