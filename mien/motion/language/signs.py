"""Texts as people type them → words and marks in plain form."""

from __future__ import annotations

import re
import unicodedata

from mien.text.signs import unread_signs

COMMA, STOP, THEN, AND = ",", ".", "→", "&"
"""Marks among the words: a comma or dash; what ends a sentence; an arrow or a number of a list; and."""

_EQUIVALENT = str.maketrans(dict.fromkeys("’‘ʼ`´", "'") | dict.fromkeys("،、(){}[]/|", ",") | {"×": "x"})
_REPLACED: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern), replacement)
    for pattern, replacement in (
        (r"[-=~]+>|[→⇒➜➔»>]+", f" {THEN} "),
        (r"(\d)\.(\d)", r"\1 \2"),
        (r"\b(\d+)\s?x\b|\bx\s?(\d+)\b", r" \1\2 times "),
        (r"\s[-–—]+\s|[–—]|--+", f" {COMMA} "),
        (r"(?:^|\n)\s*[-*•]\s+", f" {STOP} "),
        (r"[.!?;；。！？…\n]+", f" {STOP} "),
        (r"[&+＆＋]", f" {AND} "),
        (r"[,，:]", f" {COMMA} "),
        (r"n't\b", " not"),
        (r"(?<=[a-z])'(?:s|re|m|ve|ll|d)\b", " "),
        (r"\bin'(?=\s|$)", "ing"),
    )
)  # fmt: skip
_NUMBERED = re.compile(r"(?:^|(?<=[\s;,.]))\(?(?:step\s*)?\d{1,2}\s*[.):]\s+(?=[^\W\d])")
"""Numbers of a list, as in "1. nods 2. smiles" or "(1) nod"."""

_PIECE = re.compile(r"[^\W_]+(?:'[^\W_]+)*|[,.→&]")


def pieces(text: str) -> list[str]:
    """Words in lower case and marks of a text; hyphens part words, other signs are left out."""
    numbered = _NUMBERED.sub(f" {THEN} ", text.lower())
    plain = unicodedata.normalize("NFKC", numbered.translate(_EQUIVALENT)).lower().translate(_EQUIVALENT)
    for pattern, replacement in _REPLACED:
        plain = pattern.sub(replacement, plain)
    return [piece.replace("'", "") for piece in _PIECE.findall(plain)]


def ignored_signs(text: str) -> list[str]:
    """The signs of a text that are not read, such as emoji, each once."""
    read = set("&+＆＋/|>→⇒➜➔»=~*•×-[](){}")
    return [sign for sign in unread_signs(text) if sign not in read]
