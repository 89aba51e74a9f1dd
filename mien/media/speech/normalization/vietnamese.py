"""What a person says for a written Vietnamese text."""

from __future__ import annotations

import re

from mien.media.speech.normalization.feet import minute_rules
from mien.media.speech.normalization.lexicon import Currency, Lexicon, addresses, number_rules, saying, sign_rules
from mien.media.speech.normalization.numbers import roman, vietnamese, vietnamese_ordinal
from mien.media.speech.normalization.powers import exponent_rules, power_rules, powers_of_units
from mien.media.speech.normalization.rewriting import Rule


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

_ABBREVIATIONS = {
    "TP. HCM": "thành phố Hồ Chí Minh", "TP HCM": "thành phố Hồ Chí Minh", "TP.HCM": "thành phố Hồ Chí Minh",
    "TPHCM": "thành phố Hồ Chí Minh", "Tp. HCM": "thành phố Hồ Chí Minh", "Tp.HCM": "thành phố Hồ Chí Minh",
    "HCM": "Hồ Chí Minh",
    "TP.": "thành phố ", "Tp.": "thành phố ", "Q.": "quận ", "P.": "phường ", "Đ.": "đường ", "PGS.": "phó giáo sư ",
    "GS.": "giáo sư ", "TS.": "tiến sĩ ", "ThS.": "thạc sĩ ", "BS.": "bác sĩ ", "KS.": "kỹ sư ", "LS.": "luật sư ",
    "Dr.": "tiến sĩ ", "Mr.": "ông ", "Mrs.": "bà ", "Ms.": "cô ", "e.g.": "ví dụ", "i.e.": "tức là",
    "vd.": "ví dụ", "VD.": "ví dụ", "v.d.": "ví dụ", "VD:": "ví dụ:", "vd:": "ví dụ:",
    "UBND": "ủy ban nhân dân", "VN": "Việt Nam", "SĐT": "số điện thoại",
    "ĐT": "điện thoại", "St.": "Xanh ", "No.": "số ", "Nr.": "số ", "vs.": "với", "tr.": "trang ",
}  # fmt: skip
_ENDING = {"v.v.": "vân vân", "v.v": "vân vân", "etc.": "vân vân"}


def _date(match: re.Match[str]) -> str | None:
    day, month, year = int(match["day"]), int(match["month"]), match["year"]
    if not (1 <= day <= 31 and 1 <= month <= 12):
        return None
    first = "mùng " if day <= 10 else ""
    # the word "ngày" before the date is often written
    before = (
        ""
        if re.search(r"(?i)\b(?:ngày|mùng|mồng|hôm)\s$", match.string[max(0, match.start() - 10) : match.start()])
        else f"ngày {first}"
    )
    named = "tư" if month == 4 else vietnamese(month)
    return f"{before}{vietnamese(day)} tháng {named}" + (f" năm {vietnamese(int(year))}" if year else "")


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


def _abbreviations() -> list[Rule]:
    found: list[Rule] = []
    for short, said in _ABBREVIATIONS.items():
        after = r"\s?(?=\S|$)" if said.endswith(" ") else r"(?!\w)" if short[-1].isalpha() else ""
        found.append((re.compile(rf"(?<![\w.]){re.escape(short)}{after}"), saying(said)))
    for short, said in _ENDING.items():
        pattern = re.compile(rf"(?<![\w.]){re.escape(short)}(?!\w)")
        found.append((pattern, saying(said, ending=True)))
    return found


def rules() -> list[Rule]:
    """The rules of Vietnamese."""
    number = r"(?<![\w./-])"
    return [
        addresses(LEXICON),
        (re.compile(rf"{number}(?P<year>[12][0-9]{{3}})-(?P<month>[01]?[0-9])-(?P<day>[0-3]?[0-9])(?![\w-])"), _date),
        (
            re.compile(
                rf"{number}(?P<day>[0-9]{{1,2}})(?P<mark>[/.-])(?P<month>[0-9]{{1,2}})(?P=mark)(?P<year>[12][0-9]{{3}})(?![\w/-])"
            ),
            _date,
        ),
        (
            re.compile(
                r"(?i)(?:(?<=ngày )|(?<=mùng )|(?<=mồng )|(?<=hôm ))"
                r"(?P<day>[0-9]{1,2})[/-](?P<month>[0-9]{1,2})(?P<year>(?!))?(?![\w/-])"
            ),
            _date,
        ),
        (
            re.compile(r"(?i)(?<=tháng )([0-9]{1,2})[/-]([12][0-9]{3})(?![\w/-])"),
            lambda match: f"{vietnamese(int(match[1]))} năm {vietnamese(int(match[2]))}",
        ),
        (re.compile(r"(?i)(?<=tháng )4(?![\w/-])"), lambda _: "tư"),
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
        (re.compile(rf"{number}([0-9]{{1,3}})/([0-9]{{1,3}})(?![\w/])"), _fraction),
        (re.compile(r"(?<=[0-9hHg'])\s?[-–]\s?(?=[0-9]{1,2}[hHg:])"), saying(" đến ")),
        (re.compile(r"(?<![\w.,])([0-9]{1,3})tr([0-9])(?!\w)"), _million),
        (re.compile(r"(?<=[0-9])½"), saying(" rưỡi")),
        *_abbreviations(),
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


def _fraction(match: re.Match[str]) -> str:
    above, below = int(match[1]), int(match[2])
    word = "phần" if 0 < above < below else "trên"
    return f"{vietnamese(above)} {word} {'tư' if below == 4 and word == 'phần' else vietnamese(below)}"
