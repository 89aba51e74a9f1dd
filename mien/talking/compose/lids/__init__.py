"""Lids that are drawn over the warped photo at its own resolution: blinks, squints and wide eyes."""
