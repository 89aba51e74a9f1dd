"""Training of an estimator of mmpose on pictures with known key points, and the judge of poses that comes of it."""
