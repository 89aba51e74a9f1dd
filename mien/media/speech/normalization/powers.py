"""Powers, indices and units of area and volume, in every language with a lexicon: x², 10^6, H₂O, per m²."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from mien.media.speech.normalization.lexicon import SHARP_END, Lexicon
from mien.media.speech.normalization.rewriting import Rule

_RAISED, _LOWERED = "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻", "₀₁₂₃₄₅₆₇₈₉"
_PLAIN = str.maketrans(_RAISED + _LOWERED + "−", "0123456789+-0123456789-")
_MARKS = {"2": ("²", "2", "^2"), "3": ("³", "3", "^3")}
_LETTER = r"(?<![^\W\d_])[^\W\d_]"
"""A variable; a raised digit behind three letters and more marks a footnote."""


def powers_of_units(lengths: Iterable[str], words: Mapping[str, str]) -> dict[str, str]:
    """Every spelling of the square and the cube of units of length → their words.

    `words`: exponent, 2 or 3 → a form such as `square {}`, filled with the short form of the unit.
    """
    return {
        f"{short}{mark}": words[exponent].format(short)
        for short in lengths
        for exponent, marks in _MARKS.items()
        for mark in marks
    }


def exponent_rules(lexicon: Lexicon) -> list[Rule]:
    """Areas and volumes without a number, and powers of numbers and with a circumflex; they precede `number_rules`."""
    areas = _alternatives(unit for unit in lexicon.units if unit[-1] in "²³" or "^" in unit)
    unit = rf"(?:\s?(?P<unit>{_alternatives(lexicon.units)}){SHARP_END})?"
    exponent = r"[-−+]?(?:[0-9]{1,15}|[^\W\d_])"

    def area(match: re.Match[str]) -> str:
        one, more = lexicon.units[match["unit"]]
        if match["per"]:
            return f" {lexicon.per} {one}"
        single = re.search(r"(?i)\b(?:per|an?|one|each|every)\s$", match.string[: match.start()][-7:])
        return one if single else more

    def power(match: re.Match[str]) -> str | None:
        # 5 m^2 is an area, though a^2 is a power
        if re.search(rf"[0-9]\s?(?:{areas})$", match.string[max(0, match.start() - 9) : match.end()]):
            return None
        said = _power(match["exponent"].translate(_PLAIN), lexicon)
        return f"{said} {lexicon.units[match['unit']][1]}" if match["unit"] else said

    before = r"(?:(?<=[^\W_])|(?<=[€$£¥₫₹%]))\s?(?P<per>/)\s?"
    return [
        (re.compile(rf"(?:{before}|(?<!\w)(?<![0-9]\s))(?P<unit>{areas}){SHARP_END}"), area),
        (re.compile(rf"(?<=[\w)\]])\^(?P<exponent>{exponent})(?!\w){unit}"), power),
        (re.compile(rf"(?<=[\w)\]])\^[({{](?P<exponent>{exponent})[)}}]{unit}"), power),
        (re.compile(rf"(?<=[0-9)\]])(?P<exponent>[⁺⁻]?[{_RAISED[:10]}]+){unit}"), power),
    ]


def power_rules(lexicon: Lexicon) -> list[Rule]:
    """Raised digits behind a variable, and lowered digits; they follow `number_rules`, which read 10 m²."""
    return [
        (
            re.compile(rf"(?:(?<={_LETTER})|(?<={_LETTER}[^\W\d_]))[⁺⁻]?[{_RAISED[:10]}]+"),
            lambda match: _power(match.group().translate(_PLAIN), lexicon),
        ),
        (
            re.compile(rf"(?<=[\w)\]])[{_LOWERED}]+"),
            lambda match: f" {lexicon.whole(match.group().translate(_PLAIN))}",
        ),
    ]


def _power(exponent: str, lexicon: Lexicon) -> str:
    if exponent in lexicon.powers:
        return f" {lexicon.powers[exponent]}"
    digits = exponent.lstrip("+-")
    sign = {"-": f"{lexicon.minus} ", "+": f"{lexicon.signs['+']} "}.get(exponent[0], "")
    return f" {lexicon.power} {sign}{lexicon.whole(digits) if digits.isdecimal() else digits}"


def _alternatives(units: Iterable[str]) -> str:
    return "|".join(re.escape(unit) for unit in sorted(units, key=len, reverse=True))
