"""Emoji of figures and arrows as words."""

from __future__ import annotations

import re

from mien.shapes.language.words import FIGURE_SIGNS, MOTION_SIGNS

_FIGURES = re.compile("|".join(f"(?:{sign})+" for sign in FIGURE_SIGNS))
_VARIATION = re.compile("[\ufe0e\ufe0f]")  # selectors of a sign's look, as text or as a picture


def emoji_as_words(text: str) -> str:
    """The text with emoji of figures and arrows as words: "🟦🟦 ⬆️" is "2 blue square moving up"."""
    plain = _VARIATION.sub("", text)
    for sign, word in MOTION_SIGNS.items():
        plain = plain.replace(sign, f" {word} ")
    place = 0
    parts: list[str] = []
    for match in _FIGURES.finditer(plain):
        between, sign = plain[place : match.start()], match.group()
        listed = "and" if parts and not between.strip() else ""
        count = str(len(sign)) if len(sign) > 1 else ""
        parts += [between, f" {listed} {count} {FIGURE_SIGNS[sign[0]]} "]
        place = match.end()
    return "".join([*parts, plain[place:]])
