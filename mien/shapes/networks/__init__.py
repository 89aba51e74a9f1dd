"""Generator, discriminator and baseline."""
