"""Numbers in words, in English and Vietnamese."""

from __future__ import annotations

import re

MOST_DIGITS = 15
"""Longer numbers are said digit by digit, and so are numbers with a leading zero, such as those of telephones."""

GROUPED = re.compile(r"[0-9]{1,3}(?:([.,'\u00a0\u2009\u202f])[0-9]{3})(?:\1[0-9]{3})*")
_LAKHS = r"[0-9]{1,2}(?:,[0-9]{2}){1,6},[0-9]{3}(?![0-9])"
NUMBER = (
    rf"(?:{_LAKHS}(?:\.[0-9]+)?|"
    r"[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?|[0-9]{1,3}(?:\.[0-9]{3})+(?:,[0-9]+)?|"
    r"[0-9]{1,3}(?:['\u00a0\u2009\u202f][0-9]{3})+(?:[.,][0-9]+)?|[0-9]+(?:[.,][0-9]+)?|\.[0-9]+)(?![0-9])"
)
"""A number with or without marks between its thousands (in India, between lakhs and crores) and a fraction."""


def parsed_number(text: str, point: str) -> tuple[str, str]:
    """Digits before and after the decimal point of a `NUMBER`, in a language whose decimal point is `point`.

    The other mark groups thousands; so does `point` where it stands twice, or where other marks follow it.
    """
    if re.match(_LAKHS, text):
        whole, _, fraction = text.replace(",", "").partition(".")
        return whole, fraction
    grouped = GROUPED.match(text)
    if grouped is not None:
        mark, rest = grouped.group(1), text[grouped.end() :]
        if mark != point or grouped.group().count(mark) > 1 or rest:
            return re.sub(r"[^0-9]", "", grouped.group()), rest[1:]
    whole, _, fraction = text.replace(",", ".").partition(".")
    return whole or "0", fraction


_ONES = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
]
_TENS = ["zero", "ten", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
_SCALES = ((10**12, "trillion"), (10**9, "billion"), (10**6, "million"), (1000, "thousand"), (100, "hundred"))
_ORDINALS = {
    "one": "first", "two": "second", "three": "third", "five": "fifth", "eight": "eighth", "nine": "ninth",
    "twelve": "twelfth",
}  # fmt: skip


def english(number: int) -> str:
    """A whole number from 0 on in English words."""
    if number < 20:
        return _ONES[number]
    if number < 100:
        tens, ones = divmod(number, 10)
        return _TENS[tens] + (f"-{_ONES[ones]}" if ones else "")
    scale, name = next(entry for entry in _SCALES if number >= entry[0])
    count, rest = divmod(number, scale)
    return f"{english(count)} {name}" + (f" {english(rest)}" if rest else "")


def english_ordinal(number: int) -> str:
    """`first` for 1."""
    start, last = re.fullmatch(r"(.*?)(\w+)", english(number)).groups()  # type: ignore[union-attr]
    if last in _ORDINALS:
        return start + _ORDINALS[last]
    return start + (f"{last[:-1]}ieth" if last.endswith("y") else f"{last}th")


def english_year(year: int) -> str:
    """A year as it is said: `nineteen oh five`, `two thousand nine`, `twenty twenty-four`."""
    century, rest = divmod(year, 100)
    if not 1000 < year < 10_000 or (century % 10 == 0 and rest < 10):
        return english(year)
    last = f"oh {english(rest)}" if 0 < rest < 10 else english(rest) if rest else "hundred"
    return f"{english(century)} {last}"


_SO = ["không", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín"]


def vietnamese(number: int) -> str:
    """A whole number from 0 on in Vietnamese words."""
    if number < 1000:
        return _vietnamese_group(number, False)
    for scale, name in ((10**9, "tỷ"), (10**6, "triệu"), (1000, "nghìn")):
        if number >= scale:
            count, rest = divmod(number, scale)
            following = f" {_vietnamese_rest(rest, scale)}" if rest else ""
            return f"{vietnamese(count)} {name}{following}"
    raise AssertionError("a number below one thousand has no scale")


def _vietnamese_rest(rest: int, scale: int) -> str:
    # after a scale, the hundreds of the next group are said even where they are zero: hai nghìn không trăm linh năm
    below = scale // 1000
    if below > 1 and rest >= below:
        count, last = divmod(rest, below)
        name = {10**6: "triệu", 1000: "nghìn"}[below]
        return f"{_vietnamese_group(count, True)} {name}" + (f" {_vietnamese_rest(last, below)}" if last else "")
    return _vietnamese_rest(rest, below) if below > 1 else _vietnamese_group(rest, True)


def _vietnamese_group(number: int, full: bool) -> str:
    """Words of a number below one thousand; with its hundreds, even zero, if `full`."""
    hundreds, below = divmod(number, 100)
    tens, ones = divmod(below, 10)
    words = [f"{_SO[hundreds]} trăm"] if hundreds or full else []
    if tens == 0:
        if ones and words:
            words.append(f"linh {_SO[ones]}")
        elif not words:
            words.append(_SO[ones])
        return " ".join(words)
    words.append("mười" if tens == 1 else f"{_SO[tens]} mươi")
    if ones == 5:
        words.append("lăm")
    elif ones == 1 and tens > 1:
        words.append("mốt")
    elif ones:
        words.append(_SO[ones])
    return " ".join(words)


def vietnamese_ordinal(number: int) -> str:
    """The word after `thứ`: `nhất` for 1, `tư` for 4."""
    return {1: "nhất", 4: "tư"}.get(number) or vietnamese(number)


def roman(text: str) -> int | None:
    """The number of a Roman numeral from I to MMMCMXCIX; None for other texts."""
    form = r"M{0,3}(CM|CD|D?C{0,3})(XC|XL|L?X{0,3})(IX|IV|V?I{0,3})"
    if not text or re.fullmatch(form, text) is None:
        return None
    values = [{"I": 1, "V": 5, "X": 10, "L": 50, "C": 100, "D": 500, "M": 1000}[letter] for letter in text]
    pairs = zip(values, [*values[1:], 0], strict=True)
    return sum(-value if value < following else value for value, following in pairs)
