"""The error of an input that the user can correct."""

from __future__ import annotations


class InputError(ValueError):
    """What the user gave cannot be used; the message says why, and what to do, in one sentence."""
