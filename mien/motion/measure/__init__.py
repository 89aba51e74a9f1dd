"""Which actions a motion contains."""
