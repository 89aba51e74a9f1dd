"""Metrics of images, landmarks, eyes, lip sync, emotion, identity and motion."""
