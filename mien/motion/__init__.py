"""Text → head motion: corpus, networks, training, inference and evaluation."""

from __future__ import annotations

from typing import Any


def __getattr__(name: str) -> Any:
    # `from mien.motion import Mover` imports torch only when the name is used.
    if name == "Mover":
        from mien.motion.generate.mover import Mover

        return Mover
    if name == "TimedText":
        from mien.motion.generate.performer import TimedText

        return TimedText
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
