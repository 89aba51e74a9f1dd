"""Fitting of head motion to the landmarks of a clip."""
