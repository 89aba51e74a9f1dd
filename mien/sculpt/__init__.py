"""Text → a textured, animatable 3D head: lexicon and captions, prior, CLIP, methods, edits and evaluation."""

from __future__ import annotations

from typing import Any


def __getattr__(name: str) -> Any:
    # torch is imported only when `Sculptor` is accessed
    if name == "Sculptor":
        from mien.sculpt.generate.sculptor import Sculptor

        return Sculptor
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
