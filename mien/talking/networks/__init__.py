"""Networks: the generator with its encoders and decoders, and the discriminators."""
