"""Speech + image + emotion to a talking face: networks, losses, data, train, generate, evaluate."""

from __future__ import annotations

from importlib import import_module
from typing import Any

_MODULES = {"Talker": "mien.talking.generate.talker"}
"""What may be imported from here, and where it is. By name: what this file imports is code of every stage's."""


def __getattr__(name: str) -> Any:
    # `from mien.talking import Talker` imports torch only when it is asked for.
    if name in _MODULES:
        return getattr(import_module(_MODULES[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
