"""Parametric heads with named parameters, and their renderer."""
