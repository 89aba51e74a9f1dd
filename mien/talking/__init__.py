"""Speech + image + emotion to a talking face: networks, losses, data, train, generate, evaluate."""
