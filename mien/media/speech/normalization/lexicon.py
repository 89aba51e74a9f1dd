"""What a language says for signs, units and currencies, and the rules that every language shares."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from mien.media.speech.normalization.numbers import MOST_DIGITS, NUMBER, parsed_number
from mien.media.speech.normalization.rewriting import Rule

RANGE = rf"{NUMBER}(?:[-–]{NUMBER})?"
MINUS = r"(?:(?<![\w)\].,:/–-])[-−])?"
SHARP_END = r"(?![\w])"
"""After a unit or an abbreviation no letter follows."""

_DOMAINS = "com|org|net|edu|gov|mil|int|info|io|ai|dev|app|vn|uk|us|de|fr|jp|cn|eu|ca|au|co|me|tv|ly"
_ADDRESS = re.compile(
    rf"(?:https?://|ftp://|www\.)[^\s<>\"”»]+|(?<![\w.+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)+|"
    rf"(?<![\w@.])(?:[A-Za-z0-9][\w-]*\.)+(?:{_DOMAINS})(?![\w.]*\w)(?:/[^\s<>\"”»]*)?"
)
_CLOSING = ".,;:!?)]}’'\"…"


@dataclass(frozen=True)
class Currency:
    """A currency: its name after one and after more, and the name of its hundredths, if they are said."""

    one: str
    more: str
    cents: str = ""


@dataclass(frozen=True)
class Lexicon:
    """The words of one language.

    `units`: after a number, for one and for more. `signs`: said wherever they stand between or beside words.
    `address`: signs within an address."""

    cardinal: Callable[[int], str]
    point: str
    point_word: str
    minus: str
    to: str
    by: str
    number: str
    currencies: Mapping[str, Currency]
    magnitudes: Mapping[str, str]
    units: Mapping[str, tuple[str, str]]
    signs: Mapping[str, str]
    address: Mapping[str, str]
    per: str
    power: str
    powers: Mapping[str, str]
    """Exponents that have words of their own, such as `squared` for 2; `power` stands before the others."""

    def digits(self, text: str) -> str:
        """The digits of a text, one by one."""
        return " ".join(self.cardinal(int(digit)) for digit in text if digit in "0123456789")

    def whole(self, digits: str) -> str:
        """Digits as one number; one by one where there are too many or the first is a zero."""
        if len(digits) > MOST_DIGITS or (len(digits) > 1 and digits[0] == "0"):
            return self.digits(digits)
        return self.cardinal(int(digits))

    def said(self, text: str, point: str | None = None) -> str:
        """A `NUMBER` or `RANGE` in words."""
        if re.fullmatch(NUMBER, text) is None:
            first, _, last = text.replace("–", "-").partition("-")
            return f"{self.said(first, point)} {self.to} {self.said(last, point)}"
        whole, fraction = parsed_number(text, point or self.point)
        words = self.whole(whole)
        return f"{words} {self.point_word} {self.digits(fraction)}" if fraction else words

    def signed(self, text: str) -> str:
        """A number in words, with `minus` before it where a minus sign stands there."""
        return f"{self.minus} {self.said(text[1:])}" if text[0] in "-−" else self.said(text)

    def amount(self, number: str, currency: Currency, magnitude: str = "") -> str:
        """An amount of money: hundredths are said as such, and a magnitude such as `million` before the currency."""
        # in 20.000 đ the point groups, whatever the language: there are no hundredths
        point = self.point if currency.cents else ","
        if magnitude or re.fullmatch(NUMBER, number) is None:
            return " ".join(filter(None, (self.said(number, point), magnitude, currency.more)))
        whole, fraction = parsed_number(number, point)
        if not (currency.cents and len(fraction) == 2):
            one = whole == "1" and not fraction
            return f"{self.said(number, point)} {currency.one if one else currency.more}"
        money = f"{self.whole(whole)} {currency.one if whole == '1' else currency.more}"
        if fraction == "00":
            return money
        cents = f"{self.cardinal(int(fraction))} {currency.cents}"
        return cents if not int(whole) else f"{money} {cents}"

    def spell_address(self, text: str) -> str:
        """An address as it is read aloud, without its scheme."""
        plain = re.sub(r"^\w+://", "", text).rstrip("/")
        words = []
        for piece in re.findall(r"[0-9]+|[^\W\d_]+|.", plain):
            known = self.address.get(piece.lower())
            words.append(known if known is not None else self.whole(piece) if piece.isdecimal() else piece)
        return " ".join(" ".join(words).split())


def addresses(lexicon: Lexicon) -> Rule:
    """Web and mail addresses. Punctuation after them belongs to the sentence."""

    def say(match: re.Match[str]) -> str | None:
        text = match.group()
        plain = text.rstrip(_CLOSING)
        return lexicon.spell_address(plain) + text[len(plain) :] if plain else None

    return _ADDRESS, say


def number_rules(lexicon: Lexicon) -> list[Rule]:
    """Amounts of money, percentages and units, then numbers of every other kind."""
    currency = _alternatives(lexicon.currencies)
    # $20 and USD 20, but never đ 20: words of small letters follow their number
    prefix = _alternatives({name: 0 for name in lexicon.currencies if not name.islower()})
    magnitude = _alternatives(lexicon.magnitudes)
    unit = _alternatives(lexicon.units)

    def before(match: re.Match[str]) -> str:
        word = lexicon.magnitudes.get(match["scale"] or "", match["scale"] or "")
        minus = f"{lexicon.minus} " if match["minus"] or match.groupdict().get("below") else ""
        return minus + lexicon.amount(match["number"], lexicon.currencies[match["sign"]], word)

    def measured(match: re.Match[str]) -> str:
        one, more = lexicon.units[match["unit"]]
        text = match["number"]
        return f"{lexicon.signed(text)} {one if text == '1' else more}"

    def listed(match: re.Match[str]) -> str | None:
        text = match["list"]
        if text.count(",") == 1 and "." not in text:  # 1,5 is a fraction, but rooms 1,2 and 3 are a list
            more = re.match(r"\s(?:and|or|&)\s[0-9]+(?![.,]?[0-9])", match.string[match.end() :])
            if lexicon.point == "," or more is None or re.search(r",[0-9]{3}$", text):
                return None
        elif re.fullmatch(NUMBER, text):
            return None
        words = ", ".join(lexicon.said(one, ".") for one in text.split(","))
        return f"{words} {lexicon.units[match['unit']][1]}" if match["unit"] else words

    def scaled(match: re.Match[str]) -> str:
        return f"{lexicon.said(match['number'])} {lexicon.magnitudes[match['scale']]}"

    scale = rf"(?:\s?(?P<scale>{magnitude}){SHARP_END})?"
    element = r"[0-9]{1,15}(?:\.[0-9]{1,15})?"
    return [
        (  # 1,2,3: numbers one after another
            re.compile(
                rf"(?<![\w.,])(?P<list>{element}(?:,{element})+)(?![.,]?[0-9])"
                rf"(?:\s?(?P<unit>{unit}){SHARP_END}|(?!\w))"
            ),
            listed,
        ),
        (re.compile(rf"(?P<minus>{MINUS})(?P<sign>{prefix})\s?(?P<below>[-−]?)(?P<number>{RANGE}){scale}"), before),
        (
            re.compile(rf"(?P<minus>{MINUS})(?P<number>(?<![\w.,]){RANGE}){scale}\s?(?P<sign>{currency}){SHARP_END}"),
            before,
        ),
        (re.compile(rf"(?P<number>{MINUS}(?<![\w.,]){RANGE})\s?(?P<unit>{unit}){SHARP_END}"), measured),
        (re.compile(rf"(?<![\w.,])(?P<number>{NUMBER})(?P<scale>{magnitude}){SHARP_END}"), scaled),
        (
            re.compile(r"\+[0-9][0-9 .-]{6,18}[0-9]"),
            lambda match: f"{lexicon.signs['+']} {lexicon.digits(match.group())}",
        ),
        (  # groups of a telephone number
            re.compile(r"(?<![\w.,-])(?:0[0-9]{1,4}(?:[-.][0-9]{2,4}){2,}|[0-9]{1,4}(?:-[0-9]{2,4}){2,})(?![\w-])"),
            lambda match: lexicon.digits(match.group()),
        ),
        (
            re.compile(r"(?<![\w.,-])(?:\([0-9]{3}\) ?|[0-9]{3}-)?[0-9]{3}-[0-9]{4}(?![\w-])"),
            lambda match: lexicon.digits(match.group()),
        ),
        (re.compile(rf"(?:№|#)\s?(?=[0-9])({NUMBER})"), lambda match: f"{lexicon.number} {lexicon.said(match[1])}"),
        (re.compile(r"#(?=[^\W\d])"), lambda _: f"{lexicon.address['#']} "),
        # versions and addresses of machines: more than one point, and groups that are no thousands
        (
            re.compile(r"(?<![0-9.])[0-9]+(?:\.[0-9]+){2,}(?![\w])"),
            lambda match: (
                None
                if re.fullmatch(NUMBER, match.group())
                else f" {lexicon.point_word} ".join(lexicon.whole(part) for part in match.group().split("."))
            ),
        ),
        (
            re.compile(rf"(?<![\w.,]){NUMBER}(?:\s?[x×]\s?{NUMBER})+(?![\w^⁻])"),
            lambda match: f" {lexicon.by} ".join(map(lexicon.said, re.split(r"\s?[x×]\s?", match.group()))),
        ),
        (re.compile(rf"(?<![\w.,-]){NUMBER}–{NUMBER}(?![\w-])"), lambda match: lexicon.said(match.group())),
        (re.compile(r"(?<![\w.,-])[0-9]{1,4}-[0-9]{1,4}(?![\w-])"), lambda match: lexicon.said(match.group())),
        (re.compile(rf"{MINUS}{NUMBER}"), lambda match: lexicon.signed(match.group())),
    ]


def sign_rules(lexicon: Lexicon) -> list[Rule]:
    """Signs that are read as words, such as `&` and, between numbers or words, `+` and `=`."""
    return [
        (re.compile(_alternatives(lexicon.signs)), lambda match: f" {lexicon.signs[match.group()]} "),
        # he/she, and/or: both words, without the stroke
        (re.compile(r"(?<=[^\W\d_])/(?=[^\W\d_])"), lambda _: " "),
    ]


def saying(said: str, ending: bool = False) -> Callable[[re.Match[str]], str]:
    """A function that says `said` for any match, with the point of its sentence where that ends if `ending`."""
    return lambda match: said + ("." if ending and ends_sentence(match) else "")


def ends_sentence(match: re.Match[str]) -> bool:
    """Whether the point at the end of an abbreviation also ends its sentence."""
    rest = match.string[match.end() :]
    if not match.group().endswith("."):
        return False
    following = re.match(r"[\"'”’)\]]*(?:\s*$|\s+[\"'“‘(]*(\w))", rest)
    return following is not None and (following[1] is None or following[1].isupper())


def _alternatives(words: Mapping[str, object]) -> str:
    """A pattern of any of the words, longer ones first."""
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))
