"""What a text tells of a scene while it is composed: phrases that fit are picked, and what they claim is gathered."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence

from mien.bodies.scene import Scene
from mien.follow.corpus.language.colours import TONED, tone_of
from mien.follow.corpus.language.phrases import Phrase

_INDEX: dict[tuple[int, tuple[str | None, ...]], tuple[Sequence[Phrase], list[Phrase]]] = {}


class Told:
    """A scene that is being told, with the random numbers of the text.

    options: those that can be seen, and the action under "action". tones: of the colours that can be seen.
    facts, claimed_tones: what the words picked so far claim. others: whether something is named that no scene has.
    """

    def __init__(self, scene: Scene, action: str | None, rng: random.Random) -> None:
        self.rng = rng
        self.options = scene.visible()
        self.tones = {
            name: tone_of(name, self.options[name], scene.shade(name)) for name in TONED if name in self.options
        }
        if action is not None:
            self.options["action"] = action
        self.facts: dict[str, frozenset[str]] = {}
        self.claimed_tones: dict[str, frozenset[str]] = {}
        self.others = False

    def chance(self, rate: float) -> bool:
        """True in this part of all cases."""
        return self.rng.random() < rate

    def one_of(self, texts: Sequence[str]) -> str:
        """One of the texts."""
        return texts[int(self.rng.random() * len(texts))]

    def pick(self, phrases: Sequence[Phrase]) -> str | None:
        """The text of a phrase that holds; what it claims is noted. None if no phrase holds."""
        fitting = self._fitting(phrases)
        if not fitting:
            return None
        phrase = fitting[int(self.rng.random() * len(fitting))]
        self.claim(phrase.facts)
        return phrase.text

    def pick_colour(self, phrases: Sequence[Phrase], attribute: str) -> str | None:
        """The text of a colour of this attribute, in its tone; `phrases` may speak of another attribute's colours."""
        colour = self.options.get(attribute)
        if colour is None:
            return None
        tone = self.tones.get(attribute, "plain")
        fitting = self._fitting_colours(phrases, colour, tone)
        phrase = fitting[int(self.rng.random() * len(fitting))]
        self.claim({attribute: next(iter(phrase.facts.values()))})
        if attribute in TONED:
            self.claimed_tones[attribute] = phrase.tones
        return phrase.text

    def claim(self, facts: Mapping[str, frozenset[str]]) -> None:
        """Note facts, each of which holds for the scene."""
        for name, options in facts.items():
            self.facts[name] = self.facts[name] & options if name in self.facts else options

    def another_colour(self, phrases: Sequence[Phrase], attribute: str) -> Phrase | None:
        """A colour that this attribute does not have; nothing is claimed."""
        colour = self.options.get(attribute)
        for _ in range(8):
            phrase = phrases[int(self.rng.random() * len(phrases))]
            claimed = next(iter(phrase.facts.values()))
            if colour not in claimed and len(claimed) == 1 and "plain" in phrase.tones:
                return phrase
        return None

    def _fitting(self, phrases: Sequence[Phrase]) -> list[Phrase]:
        names = _attributes(phrases)
        key = (id(phrases), tuple(self.options.get(name) for name in names))
        if key not in _INDEX:
            # the phrases are kept, so that no other list gets their id
            _INDEX[key] = (phrases, [one for one in phrases if one.fits(self.options)])
        return _INDEX[key][1]

    @staticmethod
    def _fitting_colours(phrases: Sequence[Phrase], colour: str, tone: str) -> list[Phrase]:
        key = (id(phrases), (colour, tone))
        if key not in _INDEX:
            found = [one for one in phrases if colour in next(iter(one.facts.values())) and tone in one.tones]
            _INDEX[key] = (phrases, found)
        return _INDEX[key][1]


_NAMES: dict[int, tuple[str, ...]] = {}


def _attributes(phrases: Sequence[Phrase]) -> tuple[str, ...]:
    if id(phrases) not in _NAMES:
        _NAMES[id(phrases)] = tuple(sorted({name for one in phrases for name in one.facts}))
    return _NAMES[id(phrases)]
