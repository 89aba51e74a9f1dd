"""Parametric heads with named parameters, and the rasteriser that shows them."""
