"""The embedded corpus: synthetic actors, rendered and voiced by mien itself, in CREMA-D's layout."""
