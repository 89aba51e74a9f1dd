"""Training of the video GAN and of its baseline."""
