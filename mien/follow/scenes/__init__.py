"""Words → scenes: how texts are read, the network, its training, and scenes that satisfy a text."""
