"""Speech engines by name. They are optional and loaded on demand; another engine joins by a line in `ENGINES`."""

from __future__ import annotations

from collections.abc import Callable

from mien.media.speech.interface import Synthesiser


def _espeak() -> Synthesiser:
    from mien.media.speech.espeak import EspeakSynthesiser  # GPL-3.0-or-later behind it: only on demand

    return EspeakSynthesiser()


def _vits(model: str | None = None) -> Synthesiser:
    from mien.media.speech.vits import VitsSynthesiser

    return VitsSynthesiser(model)


ENGINES: dict[str, Callable[..., Synthesiser]] = {"espeak": _espeak, "vits": _vits}
"""The engines by name; each function raises `SpeechUnavailable` where its engine is not installed."""

MODEL_ENGINES = frozenset({"vits"})
"""The engines that take a model's name or folder behind a colon, such as `vits:facebook/mms-tts-vie`."""


def synthesiser(engine: str = "espeak") -> Synthesiser:
    """Open an engine by name; one of `MODEL_ENGINES` with a model's name or folder behind a colon, if it is to be that.

    Raises ValueError for an unknown name and SpeechUnavailable, with the remedy, where it is not installed.
    """
    name, colon, model = engine.partition(":")
    if name not in ENGINES or (colon and (name not in MODEL_ENGINES or not model)):
        raise ValueError(f"unknown speech engine {engine!r}: choose one of {', '.join(sorted(ENGINES))}")
    return ENGINES[name](model) if model else ENGINES[name]()
