"""Measures of images, landmarks, lip sync, emotion and motion."""
