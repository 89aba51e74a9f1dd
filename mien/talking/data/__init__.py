"""Training batches from face shards, and the features that they hold."""
