"""A picture of a person becomes a scene: attributes by a network, colours measured at key points."""
