"""The DVC stages: one thin file each."""
