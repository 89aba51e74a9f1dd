"""The prior: its captions and its training."""
