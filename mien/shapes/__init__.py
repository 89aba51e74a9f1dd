"""Text → clips of moving shapes: rendered corpus, layer-based CVAE-GAN, evaluation from pixels."""

from __future__ import annotations

from typing import Any


def __getattr__(name: str) -> Any:
    # torch is imported only when `Animator` is accessed
    if name == "Animator":
        from mien.shapes.generate.animator import Animator

        return Animator
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
