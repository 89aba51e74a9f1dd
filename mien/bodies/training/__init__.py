"""Training of mmpose's RTMPose on pictures with known key points, and the judge of poses that comes of it."""
