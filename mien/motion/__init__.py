"""Text → head motion: the corpus of motions with their words, the model that learns it, and what it is worth."""

from __future__ import annotations

from importlib import import_module
from typing import Any

_MODULES = {
    "Mover": "mien.motion.generate.mover",
    "Passage": "mien.motion.generate.mover",
    "move": "mien.motion.generate.move",
}
"""What may be imported from here, and where it is. By name: what this file imports is code of every stage's."""


def __getattr__(name: str) -> Any:
    # `from mien.motion import Mover` imports torch only when it is asked for.
    if name in _MODULES:
        return getattr(import_module(_MODULES[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
