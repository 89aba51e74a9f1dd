"""Pipelines of diffusers that draw a clip from skeletons and a text, behind one interface."""
