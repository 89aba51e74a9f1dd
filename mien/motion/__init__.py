"""Text → head motion: corpus, networks, training, inference and evaluation."""

from __future__ import annotations

from typing import Any


def __getattr__(name: str) -> Any:
    # `from mien.motion import Mover` imports torch only when the name is used.
    if name in ("Mover", "TimedText"):
        from mien.motion.generate import mover

        return getattr(mover, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
