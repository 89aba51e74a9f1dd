"""The embedded head: geometry, identity, expressions, hair, clothes, glasses, and synthetic people."""
