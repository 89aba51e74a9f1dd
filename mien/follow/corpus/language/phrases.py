"""The building blocks of the lexicons: words with the facts that they claim."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from mien.bodies.scene import LABELS

Facts = Mapping[str, frozenset[str]]
"""What a text claims: attribute → the options that satisfy it."""

ACTIONS = (
    "walk", "run", "dance", "jump", "wave", "clap", "sign", "squat", "kick", "turn", "sit", "bow", "idle",
)  # fmt: skip
"""Actions that a text can name; each is a built-in motion too."""


@dataclass(frozen=True, eq=False)
class Phrase:
    """A few words and what they claim. tones: the tones of a colour that they fit; empty: any."""

    text: str
    facts: Facts = field(default_factory=dict)
    tones: frozenset[str] = frozenset()

    def fits(self, options: Mapping[str, str], tone: str = "plain") -> bool:
        """Whether all that the words claim holds."""
        return all(options.get(name) in allowed for name, allowed in self.facts.items()) and (
            not self.tones or tone in self.tones
        )


@dataclass(frozen=True, eq=False)
class Garment:
    """A piece of clothing by its names, and how it takes an article.

    article: "a" or "" (English). classifiers: words before the noun (Vietnamese).
    """

    phrase: Phrase
    article: str = "a"


def split(texts: str) -> tuple[str, ...]:
    """The texts between the commas."""
    return tuple(" ".join(text.split()) for text in texts.split(",") if text.strip())


def allowed(attribute: str, options: str) -> frozenset[str]:
    """The options named in a text, separated by spaces; "not X Y": all but these. Raises ValueError for others."""
    known = ACTIONS if attribute == "action" else LABELS[attribute]
    names = options.split()
    negated = names[:1] == ["not"]
    names = names[1:] if negated else names
    unknown = [name for name in names if name not in known]
    if unknown:
        raise ValueError(f"{attribute} has no option {unknown[0]!r}")
    return frozenset(known) - frozenset(names) if negated else frozenset(names)


def says(attribute: str, meanings: Mapping[str, str], **also: str) -> tuple[Phrase, ...]:
    """Words about one attribute: accepted options, separated by spaces → texts, separated by commas.

    also: facts that all of these words claim besides.
    """
    further = {name: allowed(name, options) for name, options in also.items()}
    return tuple(
        Phrase(text, {attribute: allowed(attribute, options), **further})
        for options, texts in meanings.items()
        for text in split(texts)
    )


def colours(meanings: Mapping[str, str], attribute: str = "top_colour") -> tuple[Phrase, ...]:
    """Words for colours: "red", "red dark", "green blue" (either) → texts. Tones fit where given, else plain ones."""
    found = []
    for meaning, texts in meanings.items():
        names = [name for name in meaning.split() if name in LABELS[attribute]]
        tones = frozenset(name for name in meaning.split() if name not in LABELS[attribute])
        claimed = {attribute: allowed(attribute, " ".join(names))}
        found += [Phrase(text, claimed, tones or frozenset({"plain"})) for text in split(texts)]
    return tuple(found)


def about(phrases: Iterable[Phrase], attribute: str, to: str) -> tuple[Phrase, ...]:
    """The same words about another attribute with the same options."""
    return tuple(Phrase(one.text, {to: one.facts[attribute]}, one.tones) for one in phrases if attribute in one.facts)
