"""Text → moving shapes: the corpus that is drawn, the GAN that learns it, and the measure that reads pixels."""

from __future__ import annotations

from typing import Any


def __getattr__(name: str) -> Any:
    # `from mien.shapes import Animator` imports torch only when it is asked for.
    if name == "Animator":
        from mien.shapes.generate.animator import Animator

        return Animator
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
