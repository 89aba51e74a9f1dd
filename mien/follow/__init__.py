"""Figures that follow: a pose video and words become a video of a figure that moves as in it."""
