"""Scenes drawn at random, and the combinations that no training sees, so that an evaluation can ask for them."""

from __future__ import annotations

import random
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from mien.bodies.scene import COLOURS, PEOPLE, RGB, Scene
from mien.follow.corpus.language.colours import TONED, draw_shade, tones_of

PAIRS = (("kind", "place"), ("top", "top_colour"), ("top_colour", "bottom_colour"))
"""Attributes of which some pairs of options are held out."""

_ONE_IN = {"kind place": 14, "top top_colour": 14, "top_colour bottom_colour": 12}
_TONE = 0.22
_TRIES = 1000


def is_held_out(scene: Scene) -> bool:
    """Whether a scene has a combination that no training sees: of kind and place, of top and its colour, or of the
    colours of top and bottom; about 15 % of all scenes. What cannot be seen does not count."""
    return bool(held_out_pairs(scene.visible()))


def held_out_pairs(options: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """The pairs of attributes whose options are a combination that no training sees."""
    return tuple(
        (one, other)
        for one, other in PAIRS
        if one in options and other in options and _is_held_out(one, options[one], other, options[other])
    )


def draw_scene(rng: np.random.Generator | random.Random, held_out: bool | None = False) -> Scene:
    """A scene with exact shades: with no held-out combination, with one (`held_out` True), or as it comes (None).

    People always wear something; robots, pandas and bears often do.
    """
    words = rng if isinstance(rng, random.Random) else random.Random(int(rng.integers(1 << 62)))
    for _ in range(_TRIES):
        scene = _drawn(words)
        if held_out is None or is_held_out(scene) == held_out:
            return replace(scene, shades=draw_shades(words, scene))
    raise RuntimeError("no such scene was drawn")


def draw_shades(rng: random.Random, scene: Scene, tones: Mapping[str, str] | None = None) -> dict[str, RGB]:
    """Exact colours for the named ones of a scene. tones: colour → its tone; without them they are drawn too."""
    shades = {}
    for name in ("skin", "hair_colour", "top_colour", "pattern_colour", "bottom_colour", "hat_colour"):
        colour = getattr(scene, name)
        known = tones_of(name, colour)
        if tones is not None:
            tone = tones.get(name, "plain")
        else:
            tone = rng.choice(known) if name in TONED and rng.random() < _TONE * (len(known) > 1) else "plain"
        shades[name] = draw_shade(rng, name, colour, tone)
    return shades


def _is_held_out(one: str, option: str, other: str, other_option: str) -> bool:
    return zlib.crc32(f"held out {option} {other_option}".encode()) % _ONE_IN[f"{one} {other}"] == 0


def _drawn(rng: random.Random) -> Scene:
    kind = _weighted(rng, {"woman": 5, "man": 4, "child": 2.5, "robot": 2, "panda": 2, "bear": 1.6})
    top, bottom = _clothes(rng, kind)
    colours = tuple(COLOURS)
    pattern = _weighted(rng, {"plain": 7, "stripes": 1.5, "dots": 1, "checks": 1})
    top_colour = rng.choice(colours)
    place = rng.choice(("sea", "water", "beach", "mountain", "snow", "city", "forest", "stage", "room"))
    return Scene(
        kind=kind,
        build=_weighted(rng, {"slim": 2, "average": 5, "broad": 2}),
        skin=_weighted(rng, {"light": 4, "tan": 3, "brown": 2, "dark": 2}),
        hair_style=_hair(rng, kind),
        hair_colour=_weighted(rng, {"black": 4, "brown": 3, "blond": 2, "red": 1, "grey": 1.2, "white": 0.8}),
        top=top,
        top_colour=top_colour,
        top_pattern=pattern if top != "none" else "plain",
        pattern_colour=rng.choice([colour for colour in colours if colour != top_colour]),
        bottom=bottom,
        bottom_colour=rng.choice(colours),
        hat=_hat(rng, top),
        hat_colour=rng.choice(colours),
        place=place,
        time=_weighted(rng, {"day": 4, "sunset": 2, "night": 2}),
        variation=rng.randrange(1 << 31),
    )


def _clothes(rng: random.Random, kind: str) -> tuple[str, str]:
    people = kind in PEOPLE
    women = kind == "woman" or (kind == "child" and rng.random() < 0.5)
    tops = {"t_shirt": 4.0, "shirt": 4.0, "coat": 3.0, "dress": 0.4, "ao_dai": 0.4}
    if women:
        tops.update(dress=5.0, ao_dai=3.0)
    if not people:
        tops.update(none=4.0, dress=1.2, ao_dai=0.7)
    top = _weighted(rng, tops)
    if top == "dress":
        return top, "none"
    if top == "ao_dai":
        return top, "trousers"
    bottoms = {"trousers": 5.0, "shorts": 3.0, "skirt": 4.0 if women else 0.5}
    if not people:
        bottoms["none"] = 9.0 if top == "none" else 4.0
    return top, _weighted(rng, bottoms)


def _hair(rng: random.Random, kind: str) -> str:
    styles: dict[str, dict[str, float]] = {
        "woman": {"long": 5, "bob": 3, "ponytail": 3, "bun": 2.5, "curly": 2.5, "short": 2, "bald": 0.4},
        "man": {"short": 7, "bald": 2.5, "curly": 2, "long": 1, "ponytail": 0.7, "bun": 0.5, "bob": 0.5},
        "child": {"short": 4, "bob": 2.5, "ponytail": 2.5, "long": 2, "curly": 2, "bun": 1, "bald": 0.5},
    }
    return _weighted(rng, styles.get(kind, {"short": 1}))


def _hat(rng: random.Random, top: str) -> str:
    hats = {"none": 6.0, "cap": 2, "hat": 1.6, "beanie": 1.6, "non_la": 4.0 if top == "ao_dai" else 0.9}
    return _weighted(rng, hats)


def _weighted(rng: random.Random, weights: Mapping[str, float]) -> str:
    options: Sequence[str] = tuple(weights)
    return rng.choices(options, tuple(weights.values()))[0]
