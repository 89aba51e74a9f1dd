"""Captions of scenes: in Vietnamese, English or both, in wordings for training and in others that no training sees."""

from __future__ import annotations

import random
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from mien.bodies.scene import PEOPLE, Scene
from mien.follow.corpus.language.clauses import CLAUSES, Speaker
from mien.follow.corpus.language.english_speaker import English
from mien.follow.corpus.language.names import SUBJECTS as NAMES
from mien.follow.corpus.language.phrases import ACTIONS, Facts
from mien.follow.corpus.language.told import Told
from mien.follow.corpus.language.vietnamese_speaker import Vietnamese

Language = Literal["vi", "en", "mixed"]
Wording = Literal["train", "held_out", "any"]

LANGUAGES: tuple[Language, ...] = ("vi", "en", "mixed")

_SPEAKERS: dict[str, Speaker] = {"vi": Vietnamese(), "en": English()}
_FORMS = ("string", "string", "string", "string", "place_first", "notes", "notes", "sentences")
_RATES = {"have": 0.42, "wear": 0.8, "action": 0.6, "place": 0.85, "time": 0.4}
_HELD_OUT_OF = 6
_TRIES = 200


@dataclass(frozen=True)
class Caption:
    """A text about a scene.

    language: "vi", "en" or "mixed". facts: attribute → the options that the text allows; an attribute that is not
    among them is free. action: the action that the text speaks of, None if of none. actions: those that its words
    allow ("nhảy": dance or jump); empty with no action. tones: colour → the tones that its words allow.
    """

    text: str
    language: Language
    facts: Facts
    action: str | None = None
    actions: frozenset[str] = frozenset()
    tones: Mapping[str, frozenset[str]] = field(default_factory=dict)
    others: bool = False
    """Whether it names a person, or a thing that no scene has."""


@dataclass(frozen=True)
class Others:
    """How often a text names what is no word of the lexicon: things that no scene has, and people by a name."""

    things: float = 0.0
    names: float = 0.0


def caption(
    scene: Scene,
    rng: np.random.Generator | random.Random,
    language: Language = "en",
    wording: Wording = "train",
    action: str | None = None,
    others: Others | None = None,
) -> Caption:
    """A text that is true of the scene; it speaks of a random part of what can be seen.

    wording: "train" and "held_out" share words but no order of clauses; "any" is both. action: what the figure does,
    one of `ACTIONS`, for the text to speak of or not. others: how often names and things are named that no scene has;
    by default never.

    Raises ValueError for an unknown language or action.
    """
    if language not in LANGUAGES:
        raise ValueError(f"a caption is in the language {', '.join(LANGUAGES)}, not {language!r}")
    if action is not None and action not in ACTIONS:
        raise ValueError(f"an action is one of {', '.join(ACTIONS)}, not {action!r}")
    words = rng if isinstance(rng, random.Random) else random.Random(int(rng.integers(1 << 62)))
    told, text = Told(scene, action, words), ""
    while not text:
        told = Told(scene, action, words)
        text = _text(told, language, wording, others or Others())
    actions = told.facts.pop("action", frozenset())
    return Caption(
        text, language, dict(told.facts), action if actions else None, actions, dict(told.claimed_tones), told.others
    )


def _text(told: Told, language: Language, wording: Wording, others: Others) -> str:
    form, names = _plan(told, wording)
    named = told.options["kind"] in PEOPLE and told.chance(others.names)
    texts = [_said(told, language, form, "name" if named and name == "subject" else name) for name in names]
    said = [text for text in texts if text]
    spoken = [name for name, text in zip(names, texts, strict=True) if text]
    if wording != "any" and _is_held_out(form, spoken) != (wording == "held_out"):
        return ""  # without what there was nothing to say of, it is another plan
    if not told.facts:  # nothing of the plan could be said
        return ""
    if names[0] == "start" and len(said) > 1:
        said[:2] = [f"{said[0]} {said[1]}"]
    if told.chance(others.things):
        told.others = True
        said.insert(int(told.rng.random() * (len(said) + 1)), _speaker(told, language).other_thing(told))
    return _polished(told, _together(told, form, said))


def _speaker(told: Told, language: Language) -> Speaker:
    return _SPEAKERS[told.one_of(("vi", "en")) if language == "mixed" else language]


def _plan(told: Told, wording: Wording) -> tuple[str, tuple[str, ...]]:
    """The form of the text and the order of what it says: those of "held_out" are never planned for "train"."""
    for _ in range(_TRIES):
        form = told.one_of(_FORMS)
        named = [name for name in CLAUSES if told.chance(_RATES[name])]
        if told.chance(0.55):
            told.rng.shuffle(named)
        if form == "place_first":
            named.sort(key=lambda name: name not in ("place", "time"))
        start = "start" if form != "sentences" and told.chance(0.18) else ""
        ending = "ending" if told.chance(0.06) else ""
        subject = "" if told.chance(0.04) and named else "subject"
        first = [start] if form != "place_first" else []
        later = sum(name in ("place", "time") for name in named) if form == "place_first" else 0
        order = (*first, *named[:later], subject, *named[later:], ending)
        found = tuple(name for name in order if name)
        held_out = _is_held_out(form, found)
        if found and (wording == "any" or held_out == (wording == "held_out")):
            return form, found
    raise RuntimeError("no plan of a text was found")


def _is_held_out(form: str, names: Sequence[str]) -> bool:
    """Whether no training sees this order of clauses."""
    kind = "string" if form == "place_first" else form
    return zlib.crc32(f"{kind} {' '.join(names)}".encode()) % _HELD_OUT_OF == 0


def _said(told: Told, language: Language, form: str, name: str) -> str | None:
    speaker = _speaker(told, language)
    if name == "name":
        told.others = True
        return told.pick(NAMES)
    if name == "start":
        return speaker.start(told)
    if name == "ending":
        return speaker.ending(told)
    if name == "subject":
        return speaker.subject(told, bare=form == "notes")
    if form == "notes":
        return speaker.fragment(told, name)
    if form == "sentences":
        return speaker.sentence(told, name)
    return speaker.clause(told, name)


def _together(told: Told, form: str, said: list[str]) -> str:
    if form == "notes":
        return told.one_of((", ", ", ", ", ", " ", ". ", " - ", "; ", "\n", " / ")).join(said)
    if form == "sentences":
        return told.one_of((". ", ". ", ", ", "; ")).join(said)
    text = said[0]
    for part in said[1:]:
        text += (", " if told.chance(0.2) else " ") + part
    return text


def _polished(told: Told, text: str) -> str:
    """The text with or without capitals and a full stop."""
    text = " ".join(text.split())
    if told.chance(0.4):
        text = text[:1].upper() + text[1:]
    return text + told.one_of(("", "", "", "", ".", ".", "!", "..")) if not text.endswith(".") else text
