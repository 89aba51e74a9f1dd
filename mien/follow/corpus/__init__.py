"""The rendered corpus of figures: scenes, motions and cameras drawn at random, with texts in both languages."""
