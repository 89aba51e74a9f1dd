"""Measurement of clips from their pixels, without a network."""
