"""Poses as data: tracks of several people, files, choosing whom to follow, and drawing of skeletons."""
