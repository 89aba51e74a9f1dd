"""Rasterisation, shading and textures."""
