"""What a person says for a written English text."""

from __future__ import annotations

import re

from mien.media.speech.normalization.feet import feet_rules
from mien.media.speech.normalization.lexicon import (
    Currency,
    Lexicon,
    addresses,
    ends_sentence,
    number_rules,
    saying,
    sign_rules,
)
from mien.media.speech.normalization.numbers import MOST_DIGITS, english, english_ordinal, english_year, roman
from mien.media.speech.normalization.powers import exponent_rules, power_rules, powers_of_units
from mien.media.speech.normalization.rewriting import Rule

_MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]
_MONTH = "|".join([*_MONTHS, *(f"{month[:3]}\\.?" for month in _MONTHS if month != "May"), r"Sept\.?"])
_DOLLAR, _EURO, _POUND = (
    Currency("dollar", "dollars", "cents"),
    Currency("euro", "euros", "cents"),
    Currency("pound", "pounds", "pence"),
)
_DONG, _YEN, _RUPEE = Currency("dong", "dong"), Currency("yen", "yen"), Currency("rupee", "rupees", "paise")
_UNITS = {
    "kg": "kilogram", "g": "gram", "mg": "milligram", "km": "kilometre", "cm": "centimetre", "mm": "millimetre",
    "m": "metre", "mi": "mile", "l": "litre", "ml": "millilitre", "L": "litre", "lb": "pound",
    "lbs": "pound", "oz": "ounce",
    "yd": "yard", "ft": "foot", "ha": "hectare", "h": "hour", "hr": "hour",
    "hrs": "hour", "min": "minute", "mins": "minute",
    "s": "second", "sec": "second", "ms": "millisecond", "W": "watt", "kW": "kilowatt", "MW": "megawatt",
    "kWh": "kilowatt hour", "V": "volt", "mA": "milliampere", "°": "degree", "MB": "megabyte", "GB": "gigabyte",
    "KB": "kilobyte", "kB": "kilobyte", "TB": "terabyte", "dB": "decibel", "px": "pixel", "fps": "frame per second",
}  # fmt: skip
_FIXED_UNITS = {
    "%": "percent", "‰": "per mille", "°C": "degrees Celsius", "°F": "degrees Fahrenheit", "Hz": "hertz",
    "kHz": "kilohertz", "MHz": "megahertz", "GHz": "gigahertz", "km/h": "kilometres per hour",
    "kmh": "kilometres per hour", "mph": "miles per hour", "m/s": "metres per second",
    "m/s²": "metres per second squared", "m/s^2": "metres per second squared", "Mbps": "megabits per second",
    "x": "times",
}  # fmt: skip


_LENGTHS = {"km": "kilometre", "m": "metre", "cm": "centimetre", "mm": "millimetre", "mi": "mile", "ft": "foot",
            "yd": "yard"}  # fmt: skip
_UNITS |= {
    short: re.sub(r"\w+$", lambda name: _LENGTHS[name.group()], words)
    for short, words in powers_of_units(_LENGTHS, {"2": "square {}", "3": "cubic {}"}).items()
}
_UNITS |= {"in²": "square inch", "in³": "cubic inch", "sq ft": "square foot", "sq m": "square metre",
           "sq km": "square kilometre", "cu ft": "cubic foot"}  # fmt: skip


def _plural(unit: str) -> str:
    if unit == "frame per second":
        return "frames per second"
    ending = {"foot": "feet", "inch": "inches"}
    start, last = re.fullmatch(r"(.*?)(\w+)", unit).groups()  # type: ignore[union-attr]
    return start + ending.get(last, f"{last}s")


