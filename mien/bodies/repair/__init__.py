"""Repair of key points that a detector has lost, thrown far off, or exchanged between left and right."""
