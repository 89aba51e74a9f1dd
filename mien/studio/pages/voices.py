"""Languages and voices that the form of `mien talk` offers; any other may be written in the API."""

from __future__ import annotations

from mien.studio.pages.catalogue import Translator

SPOKEN = ("en-us", "en-gb", "vi", "cmn", "de", "es", "fr", "hi", "id", "it", "ja", "ko", "nl", "pl", "pt", "ru", "sv",
          "tr", "uk")  # fmt: skip
"""Languages of espeak-ng, the two that the page itself has first."""

WOMEN, MEN = 5, 8


def languages(t: Translator) -> list[tuple[str, str]]:
    """Code and name of the languages, in the language of the page."""
    return [(code, t(f"spoken.{code}")) for code in SPOKEN]


def voices(t: Translator) -> list[tuple[str, str]]:
    """Code and name of the voices."""
    women = [(f"f{number}", t("voice.woman", number=number)) for number in range(1, WOMEN + 1)]
    return women + [(f"m{number}", t("voice.man", number=number)) for number in range(1, MEN + 1)]