LEXICON = Lexicon(
    cardinal=english, point=".", point_word="point", minus="minus", to="to", by="by", number="number",
    currencies={
        "$": _DOLLAR, "US$": _DOLLAR, "USD": _DOLLAR, "€": _EURO, "EUR": _EURO, "£": _POUND, "GBP": _POUND,
        "¥": _YEN, "JPY": _YEN, "đ": _DONG, "₫": _DONG, "VND": _DONG, "VNĐ": _DONG, "¢": Currency("cent", "cents"),
        "₹": _RUPEE, "INR": _RUPEE, "Rs.": _RUPEE,
    },
    magnitudes={
        "k": "thousand", "K": "thousand", "M": "million", "m": "million", "bn": "billion", "B": "billion",
        "thousand": "thousand", "million": "million", "billion": "billion", "trillion": "trillion",
    },
    units={short: (word, _plural(word)) for short, word in _UNITS.items()}
    | {short: (word, word) for short, word in _FIXED_UNITS.items()},
    signs={"&": "and", "+": "plus", "=": "equals", "×": "times", "÷": "divided by", "±": "plus or minus", "≈": "about",
           "©": "copyright",
           "½": "one half", "¼": "one quarter", "¾": "three quarters", "@": "at", "%": "percent",
           "°C": "degrees Celsius"},
    address={".": "dot", "/": "slash", "@": "at", "-": "dash", "_": "underscore", ":": "colon", "?": "question mark",
             "=": "equals", "&": "and", "#": "hashtag", "%": "percent", "~": "tilde", "+": "plus", "www": "w w w"},
    per="per", power="to the power of", powers={"2": "squared", "3": "cubed"},
)  # fmt: skip

_ABBREVIATIONS = {
    "Mr.": "mister", "Mrs.": "missus", "Ms.": "miz", "Prof.": "professor", "Gen.": "general", "Col.": "colonel",
    "Capt.": "captain", "Lt.": "lieutenant", "Sgt.": "sergeant", "Rev.": "reverend", "Hon.": "honourable",
    "Gov.": "governor", "Sen.": "senator", "Rep.": "representative", "Mt.": "mount", "Ft.": "fort",
    "e.g.": "for example", "eg.": "for example", "i.e.": "that is", "vs.": "versus", "approx.": "approximately",
    "cf.": "compare",
    "viz.": "namely", "ca.": "about", "w/o": "without", "w/": "with", "Dept.": "department", "Fig.": "figure",
    "Figs.": "figures", "Eq.": "equation", "vol.": "volume", "Vol.": "volume", "pp.": "pages",
    "p.": "page", "ch.": "chapter",
    "est.": "established", "incl.": "including", "excl.": "excluding", "max.": "maximum", "min.": "minimum",
    "resp.": "respectively",
}  # fmt: skip
_ENDING = {
    "etc.": "et cetera", "et al.": "and others", "Inc.": "incorporated", "Ltd.": "limited", "Corp.": "corporation",
    "Jr.": "junior", "Sr.": "senior", "Ave.": "avenue", "Blvd.": "boulevard", "Rd.": "road",
    "a.m.": "ay em", "p.m.": "pee em",
}  # fmt: skip
_INITIALS = {
    "Co.": "company",
    "Ph.D.": "P H D", "M.D.": "M D", "U.S.A.": "U S A", "U.S.": "U S", "U.K.": "U K", "E.U.": "E U",
    "B.C.": "B C", "A.D.": "A D", "D.C.": "D C",
}  # fmt: skip
_WEEKDAYS = {
    f"{day[:3]}.": day for day in ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
}
_BEFORE_YEARS = frozenset(
    [
        "in",
        "since",
        "from",
        "until",
        "till",
        "by",
        "of",
        "year",
        "before",
        "after",
        "around",
        "early",
        "late",
        "mid",
        "spring",
        "summer",
        "autumn",
        "fall",
        "winter",
    ]
)
_KINGS = (
    "Louis|Henry|Charles|George|Edward|James|William|Richard|Elizabeth|Philip|Napoleon|Pope|Paul|Pius|Benedict|Leo|"
    "Francis|Frederick|Ferdinand|Alexander|Nicholas|Ivan|Peter|Catherine|Mary|Otto|Rama|Ramses|Wilhelm|Friedrich"
)


def _day(text: str) -> str | None:
    return english_ordinal(int(text)) if 1 <= int(text) <= 31 else None


def _date(day: str, month: int, year: str | None, british: bool) -> str | None:
    number = _day(day)
    if number is None or not 1 <= month <= 12:
        return None
    name = _MONTHS[month - 1]
    start = f"the {number} of {name}" if british else f"{name} {number}"
    return f"{start}, {english_year(int(year))}" if year else start


