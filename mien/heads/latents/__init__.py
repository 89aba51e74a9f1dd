"""Latents of a head: a named vector and named categories, from which shape, expression and appearance are decoded."""
