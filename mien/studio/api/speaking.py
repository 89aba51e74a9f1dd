"""Whether a text can be spoken as a request wants it: asked of the synthesiser before the job waits in the queue."""

from __future__ import annotations

from pydantic import ValidationError

from mien.media.speech.espeak import EspeakSynthesiser
from mien.media.speech.interface import SpeechUnavailable, Voice
from mien.media.speech.languages import spoken_language
from mien.media.speech.vits import CHECKPOINTS
from mien.studio.pages.voices import MEN, SPOKEN, WOMEN
from mien.systems.errors import RequestError
from mien.systems.request import Request
from mien.talking.generate.request import TalkRequest


def check_speaking(request: Request) -> None:
    """Raise RequestError for a language or voice of a spoken text that the synthesiser does not have."""
    if not isinstance(request, TalkRequest) or request.text is None:
        return
    language = spoken_language(request.text, request.language)
    if request.engine == "espeak":
        check_voice(language, request.voice)
    elif request.engine == "vits" and language.split("-")[0] not in CHECKPOINTS:
        known = ", ".join(sorted(CHECKPOINTS))
        raise RequestError(f"language {language[:40]!r} is none that vits speaks: choose one of {known}")


def check_voice(language: str, voice: str | None) -> None:
    """Raise RequestError for a language or voice that espeak does not have. Where espeak is missing, nothing is known.

    Others than the ones named in the sentences are taken where espeak knows them.
    """
    try:
        synthesiser = EspeakSynthesiser()
        if not (_is_language(language) and synthesiser.speaks(Voice(language=language))):
            some = ", ".join(SPOKEN)
            raise RequestError(f"language {language[:40]!r} is none that espeak speaks: choose one such as {some}")
        if voice is not None and voice not in synthesiser.variants():
            raise RequestError(
                f"voice {voice[:40]!r} is none that espeak has: choose one of f1 to f{WOMEN} and m1 to m{MEN}"
            )
    except SpeechUnavailable:  # the worker, which may be on another machine, says what is missing there
        return


def _is_language(name: str) -> bool:
    try:
        Voice(language=name)
    except ValidationError:
        return False
    return True
