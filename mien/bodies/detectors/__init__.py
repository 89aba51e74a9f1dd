"""Detectors of poses behind one interface: MediaPipe, mmpose, ViTPose, and skeletons that are drawn already."""
