"""Evaluation of clips against their prompts."""