def _month_number(text: str) -> int:
    return next(number for number, month in enumerate(_MONTHS, 1) if month.startswith(text[:3]))


def _slashed(match: re.Match[str], british: bool) -> str | None:
    year = match[4]
    return _day_and_month(match[1], match[3], british, year if len(year) == 4 else f"20{year}")


def _day_and_month(first: str, second: str, british: bool, year: str | None = None) -> str | None:
    day, month = (first, second) if british else (second, first)
    return _date(day, int(month), year, british) or _date(month, int(day), year, british)


def _time(match: re.Match[str]) -> str | None:
    hour, minute, second, half = int(match[1]), int(match[2]), match[3], match[4]
    if hour > 24:
        return None
    if hour in (0, 24) and minute == 0 and not second and not half:
        return "midnight"
    shown = "zero" if hour == 0 else english(hour)
    if minute == 0:
        last = "" if half else " o'clock" if 1 <= hour <= 12 else " hundred"
    else:
        last = f" oh {english(minute)}" if minute < 10 else f" {english(minute)}"
    seconds = f" and {english(int(second))} second{'s' * (int(second) != 1)}" if second else ""
    return shown + last + seconds + _half(half) + ("." if half and ends_sentence(match) else "")


def _half(text: str | None) -> str:
    return f" {'ay' if text in 'aA' else 'pee'} em" if text else ""


def _ordinal(match: re.Match[str]) -> str | None:
    digits = match[1].replace(",", "")
    return english_ordinal(int(digits)) if len(digits) <= MOST_DIGITS else None


def _fraction(match: re.Match[str]) -> str:
    above, below = int(match[1]), int(match[2])
    if (above, below) in ((24, 7), (9, 11)):
        return f"{english(above)} {english(below)}"
    if not 0 < above < below <= 20:
        return f"{english(above)} out of {english(below)}"
    name = {2: "half", 4: "quarter"}.get(below) or english_ordinal(below)
    return f"{english(above)} {name}{'s' * (above > 1)}"


def _roman(match: re.Match[str]) -> str | None:
    number = roman(match["roman"])
    if number is None:
        return None
    said = f"the {english_ordinal(number)}" if re.fullmatch(_KINGS, match["before"] or "") else english(number)
    return f"{match['before'] or ''}{match['gap'] or ''}{said}"


_OPENER = re.compile(
    r"(?i)an?|after|all|and|are|as|at|before|but|by|do|for|from|he|her|here|his|how|i|if|in|is|it|its|my|no|on|our|she|so|"
    r"that|the|their|then|there|they|these|this|those|to|today|was|we|were|what|when|where|who|why|with|yes|you|your"
)
"""Words that open a sentence and are no saint's or doctor's name."""


def _street(match: re.Match[str]) -> str:
    """`St.` and `Dr.`: a street behind its name, else a saint or a doctor before one."""
    saint, street = {"S": ("saint", "street"), "D": ("doctor", "drive")}[match.group()[0]]
    earlier = match.string[max(0, match.start() - 60) : match.start()]
    # John's St. and 42nd St. are streets; John's Dr. is a doctor
    named = r"\b[A-Z]\w+\s$" if saint == "doctor" else r"(?:\b[A-Z]\w+(?:['’]s?)?|\b[0-9]+(?:st|nd|rd|th))\s$"
    after = re.match(r"\s+([A-Z][\w'’]*)", match.string[match.end() :])
    if re.search(named, earlier) is None:
        return saint
    last = after is None or _OPENER.fullmatch(after[1]) is not None
    number = re.search(r"[0-9]\w*\s(?:\w+\s)?[\w'’]+\s$|\b[0-9]+(?:st|nd|rd|th)\s$", earlier)
    along = re.search(r"\b(?:[Oo]n|[Aa]long|[Dd]own|[Aa]cross|[Oo]ff)\s(?:the\s)?(?:[A-Z][\w'’]+\s)+$", earlier)
    if (
        last
        or number is not None
        or (along is not None and not re.search(r"\b(?:Mount|Mt|Fort|Port|Lake)\s$", earlier))
    ):
        return street + ("." if ends_sentence(match) and (last or number is not None) else "")
    return saint


