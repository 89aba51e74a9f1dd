"""Evaluation of figures that follow: pose, looks, place, steadiness, by judges that are no part of a loss."""
