"""Captions: sentences, noun phrases, fragments and edit requests, composed from the lexicon, with their facts."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from mien.sculpt.corpus.attributes import attributes
from mien.sculpt.corpus.lexicon.lexicon import SUBJECT, WEIGHTS
from mien.sculpt.corpus.lexicon.phrases import Facts, Part, Topic, Word, plain
from mien.sculpt.corpus.sentences import FORMS, Gathered, Pieces, article, request

_COUNTS = (1, 1, 2, 2, 2, 3, 3, 3, 3, 4, 4, 5, 5, 6, 7)
"""Numbers of topics of a caption, each as likely as the others."""

_TRIES = 6
"""How often a topic is tried for a person, in one kind of words or another."""

_DEGREES = plain(
    "very, really, quite, rather, slightly, somewhat, extremely, pretty, a bit, so, kind of, fairly, super"
)
_STARTS = (
    "a photo of", "a portrait of", "a picture of", "an image of", "a 3d head of", "a 3d model of", "a headshot of",
    "the face of", "the head of", "i want", "please make", "give me", "create", "generate", "show me", "make",
    "a close up of", "there is", "this is", "sculpt", "a drawing of", "a render of", "imagine", "i would like",
)  # fmt: skip
_ENDINGS = ("please", "thanks", "in 3d", "looking at the camera", "on a plain background", "facing the camera")


@dataclass(frozen=True)
class Caption:
    """A text and the facts that it states."""

    text: str
    facts: Facts


def _graded(rng: random.Random, text: str) -> str:
    return f"{rng.choice(_DEGREES).text} {text}" if rng.random() < 0.06 else text


@cache
def _kinds(topic: Topic) -> tuple[tuple[str, ...], tuple[float, ...]]:
    """The ways to speak of a topic, with weights."""
    weights = {
        "adjectives": 1.0 if topic.adjectives else 0.0,
        "phrases": 1.0 if topic.phrases else 0.0,
        "parts": (4.0 if topic.name == "hair" else 2.4) if topic.parts else 0.0,
        "predicates": (1.3 if topic.name == "expression" else 0.45) if topic.predicates else 0.0,
        "without": 0.55 if topic.without else 0.0,
    }
    return tuple(weights), tuple(weights.values())


def _word(rng: random.Random, words: Sequence[Word], facts: Gathered) -> str | None:
    for _ in range(facts.attempts):
        word = rng.choice(words)
        if facts.add(word.facts):
            return word.text
    return None


def _part(rng: random.Random, part: Part, facts: Gathered) -> tuple[str, list[str]] | None:
    """A noun and its adjectives, at least one unless the noun says something by itself."""
    noun = _word(rng, part.nouns, facts)
    if noun is None:
        return None
    slots = [slot for slot in part.slots if rng.random() < (0.42 if part.bare else 0.6)]
    if not slots and not part.bare:
        slots = [rng.choice(part.slots)]
    adjectives = [text for slot in slots if (text := _word(rng, slot, facts)) is not None]
    if not adjectives and not part.bare:
        return None
    return noun, adjectives


def _say_part(rng: random.Random, topic: Topic, facts: Gathered, pieces: Pieces) -> bool:
    part = rng.choice(topic.parts)
    said = _part(rng, part, facts)
    if said is None:
        return False
    noun, adjectives = said
    if part.compound and len(adjectives) == 1 and " " not in adjectives[0] and rng.random() < 0.12:
        pieces.adjectives.append(f"{adjectives[0]} {part.compound}")
    elif part.copula and adjectives and rng.random() < 0.12:
        pieces.copulas.append((noun, " and ".join(adjectives)))
    else:
        shown = [_graded(rng, adjectives[0]), *adjectives[1:]] if adjectives else []
        if len(shown) > 1 and rng.random() < 0.35:
            shown = shown[::-1]
        joint = ", " if rng.random() < 0.06 else " and " if rng.random() < 0.06 else " "
        text = " ".join(part for part in (joint.join(shown), noun) if part)
        text = article(text) if part.article and rng.random() < 0.85 else text
        (pieces.worn if topic.wear and rng.random() < 0.7 else pieces.possessions).append(text)
    return True


def _denied(rng: random.Random, topic: Topic, facts: Gathered) -> str | None:
    """As "not bald": an adjective that states one thing, denied."""
    word = rng.choice(topic.adjectives)
    if len(word.facts) != 1:
        return None
    ((name, accepted),) = word.facts.items()
    others = frozenset(attributes()[name].options) - accepted
    return f"not {word.text}" if others and facts.add({name: others}) else None


def _say(rng: random.Random, topic: Topic, facts: Gathered, pieces: Pieces) -> bool:
    """Say something of a topic; False where the words that were drawn contradict the facts."""
    names, weights = _kinds(topic)
    kind = rng.choices(names, weights)[0]
    if kind == "parts":
        return _say_part(rng, topic, facts, pieces)
    text = _denied(rng, topic, facts) if kind == "adjectives" and rng.random() < 0.05 else None
    text = text or _word(rng, getattr(topic, kind), facts)
    if text is None:
        return False
    if kind == "adjectives":
        pieces.adjectives.append(_graded(rng, text))
    elif kind == "predicates":
        pieces.statements.append(text)
    elif kind == "without":
        pieces.missing.append(text)
    else:
        (pieces.worn if topic.wear and rng.random() < 0.3 else pieces.possessions).append(text)
    return True


def draw_caption(rng: random.Random) -> Caption:
    """A caption about one to seven topics."""
    facts, pieces = Gathered(), Pieces.empty()
    left = list(WEIGHTS)
    for _ in range(rng.choice(_COUNTS)):
        _say(rng, _take_topic(rng, left), facts, pieces)
    if rng.random() < 0.05:
        _say(rng, SUBJECT, facts, pieces)
    return _composed(rng, facts, pieces)


def describe(rng: random.Random, known: Facts, topics: int) -> Caption:
    """A caption about so many topics, or fewer where no more can be said, of which every fact is true of a person.

    known: the person's option of each attribute, and none of those that cannot be seen; see `known_of`.
    """
    facts, pieces = Gathered(known), Pieces.empty()
    left, said = list(WEIGHTS), 0
    while left and said < topics:
        topic = _take_topic(rng, left)
        said += any(_say(rng, topic, facts, pieces) for _ in range(_TRIES))
    if rng.random() < 0.05:
        _say(rng, SUBJECT, facts, pieces)
    return _composed(rng, facts, pieces)


def _take_topic(rng: random.Random, left: list[tuple[Topic, float]]) -> Topic:
    number = rng.choices(range(len(left)), [weight for _, weight in left])[0]
    return left.pop(number)[0]


def _composed(rng: random.Random, facts: Gathered, pieces: Pieces) -> Caption:
    """The pieces in a sentence of some form."""
    rng.shuffle(pieces.adjectives)
    form = rng.choices([one for one, _ in FORMS], [weight for _, weight in FORMS])[0]
    text = form(rng, facts, pieces)
    if form is not request and rng.random() < 0.15:
        text = f"{rng.choice(_STARTS)} {text}"
    if rng.random() < 0.04:
        text = f"{text} {rng.choice(_ENDINGS)}"
    return Caption(" ".join(text.split()), facts.stated)


def draw_request(rng: random.Random, most: int = 2) -> Caption:
    """A request for a change of one to `most` topics; it says at least one thing."""
    while True:
        facts, pieces = Gathered(), Pieces.empty()
        left = list(WEIGHTS)
        for _ in range(rng.randint(1, most)):
            _say(rng, _take_topic(rng, left), facts, pieces)
        text = " ".join(request(rng, facts, pieces).split())
        if facts.stated:
            return Caption(text, facts.stated)
