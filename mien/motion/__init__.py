"""Text → head motion: the corpus of motions with their words, the model that learns it, and what it is worth."""

from __future__ import annotations

from typing import Any


def __getattr__(name: str) -> Any:
    # `from mien.motion import Mover` imports torch only when it is asked for.
    if name in ("Mover", "Passage"):
        from mien.motion.generate import mover

        return getattr(mover, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
