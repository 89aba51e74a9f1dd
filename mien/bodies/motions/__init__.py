"""Motions of people in three dimensions: computed ones, those of BVH files, and their projection into a picture.

Axes of a motion: metres; x to the person's left when it faces forward, y up, z forward; the ground is y = 0.
"""
