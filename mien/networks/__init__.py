"""Layers that networks of several systems share."""
