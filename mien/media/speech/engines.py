"""Speech engines by name. They are optional and loaded on demand; a new engine is one more entry of `ENGINES`."""

from __future__ import annotations

from collections.abc import Callable

from mien.media.speech.interface import Synthesiser


def _espeak() -> Synthesiser:
    from mien.media.speech.espeak import EspeakSynthesiser  # GPL-3.0-or-later library: loaded on demand only

    return EspeakSynthesiser()


def _vits(model: str | None = None) -> Synthesiser:
    from mien.media.speech.vits import VitsSynthesiser

    return VitsSynthesiser(model)


ENGINES: dict[str, Callable[..., Synthesiser]] = {"espeak": _espeak, "vits": _vits}
"""Name → function that opens the engine, or raises `SpeechUnavailable` if it is not installed."""

MODEL_ENGINES = frozenset({"vits"})
"""Engines that accept the name or folder of a model after a colon, such as `vits:facebook/mms-tts-vie`."""


def synthesiser(engine: str = "espeak") -> Synthesiser:
    """Open an engine by name; for one of `MODEL_ENGINES`, the name or folder of a model may follow after a colon.

    Raises ValueError for an unknown name, and SpeechUnavailable with a remedy if the engine is not installed.
    """
    name, colon, model = engine.partition(":")
    if name not in ENGINES or (colon and (name not in MODEL_ENGINES or not model)):
        raise ValueError(f"unknown speech engine {engine!r}: choose one of {', '.join(sorted(ENGINES))}")
    return ENGINES[name](model) if model else ENGINES[name]()
