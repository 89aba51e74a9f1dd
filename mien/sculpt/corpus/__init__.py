"""Corpus of heads: attributes, captions and pictures."""
