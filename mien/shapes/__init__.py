"""Text → moving shapes: the corpus that is drawn, the GAN that learns it, and the measure that reads pixels."""

from __future__ import annotations

from importlib import import_module
from typing import Any

_MODULES = {"Animator": "mien.shapes.generate.animator"}
"""What may be imported from here, and where it is. By name: what this file imports is code of every stage's."""


def __getattr__(name: str) -> Any:
    # `from mien.shapes import Animator` imports torch only when it is asked for.
    if name in _MODULES:
        return getattr(import_module(_MODULES[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
