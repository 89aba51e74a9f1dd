"""Facial landmark detectors behind one interface."""
