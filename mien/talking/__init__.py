"""The talking face: from speech, an image and an emotion to a video."""

from __future__ import annotations

from typing import Any


def __getattr__(name: str) -> Any:
    # torch is imported only with `from mien.talking import Talker`.
    if name == "Talker":
        from mien.talking.generate.talker import Talker

        return Talker
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
