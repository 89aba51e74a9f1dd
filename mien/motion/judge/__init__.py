"""The evaluator network: texts and motions in one embedding space."""
