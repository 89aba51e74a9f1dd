"""Sentences that the studio and the makers write in English, in the reader's language.

They are stored and sent in English. The catalogues have the fixed ones under `said.…`, with `{name}` for what varies:
a sentence that fits an English one is shown as that of the reader's language, any other one as it is. A value whose
name starts with `what_` is such a text itself; with `maybe_`, it may be one, and with `list_`, so may each of its
parts between commas; with `number_`, it is a number. Numbers of such values and of `COUNTED` are written as in
Vietnamese, 3.600 and 0,4; names, words of the user, and what is written in a script or sent as it is, stay as they are.
"""

from __future__ import annotations

import re
from functools import cache

from mien.studio.pages.catalogue import DEFAULT, Translator, catalogue, filled

PREFIX = "said."

LONGEST = 600
"""A longer text is no sentence of the studio."""

MOST_READ = 60
"""More sentences in one are not looked for."""

COUNTED = (
    "all", "asked", "channels", "count", "kept", "last", "least", "most", "n", "new", "peak", "rate", "second",
    "seconds", "size", "spent", "stated", "total", "usual", "whole",
)  # fmt: skip
"""Values that are quantities, some with a unit. Any other one may be a name or the user's words, also where it looks
like a number; the same in static/js/sentences.js."""

AS_WRITTEN = ("number_time",)
"""Numbers that are named as the script has them."""

_AMOUNT = re.compile(r"[-−±]?[0-9](?:[0-9.,]*[0-9])?(?: × [0-9](?:[0-9.,]*[0-9])?)?(?: [A-Za-z]+)?")
_SIGNS = str.maketrans(".,", ",.")


@cache
def _patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    texts = {key: text for key, text in catalogue(DEFAULT).items() if key.startswith(PREFIX)}
    ordered = sorted(texts.items(), key=lambda one: particular(one[1]))
    return tuple((key, _pattern(text)) for key, text in ordered)


def particular(text: str) -> tuple[int, int]:
    """The order in which sentences are tried: the one with most words of its own first, it is the most particular."""
    return -len(re.sub(r"\{[a-z_]+\}", "", text)), -len(text)


def _pattern(text: str) -> re.Pattern[str]:
    parts = re.split(r"\{([a-z_]+)\}", text)
    made = "".join(_group(part) if place % 2 else re.escape(part) for place, part in enumerate(parts))
    return re.compile(made, re.DOTALL)


def _group(name: str) -> str:
    return f"(?P<{name}>{'[-−]?[0-9.,]+' if name.startswith('number_') else '.+?'})"


def said(t: Translator, sentence: str) -> str:
    """A sentence of the studio in the language of `t`; the sentence itself where the catalogues lack it."""
    if t.language == DEFAULT:
        return sentence
    return _Reader(t).said(sentence) or sentence


class _Reader:
    """Reads one sentence, with the sentences in it; each is read once, since a user's words can repeat them."""

    def __init__(self, t: Translator) -> None:
        self.t = t
        self.known: dict[str, str | None] = {}

    def said(self, sentence: str) -> str | None:
        """The sentence in the reader's language; None where it fits no sentence of the catalogues."""
        if not 0 < len(sentence) <= LONGEST:
            return None
        if sentence not in self.known:
            self.known[sentence] = self._read(sentence) if len(self.known) < MOST_READ else None
        return self.known[sentence]

    def _read(self, sentence: str) -> str | None:
        for key, pattern in _patterns():
            found = pattern.fullmatch(sentence)
            if found is None:
                continue
            texts = {name: self._value(name, one) for name, one in found.groupdict().items()}
            # where such a text is not known, the sentence only looks like this one
            if None not in texts.values():
                return filled(self.t.texts[key], texts)
        return None

    def _value(self, name: str, value: str) -> str | None:
        if name.startswith("what_"):
            return self.said(value)
        if name.startswith("list_"):
            return ", ".join(self.said(one) or one for one in value.split(", "))
        # a field is named as the API has it, alone or as one of several
        if name.startswith("maybe_") or (name == "field" and " number " in value):
            return self.said(value) or value
        return _amount(value) if counted(name) else value


def counted(name: str) -> bool:
    """Whether a value of this name is a quantity, whose numbers are written as the reader's language has them."""
    return name in COUNTED or (name.startswith("number_") and name not in AS_WRITTEN)


def _amount(value: str) -> str:
    return value.translate(_SIGNS) if _AMOUNT.fullmatch(value) else value
