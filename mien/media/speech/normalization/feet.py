"""Strokes behind numbers: feet and inches, and minutes and seconds of an arc or of time."""

from __future__ import annotations

import re

from mien.media.speech.normalization.numbers import english, vietnamese
from mien.media.speech.normalization.rewriting import Rule

_ONE, _TWO = r"['’′]", r"(?:\"|”|″|''|’’|′′)"
_HALVES = {"½": "a half", "¼": "a quarter", "¾": "three quarters"}
_ARC = re.compile(
    rf"(?<![\w.,])(?P<degree>[0-9]{{1,3}})°\s?(?P<minute>[0-9]{{1,2}}){_ONE}(?:\s?(?P<second>[0-9]{{1,2}}){_TWO})?"
)
_NUMBER = r"(?:(?<![\w.,'’′/-])|(?<=['’′\"”″]x))(?P<minute>[0-9]{1,3})"


def feet_rules() -> list[Rule]:
    """English: 5'11" is five foot eleven, 40°26'46" minutes and seconds; 5' and 12" alone are feet and inches."""
    both = re.compile(
        rf"{_NUMBER}{_ONE}\s?(?P<second>[0-9]{{1,2}})(?:\s?(?P<half>[½¼¾])|\.(?P<tenths>[0-9]{{1,2}}))?"
        rf"(?:\s?{_TWO}|(?![\w.]))"
    )
    return [
        (_ARC, lambda match: _english_times(match, "degree", "minute", "second")),
        (both, _height),
        # 3' x 5'
        (re.compile(r"(?<=[0-9]['’′\"”″])\s?[x×]\s?(?=[0-9])"), lambda _: " by "),
        (re.compile(rf"{_NUMBER}(?P<half>[½¼¾])?{_TWO}(?!\w)"), lambda match: _alone(match, "inch", "inches")),
        (re.compile(rf"{_NUMBER}(?P<half>[½¼¾])?{_ONE}(?!(?!x[0-9])\w)"), lambda match: _alone(match, "foot", "feet")),
    ]


def minute_rules() -> list[Rule]:
    """Vietnamese: 5' is five minutes, 5'30" five minutes thirty seconds."""

    def said(match: re.Match[str]) -> str | None:
        if _is_quoted(match):
            return None
        words = f"{vietnamese(int(match['minute']))} phút"
        return words + (f" {vietnamese(int(match['second']))} giây" if match["second"] else "")

    def arc(match: re.Match[str]) -> str:
        second = f" {vietnamese(int(match['second']))} giây" if match["second"] else ""
        return f"{vietnamese(int(match['degree']))} độ {vietnamese(int(match['minute']))} phút{second}"

    return [(_ARC, arc), (re.compile(rf"{_NUMBER}{_ONE}(?:\s?(?P<second>[0-5]?[0-9]){_TWO})?(?!\w)"), said)]


def _english_times(match: re.Match[str], *names: str) -> str:
    numbers = [(int(match[name]), name) for name in names if match[name]]
    return " ".join(f"{english(number)} {name}{'s' * (number != 1)}" for number, name in numbers)


def _height(match: re.Match[str]) -> str | None:
    feet, inches = int(match["minute"]), int(match["second"])
    closed = re.search(rf"{_TWO}$", match.group()) is not None
    if inches >= 12:  # no height: minutes and seconds of a race
        return _english_times(match, "minute", "second") if closed and inches < 60 and not match["half"] else None
    said = f"{english(feet)} foot {english(inches)}"
    if match["half"]:
        return f"{said} and {_HALVES[match['half']]}"
    return f"{said} point {' '.join(english(int(digit)) for digit in match['tenths'])}" if match["tenths"] else said


def _alone(match: re.Match[str], one: str, more: str) -> str | None:
    if _is_quoted(match):
        return None
    number = int(match["minute"])
    half = f" and {_HALVES[match['half']]}" if match["half"] else ""
    # a 5' pole
    single = re.search(r"(?i)\b(?:an?|the|this|that)\s$", match.string[: match.start()][-6:]) is not None
    return f"{english(number)}{half} {one if single or (number == 1 and not half) else more}"


def _is_quoted(match: re.Match[str]) -> bool:
    """Whether the stroke closes a quotation: the same mark was opened before it, and not closed since."""
    mark, before = match.group()[-1], match.string[: match.start()]
    if mark in "′″":
        return False
    opening = {"’": "‘", "”": "“"}.get(mark, mark)
    opened = max((one.start() for one in re.finditer(rf"(?<!\w){re.escape(opening)}(?=\w|$)", before)), default=-1)
    return opened >= 0 and re.search(rf"\w[.,!?…]?{re.escape(mark)}(?!\w)", before[opened + 1 :]) is None
