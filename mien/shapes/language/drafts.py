"""Drafts: figures and motions while a sentence is read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from mien.shapes.corpus.language import ADVERBS, VERBS
from mien.shapes.corpus.vocabulary import COLOURS, DIRECTIONS, MOTIONS

USUAL: dict[str, str] = {
    "move": "moving right", "rotate": "rotating clockwise", "bounce": "bouncing vertically",
    "zigzag": "zigzagging horizontally",
}  # fmt: skip
"""Key of `VERBS` → the motion where no way is said."""

DIAGONALLY = "diagonally"
"""The adverb that leaves open which diagonal is meant."""

_UPRIGHT, _LEVEL = ("up", "down"), ("left", "right")


@dataclass
class Action:
    """A verb, by its key in `VERBS`, with the adverbs that were said of it; near: only the nearest to what was said."""

    key: str
    said: str
    adverbs: list[str] = field(default_factory=list)
    implied: str | None = None
    near: bool = False

    @property
    def vague(self) -> bool:
        """Whether another verb may take its place, as in "moves in a zigzag"."""
        return self.near or (self.key == "move" and not self.adverbs)

    @property
    def way(self) -> str | None:
        """The adverbs as one, or None."""
        said = list(dict.fromkeys(part for adverb in self.adverbs for part in _parts(adverb)))
        diagonal = DIAGONALLY in said
        said = [part for part in said if part != DIAGONALLY]
        if self.implied is not None and not set(said) & {*_UPRIGHT, "vertically", "horizontally"}:
            said.append(self.implied)  # "falls to the left"
        for axis, name in ((_UPRIGHT, "vertically"), (_LEVEL, "horizontally")):
            if all(part in said for part in axis):
                return name
        down, along = ([part for part in said if part in axis] for axis in (_UPRIGHT, _LEVEL))
        if diagonal:
            down, along = down or ["up"], along or ["right"]
        if down and along:
            return f"{down[0]}-{along[0]}"
        return said[0] if said else None

    def motion(self) -> str:
        """The name of the motion in `MOTIONS`."""
        if self.key in MOTIONS:
            return self.key
        way = self.way
        key = "bounce" if self.key == "move" and way in ("vertically", "horizontally") else self.key
        for name in filter(None, (way, _turned(key, way))):
            motion = _named(key, name)
            if motion is not None:
                return motion
        return USUAL.get(key) or next(name for name, motion in MOTIONS.items() if motion.kind == key)

    def bare(self) -> Action:
        """The same verb without adverbs, for another figure."""
        return Action(self.key, self.said, implied=self.implied)

    def opposite(self) -> Action:
        """The same verb in the opposite direction or sense."""
        mirror = {"clockwise": "counter-clockwise", "counter-clockwise": "clockwise"}
        for way, (x, y) in DIRECTIONS.items():
            mirror[way] = next(other for other, place in DIRECTIONS.items() if place == (-x, -y))
        adverb = self.motion().partition(" ")[2]
        return Action(self.key, self.said, [mirror[adverb]] if adverb in mirror else list(self.adverbs))


def _parts(adverb: str) -> Sequence[str]:
    return adverb.split("-") if adverb in DIRECTIONS else (adverb,)


def _named(key: str, adverb: str) -> str | None:
    name = f"{VERBS[key][0][1]} {adverb}"
    return name if name in ADVERBS else None


def _turned(key: str, way: str | None) -> str | None:
    """The adverb of a verb that has none of the directions: "turns left", "bounces up"."""
    parts = _parts(way) if way else ()
    if key == "rotate":
        return "counter-clockwise" if "left" in parts else "clockwise"
    if parts and key in ("bounce", "zigzag"):
        return "vertically" if parts[0] in (*_UPRIGHT, "vertically") else "horizontally"
    return None


@dataclass
class Draft:
    """A figure; None where nothing was said. not_colours: those that it must not have. still: the words by which it is
    to stay where it is."""

    shape: str | None = None
    colour: str | None = None
    size: str | None = None
    action: Action | None = None
    said: str = "figure"
    not_colours: set[str] = field(default_factory=set)
    forbidden: set[str] = field(default_factory=set)
    still: str | None = None

    def has(self, shape: str | None, colour: str | None, size: str | None) -> bool:
        """Whether it may be meant by these attributes, None: not said."""
        pairs = ((shape, self.shape), (colour, self.colour), (size, self.size))
        return all(said is None or own == said for said, own in pairs)

    def chosen_colour(self, taken: Sequence[str | None]) -> str | None:
        """Its colour; another one than the forbidden where only those were said."""
        if self.colour is not None or not self.not_colours:
            return self.colour
        return next((one for one in COLOURS if one not in self.not_colours and one not in taken), None)


@dataclass
class Noun:
    """What was said before a noun. several: whether each of its colours has an article. still: see `Draft`."""

    count: int | None = None
    colours: list[str] = field(default_factory=list)
    sizes: list[str] = field(default_factory=list)
    action: Action | None = None
    not_colours: set[str] = field(default_factory=set)
    definite: bool = False
    determined: bool = False
    every: bool = False
    several: bool = False
    still: str | None = None

    @property
    def empty(self) -> bool:
        return not (self.count or self.colours or self.sizes or self.action or self.every or self.not_colours
                    or self.still)  # fmt: skip
