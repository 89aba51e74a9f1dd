"""A translator before the words: for pipelines that know English only, and for whoever prefers it."""

from __future__ import annotations

from mien.follow.generate.request import FollowRequest
from mien.systems.errors import RequestError
from mien.text.translation import TranslationError, Translator
from mien.text.vietnamese import is_accented


def translator_of(request: FollowRequest) -> Translator | None:
    """The translator that a request names. Raises RequestError for one that cannot be used."""
    if request.translator is None:
        return None
    try:
        return Translator(request.translator, download=request.download)
    except TranslationError as error:
        raise RequestError(str(error)) from error


def english_prompt(request: FollowRequest) -> tuple[str, tuple[str, ...]]:
    """The text for a pipeline of diffusers, in English where a translator is named, and notes for the user."""
    text = request.text or ""
    translator = translator_of(request)
    if request.language == "en":
        return text, ()
    if translator is None:
        vietnamese = request.language == "vi" or is_accented(text)
        return text, ("the pipeline was trained on English: name a --translator",) if vietnamese else ()
    try:
        english = translator.translate([text])[0]
    except TranslationError as error:
        raise RequestError(str(error)) from error
    return english, (f"translated: {english}",)
