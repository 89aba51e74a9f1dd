"""The DVC stages, one short file each."""