def _abbreviations() -> list[Rule]:
    found: list[Rule] = [(re.compile(r"\b(?:St|Dr)\.(?!\w)"), _street)]
    for short, said in {**_ABBREVIATIONS, **_WEEKDAYS}.items():
        needs = r"(?=\s?[0-9])" if short in ("p.", "ch.", "min.", "max.", "Fig.", "Eq.", "est.", "ca.") else ""
        comma = ",?" if short in ("e.g.", "eg.", "i.e.") else ""  # no pause behind them
        unit = r"(?<![0-9]\s)" if short in ("min.", "max.") else ""  # 5 min. 10 sec. are minutes
        found.append((re.compile(rf"(?<![\w.]){unit}{re.escape(short)}{comma}(?!\w){needs}"), saying(said)))
    found += [
        (re.compile(rf"(?<![\w.]){re.escape(short)}(?!\w)"), saying(said, ending=True))
        for short, said in _ENDING.items()
    ]
    for short, said in _INITIALS.items():  # the U.S. Army: only at the very end their point ends a sentence
        found.append((re.compile(rf"(?<![\w.]){re.escape(short)}(?!\w)(?!\s*$)"), saying(said)))
        found.append((re.compile(rf"(?<![\w.]){re.escape(short)}(?=\s*$)"), saying(f"{said}.")))
    # J. K. Rowling: the point of an initial does not end a sentence
    found.append((re.compile(r"(?<![\w.])([A-Z])\.(?=\s?[A-Z])"), lambda match: match[1]))
    return found


