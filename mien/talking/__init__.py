"""Speech + image + emotion to a talking face: networks, losses, data, train, generate, evaluate."""

from __future__ import annotations

from typing import Any


def __getattr__(name: str) -> Any:
    # `from mien.talking import Talker` imports torch only when it is asked for.
    if name == "Talker":
        from mien.talking.generate.talker import Talker

        return Talker
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
