"""In which language a text is spoken: the one that is chosen, else Vietnamese for a Vietnamese text, else English."""

from __future__ import annotations

from mien.text.languages import is_vietnamese
from mien.text.vietnamese import is_accented

USUAL = "en-us"
VIETNAMESE = "vi"


def spoken_language(text: str, chosen: str | None = None) -> str:
    """The language of the voice that speaks a text. chosen: the one that is asked for, which wins; None: found."""
    if chosen is not None:
        return chosen
    return VIETNAMESE if is_vietnamese(text) else USUAL


def found_language_notes(text: str, chosen: str | None) -> tuple[str, ...]:
    """What a user should know of the language that was found, where none was chosen."""
    if chosen is not None or not is_vietnamese(text):
        return ()
    if is_accented(text):
        return ("the text is Vietnamese: it is read by the Vietnamese voice",)
    return (
        "the text is Vietnamese without accents: it is read by the Vietnamese voice, but sounds right only where the "
        "accents are written",
    )