def rules(british: bool) -> list[Rule]:
    """The rules of English; 5/6/2024 is in June if `british`, else in May."""
    year = r"(?P<year>[12][0-9]{3})"
    return [
        addresses(LEXICON),
        (re.compile(r"(?<=[0-9])\s?[-–]\s?(?=[$€£¥][0-9])"), saying(" to ")),
        (
            re.compile(r"(?<![\w./-])([12][0-9]{3})([-/.])([01]?[0-9])\2([0-3]?[0-9])(?![\w/-])"),
            lambda match: _date(match[4], int(match[3]), match[1], british),
        ),
        (
            re.compile(r"(?<![\w./-])([0-9]{1,2})([/.-])([0-9]{1,2})\2([12][0-9]{3})(?![\w/-])"),
            lambda match: _slashed(match, british),
        ),
        (
            re.compile(r"(?<![\w./-])([0-9]{1,2})(/)([0-9]{1,2})/([0-9]{2})(?![\w/-])"),
            lambda match: _slashed(match, british),
        ),
        (
            re.compile(rf"\b({_MONTH})\s([0-9]{{1,2}})(?:st|nd|rd|th)?(?![\w:/])(?:,?\s{year}(?!\w))?"),
            lambda match: _date(match[2], _month_number(match[1]), match["year"], False),
        ),
        (
            re.compile(rf"(?<![\w.,])([0-9]{{1,2}})(?:st|nd|rd|th)?\s({_MONTH})(?!\w)(?:,?\s{year}(?!\w))?"),
            lambda match: _date(match[1], _month_number(match[2]), match["year"], True),
        ),
        (
            re.compile(rf"\b({_MONTH}),?\s{year}(?!\w)"),
            lambda match: f"{_MONTHS[_month_number(match[1]) - 1]} {english_year(int(match['year']))}",
        ),
        (
            re.compile(
                r"(?<![\w:.])([0-9]{1,2})[:hH]([0-5][0-9])(?::([0-5][0-9])(?:\.[0-9]+)?)?"
                r"(?:\s?([aApP])(?:\.m\.|m)(?!\w))?(?![\w:])"
            ),
            _time,
        ),
        (
            re.compile(r"(?<![\w:.])([0-9]{1,2})\s?([aApP])(?:\.[mM]\.|[mM])(?!\w)"),
            lambda match: english(int(match[1])) + _half(match[2]) + ("." if ends_sentence(match) else ""),
        ),
        (
            re.compile(r"(?<![\w:.])([0-9]{1,4}):([0-9]{1,4})(?![\w:])"),
            lambda match: f"{LEXICON.whole(match[1])} to {LEXICON.whole(match[2])}",
        ),
        # 9am-5pm, 9:00–17:00
        (re.compile(r"(?<=[0-9mM])\s?[-–]\s?(?=[0-9]{1,2}(?::[0-5]|\s?[aApP]\.?[mM]))"), saying(" to ")),
        (
            re.compile(r"(?<![\w.,/-])([12][0-9]{3})[-–]([12][0-9]{3})(?![\w-])"),
            lambda match: f"{english_year(int(match[1]))} to {english_year(int(match[2]))}",
        ),
        (re.compile(r"\b[Nn]os?\.\s?(?=[0-9])"), lambda _: "number "),
        (re.compile(r"(?<![\w.,])([0-9]{1,3}(?:,?[0-9]{3})*)(?:st|nd|rd|th)(?!\w)"), _ordinal),
        (
            re.compile(r"(?<!\w)([12][0-9])([0-9])0['’]?s(?!\w)"),
            lambda match: f"{english(int(match[1]))} {_decade(match[2])}",
        ),
        (re.compile(r"(?<!\w)['’‘]?([2-9])0['’]?s(?!\w)"), lambda match: _decade(match[1])),
        (
            re.compile(r"(?<=\b[Oo]n )([0-9]{1,2})/([0-9]{1,2})(?![\w/])"),
            lambda match: _day_and_month(match[1], match[2], british),
        ),
        (re.compile(r"(?<![\w/.,])([0-9]{1,3})/([0-9]{1,3})(?![\w/])"), _fraction),
        *feet_rules(),
        (re.compile(r"(?<=[0-9])½"), saying(" and a half")),
        *_abbreviations(),
        (
            re.compile(r"(?<!\w)(?P<before>[A-Z][a-z]+)(?P<gap>\s)(?P<roman>[IVX]+)(?!\w)(?<!\sI)"),
            lambda match: _roman(match) if len(match["roman"]) > 1 else None,
        ),
        (
            re.compile(
                rf"(?<!\w)(?P<before>{_KINGS}|Chapter|Part|War|Volume|Act|Book|Section|Phase)(?P<gap>\s)"
                r"(?P<roman>[IVX])(?!['’\w])"
            ),
            _roman,
        ),
        (re.compile(r"(?<!\w)(?P<before>)(?P<gap>)(?P<roman>[IVX]{2,})(?!\w)"), _roman),
        (re.compile(r"(?<!\w)([A-Z])\+\+(?!\w)"), lambda match: f"{match[1]} plus plus"),
        (re.compile(r"(?<!\w)([A-GJ])#(?!\w)"), lambda match: f"{match[1]} sharp"),
        (re.compile(r"(?<![\w.,/:-])([12][0-9]{3})(?!\w|[.,][0-9]|\s?[%°])"), _bare_year),
        # 4K: a picture's width, as everybody says it; $4K is an amount
        (
            re.compile(r"(?<![\w.,$€£¥₹])(?<![$€£¥₹]\s)([24568]|1[026])K(?!\w)"),
            lambda match: f"{english(int(match[1]))} K",
        ),
        *exponent_rules(LEXICON),
        *number_rules(LEXICON),
        *power_rules(LEXICON),
        *sign_rules(LEXICON),
    ]


def _decade(digit: str) -> str:
    return "hundreds" if digit == "0" else f"{english(int(digit) * 10)[:-1]}ies" if digit != "1" else "tens"


def _bare_year(match: re.Match[str]) -> str | None:
    """A year behind a word that stands before years; other numbers of four digits are numbers."""
    before = re.search(r"([A-Za-z]+)\s\(?$", match.string[max(0, match.start() - 20) : match.start()])
    return english_year(int(match[1])) if before is not None and before[1].lower() in _BEFORE_YEARS else None
