"""Motions with texts: computed, or measured in videos."""
