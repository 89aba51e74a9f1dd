"""Forms of captions: noun phrases, fragments, sentences and requests for a change, from what is to be said."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from mien.sculpt.corpus.lexicon.lexicon import SUBJECT, WEIGHTS
from mien.sculpt.corpus.lexicon.people import NEUTRAL
from mien.sculpt.corpus.lexicon.phrases import Facts

_ATTEMPTS = 24


class Gathered:
    """Facts gathered so far; contradictions are refused.

    known: what is true of the person that is described, attribute → options; facts that share no option with it are
    refused too, so no options at all: nothing can be said. Nothing known is stated by itself.
    """

    def __init__(self, known: Facts | None = None) -> None:
        self.stated: dict[str, frozenset[str]] = {}
        self._known = known or {}
        self.attempts = 1 if known is None else _ATTEMPTS
        """How many words are tried for a place in the sentence: few of them are true of a person."""

    def add(self, facts: Facts) -> bool:
        """Add facts, unless they contradict what is stated or known."""
        if not all(options & self._known.get(name, options) for name, options in facts.items()):
            return False
        merged = {name: options & self.stated.get(name, options) for name, options in facts.items()}
        if not all(merged.values()):
            return False
        self.stated.update(merged)
        return True


@dataclass
class Pieces:
    """What a caption says, by the place in the sentence that it takes."""

    adjectives: list[str]
    possessions: list[str]
    worn: list[str]
    statements: list[str]
    copulas: list[tuple[str, str]]
    missing: list[str]

    @classmethod
    def empty(cls) -> Pieces:
        return cls([], [], [], [], [], [])


def article(text: str) -> str:
    """The text after "a" or "an"."""
    return f"{'an' if text[0] in 'aeiou' else 'a'} {text}"


def bare(text: str) -> str:
    """The text without an article at its start."""
    for start in ("a ", "an ", "the "):
        if text.startswith(start):
            return text[len(start) :]
    return text


def _pronouns(facts: Gathered) -> tuple[str, str, str]:
    sex = facts.stated.get("sex", frozenset())
    if sex == {"man"}:
        return "he", "his", "him"
    return ("she", "her", "her") if sex == {"woman"} else ("it", "the", "it")


def _missing(rng: random.Random, text: str) -> str:
    form = rng.choice(
        ("without {}", "without {}", "without {}", "no {}", "no {}", "with no {}", "minus {}", "not having {}")
    )
    return form.format(bare(text) if form.startswith(("no ", "with no", "minus")) else text)


def _joined(rng: random.Random, items: Sequence[str]) -> str:
    """Items as a list: commas, and "and" or a comma before the last one."""
    if len(items) < 2:
        return "".join(items)
    last = rng.choice((" and ", " and ", ", ", ", and "))
    return ", ".join(items[:-1]) + last + items[-1]


def _copula(owner: str, noun: str, text: str) -> str:
    plural = noun.endswith("s")
    return f"{owner} {noun} {'are' if plural else 'is'} {text}"


def _noun(rng: random.Random, facts: Gathered) -> str:
    if rng.random() < 0.5:
        word = rng.choice(SUBJECT.heads)
        if facts.add(word.facts):
            return word.text
    topic = rng.choice(_WITH_HEADS)
    if rng.random() < 0.12:
        word = rng.choice(topic.heads)
        if facts.add(word.facts):
            return word.text
    return rng.choice(NEUTRAL).text


_WITH_HEADS = tuple(topic for topic, _ in WEIGHTS if topic.heads)


def _adjective_list(rng: random.Random, adjectives: Sequence[str]) -> str:
    return (", " if rng.random() < 0.4 else " ").join(adjectives)


def noun_phrase(rng: random.Random, facts: Gathered, pieces: Pieces) -> str:
    """As "an old man with a grey beard, wearing round glasses, who looks bored"."""
    noun = _noun(rng, facts)
    subject = " ".join(part for part in (_adjective_list(rng, pieces.adjectives), noun) if part)
    if noun not in ("him", "her", "people") and rng.random() < 0.8:
        subject = article(subject) if rng.random() < 0.85 else f"the {subject}"
    he, his, _ = _pronouns(facts)
    tails = []
    if pieces.possessions:
        start = rng.choice(
            ("with", "with", "with", "with", "who has", "having", "has", "that has", f", {he} has", "showing")
        )
        tails.append(f"{start} {_joined(rng, pieces.possessions)}")
    if pieces.worn:
        start = rng.choice(
            ("wearing", "wearing", "in", "with", "who wears", ", wears", f", {he} wears", "dressed with", "has")
        )
        tails.append(f"{start} {_joined(rng, pieces.worn)}")
    tails += [_missing(rng, text) for text in pieces.missing]
    tails += [_copula(his, *one) for one in pieces.copulas]
    tails += [rng.choice((", {}", "who {}", "and {}", "{}", "that {}")).format(text) for text in pieces.statements]
    rng.shuffle(tails)
    text = subject
    for tail in tails:
        text += ("" if tail.startswith(",") else rng.choice((" ", " ", ", ", " and "))) + tail
    return text


def fragments(rng: random.Random, facts: Gathered, pieces: Pieces) -> str:
    """As "ginger, square glasses, looks bored"."""
    parts = list(pieces.adjectives)
    if rng.random() < 0.6:
        noun = _noun(rng, facts)
        parts = [" ".join((*pieces.adjectives, noun))] if rng.random() < 0.6 else [*parts, noun]
    owner = rng.choice(("", "", "the", _pronouns(facts)[1]))
    for text in (*pieces.possessions, *pieces.worn):
        parts.append(bare(text) if rng.random() < 0.7 else text)
    parts += [_missing(rng, text) for text in pieces.missing]
    parts += [_copula(owner, *one) if rng.random() < 0.7 else f"{one[0]} {one[1]}" for one in pieces.copulas]
    parts += [text.removeprefix("is ") for text in pieces.statements]
    if rng.random() < 0.6:
        rng.shuffle(parts)
    return rng.choice((", ", ", ", ", ", " ", " and ", " with ")).join(part.strip() for part in parts)


def sentences(rng: random.Random, facts: Gathered, pieces: Pieces) -> str:
    """As "She is old. Her eyes are blue. She has freckles and wears glasses."."""
    subject = article(_noun(rng, facts)) if rng.random() < 0.6 else ""
    he, his, _ = _pronouns(facts)
    he = rng.choice((he, he, "they", "who")) if he == "it" else he
    said = [f"{he} is {_joined(rng, pieces.adjectives)}"] if pieces.adjectives else []
    if pieces.possessions:
        has = rng.choice(("has", "has", "has got", "'s got", "got", "with"))
        said.append(f"{he} {has} {_joined(rng, pieces.possessions)}")
    if pieces.worn:
        said.append(f"{he} {rng.choice(('wears', 'is wearing', 'has', 'is in'))} {_joined(rng, pieces.worn)}")
    forms = ("{he} has no {bare}", "{he} does not have {text}", "no {bare}", "{he} doesn't have {text}")
    said += [rng.choice(forms).format(he=he, bare=bare(text), text=text) for text in pieces.missing]
    said += [f"{he} {text}" for text in pieces.statements]
    said += [_copula(rng.choice((his, "the")), *one) for one in pieces.copulas]
    rng.shuffle(said)
    return rng.choice((" . ", ", ", " and ")).join(part for part in (subject, *said) if part)


def request(rng: random.Random, _facts: Gathered, pieces: Pieces) -> str:
    """As "make her older, add round glasses, remove the beard"."""
    him = rng.choice(("him", "her", "it", "them", "the face", "the person", "the head"))
    parts = [f"make {him} {text}" if rng.random() < 0.6 else text for text in pieces.adjectives]
    for text in (*pieces.possessions, *pieces.worn):
        start = rng.choice(("add", "with", f"give {him}", "put on", "now with", "grow", "should have", ""))
        parts.append(f"{start} {text if rng.random() < 0.7 else bare(text)}")
    for text in pieces.missing:
        verb = rng.choice(("remove", "take off", "lose", "get rid of", "without", "no", "shave off", "delete", "drop"))
        parts.append(f"{verb} {rng.choice(('the ', 'his ', 'her ', ''))}{bare(text.removeprefix('any '))}")
    for noun, text in pieces.copulas:
        form = rng.choice(
            ("make the {0} {1}", "change the {0} to {1}", "turn the {0} {1}", "{1} {0}", "the {0} should be {1}")
        )
        parts.append(form.format(noun, text))
    parts += [text.removeprefix("is ") for text in pieces.statements]
    return rng.choice((", ", " and ", ", ")).join(part.strip() for part in parts)


FORMS: tuple[tuple[Callable[[random.Random, Gathered, Pieces], str], float], ...] = (
    (noun_phrase, 5.0), (fragments, 3.0), (sentences, 1.6), (request, 1.2),
)  # fmt: skip
"""The forms, with how often captions have them."""
