"""What every training here shares: the loop, checkpoints and exact resume, samplers, averages of weights, devices."""
