"""The building blocks of the lexicon: words with the facts that they state, and how they can be combined."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from mien.sculpt.corpus.attributes import attributes

Facts = Mapping[str, frozenset[str]]
"""What a text asks for: attribute → the options that satisfy it."""


@dataclass(frozen=True)
class Word:
    """A word or a few words, and what they ask for."""

    text: str
    facts: Facts


@dataclass(frozen=True, eq=False)
class Part:
    """A part of the head with its adjectives: "long blond hair", "a wide nose", "round gold glasses".

    nouns: what it is called; their facts hold whatever the adjectives are. slots: groups of adjectives in their usual
    order, of which each gives at most one. article: "a", or "" for a plural or a mass. bare: whether the noun alone
    states something. compound: the ending of an adjective, as "eyed" in "blue-eyed"; only words of the last slot that
    are single ones take it. copula: whether "the nose is wide" can be said.
    """

    nouns: tuple[Word, ...]
    slots: tuple[tuple[Word, ...], ...] = ()
    article: str = ""
    bare: bool = False
    compound: str = ""
    copula: bool = True


@dataclass(frozen=True, eq=False)
class Topic:
    """All that can be said of one subject, such as the hair; a caption speaks of a topic once.

    adjectives: before the noun ("an old man"). phrases: after "with" or alone ("a beard", "no glasses"). parts: see
    `Part`. predicates: after the subject ("looks bored"). without: what can be missing ("without …", "no …"). wear:
    phrases and parts also follow "wearing" and "in". heads: nouns for the whole person ("a granny").
    """

    name: str
    adjectives: tuple[Word, ...] = ()
    phrases: tuple[Word, ...] = ()
    parts: tuple[Part, ...] = ()
    predicates: tuple[Word, ...] = ()
    without: tuple[Word, ...] = ()
    wear: bool = False
    heads: tuple[Word, ...] = ()


def split(texts: str) -> tuple[str, ...]:
    """The texts between the commas."""
    return tuple(" ".join(text.split()) for text in texts.split(",") if text.strip())


def says(attribute: str, meanings: Mapping[str, str], **also: str) -> tuple[Word, ...]:
    """Words about one attribute: accepted options, separated by spaces → texts, separated by commas.

    An option "not X" accepts all others. also: facts that all of these words state besides.
    """
    further = {name: accepted(name, options) for name, options in also.items()}
    return tuple(
        Word(text, {attribute: accepted(attribute, options), **further})
        for options, texts in meanings.items()
        for text in split(texts)
    )


def accepted(attribute: str, options: str) -> frozenset[str]:
    """The options named in a text, "
    "separated by spaces; "not X Y": all but these. Raises ValueError for unknown ones."""
    known = attributes()[attribute].options
    names = options.split()
    negated = names[:1] == ["not"]
    names = names[1:] if negated else names
    unknown = [name for name in names if name not in known]
    if unknown:
        raise ValueError(f"{attribute} has no option {unknown[0]!r}")
    return frozenset(known) - frozenset(names) if negated else frozenset(names)


def means(texts: str, **facts: str) -> tuple[Word, ...]:
    """Words, separated by commas, that state several facts at once: attribute = accepted options."""
    stated = {name: accepted(name, options) for name, options in facts.items()}
    return tuple(Word(text, stated) for text in split(texts))


def plain(texts: str) -> tuple[Word, ...]:
    """Words, separated by commas, that state nothing by themselves."""
    return tuple(Word(text, {}) for text in split(texts))
