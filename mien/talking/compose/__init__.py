"""Composition of frames at the resolution of the photo: the warp, and the layers drawn over it (mouth, lids)."""
