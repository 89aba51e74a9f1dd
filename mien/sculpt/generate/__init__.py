"""Requests to sculpt a head, and its outputs."""
