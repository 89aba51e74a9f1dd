"""What a person says for a written Vietnamese text."""

from __future__ import annotations

import re

from mien.media.speech.normalization.feet import minute_rules
from mien.media.speech.normalization.lexicon import Currency, Lexicon, addresses, number_rules, saying, sign_rules
from mien.media.speech.normalization.numbers import roman, vietnamese, vietnamese_ordinal
from mien.media.speech.normalization.powers import exponent_rules, power_rules, powers_of_units
from mien.media.speech.normalization.rewriting import Rule
from mien.media.speech.normalization.vietnamese_dates import date_rules
from mien.media.speech.normalization.vietnamese_names import abbreviation_rules


def _same(words: dict[str, str]) -> dict[str, tuple[str, str]]:
    return {short: (word, word) for short, word in words.items()}


def _currency(name: str, cents: str = "") -> Currency:
    return Currency(name, name, cents)


_DOLLAR, _EURO, _DONG = _currency("đô la", "xu"), _currency("ơ rô", "xu"), _currency("đồng")

_LENGTHS = {"km": "ki lô mét", "m": "mét", "dm": "đề xi mét", "cm": "xăng ti mét", "mm": "mi li mét"}
_POWERS = powers_of_units(_LENGTHS, {"2": "{} vuông", "3": "{} khối"})

LEXICON = Lexicon(
    cardinal=vietnamese, point=",", point_word="phẩy", minus="âm", to="đến", by="nhân", number="số",
    currencies={
        "$": _DOLLAR, "US$": _DOLLAR, "USD": _DOLLAR, "€": _EURO, "EUR": _EURO, "£": _currency("bảng", "xu"),
        "¥": _currency("yên"), "đ": _DONG, "₫": _DONG, "VND": _DONG, "VNĐ": _DONG, "vnđ": _DONG, "đồng": _DONG,
    },
    magnitudes={"k": "nghìn", "K": "nghìn", "tr": "triệu", "nghìn": "nghìn", "ngàn": "ngàn", "triệu": "triệu",
                "tỷ": "tỷ", "tỉ": "tỉ"},
    units=_same({
        "%": "phần trăm", "kg": "ki lô gam", "g": "gam", "mg": "mi li gam", "km": "ki lô mét", "m": "mét",
        "cm": "xăng ti mét", "mm": "mi li mét", "l": "lít", "ml": "mi li lít", "ha": "héc ta", "°C": "độ xê",
        "°": "độ", "km/h": "ki lô mét trên giờ", "m/s": "mét trên giây", "h": "giờ", "s": "giây", "ms": "mi li giây",
        "W": "oát", "kW": "ki lô oát", "kWh": "ki lô oát giờ", "V": "vôn", "Hz": "héc", "GB": "ghi ga bai",
        "MB": "mê ga bai", "x": "lần", "m/s²": "mét trên giây bình phương", "m/s^2": "mét trên giây bình phương",
    } | {short: f"{_LENGTHS[words.split()[0]]} {words.split()[1]}" for short, words in _POWERS.items()}),
    signs={"&": "và", "+": "cộng", "=": "bằng", "×": "nhân", "÷": "chia", "±": "cộng trừ", "≈": "khoảng", "@": "a còng",
           "½": "một phần hai", "¼": "một phần tư", "¾": "ba phần tư", "%": "phần trăm"},
    address={".": "chấm", "/": "gạch chéo", "@": "a còng", "-": "gạch ngang", "_": "gạch dưới", ":": "hai chấm",
             "?": "hỏi", "=": "bằng", "&": "và", "#": "thăng", "%": "phần trăm", "~": "ngã", "+": "cộng",
             "www": "vê kép vê kép vê kép"},
    per="trên", power="mũ", powers={},
)  # fmt: skip


def _time(match: re.Match[str]) -> str | None:
    hour, minute, second = int(match[1]), match[2], match[3]
    if hour > 24:
        return None
    said = f"{vietnamese(hour)} giờ"
    if minute and int(minute):
        said += f" {vietnamese(int(minute))}" + (" phút" if second or int(minute) < 10 else "")
    return said + (f" {vietnamese(int(second))} giây" if second else "")


def _million(match: re.Match[str]) -> str:
    """3tr5: three million five hundred thousand."""
    return f"{vietnamese(int(match[1]))} triệu {'rưỡi' if match[2] == '5' else vietnamese(int(match[2]))}"


def _roman(match: re.Match[str]) -> str | None:
    number = roman(match["roman"])
    return None if number is None else vietnamese(number)


def rules() -> list[Rule]:
    """The rules of Vietnamese."""
    number = r"(?<![\w./-])"
    return [
        addresses(LEXICON),
        *date_rules(),
        (re.compile(r"(?i)(?<=thứ )([0-9]{1,2})(?!\w)"), lambda match: vietnamese_ordinal(int(match[1]))),
        (
            re.compile(r"(?<![\w.,])([0-9]{1,3})(?:st|nd|rd|th)(?!\w)"),
            lambda match: f"thứ {vietnamese_ordinal(int(match[1]))}",
        ),
        (
            re.compile(
                rf"{number}([0-9]{{1,2}})(?:[:hHg]|\sgiờ\s)([0-5][0-9])(?:[:p]([0-5][0-9])s?)?(?:ph|')?(?!\s?phút)(?![\w:])"
            ),
            _time,
        ),
        (
            re.compile(rf"{number}([0-9]{{1,4}}):([0-9]{{1,4}})(?![\w:])"),
            lambda match: f"{LEXICON.whole(match[1])} trên {LEXICON.whole(match[2])}",
        ),
        (re.compile(r"(?<=[0-9hHg'])\s?[-–]\s?(?=[0-9]{1,2}[hHg:])"), saying(" đến ")),
        (re.compile(r"(?<![\w.,])([0-9]{1,3})tr([0-9])(?!\w)"), _million),
        (re.compile(r"(?<=[0-9])½"), saying(" rưỡi")),
        *abbreviation_rules(),
        (
            re.compile(
                r"(?<!\w)(?P<roman>[IVX]{2,}|(?<=kỷ )[IVX]|(?<=chương )[IVX]|(?<=phần )[IVX]|(?<=quý )[IVX])(?!\w)"
            ),
            _roman,
        ),
        (re.compile(r"(?<!\w)([A-Z])\+\+(?!\w)"), lambda match: f"{match[1]} cộng cộng"),
        (
            re.compile(r"(?<![\w.,$€£¥])(?<!giá )(?<!chỉ )(?<!tiền )(?<!phí )(?<!mất )([248])K(?!\w)"),
            lambda match: f"{vietnamese(int(match[1]))} ca",
        ),
        *minute_rules(),
        *exponent_rules(LEXICON),
        *number_rules(LEXICON),
        *power_rules(LEXICON),
        *sign_rules(LEXICON),
    ]
