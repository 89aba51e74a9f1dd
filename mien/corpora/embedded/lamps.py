"""Light by lot: from a window at the side, soft, from above, behind or below, warm or cold, bright or low key.

Every kind is three lamps and ambient light as `mien.heads.render.render.Light` has them. Exposure and most of the
white balance are set on the face, as cameras do.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mien.heads.appearance import Colour
from mien.heads.render.render import Light

Array = NDArray[np.float64]
Range = tuple[float, float]

_BALANCED = 0.6
"""How much of the light's colour the camera's white balance takes away."""

_BRIGHTEST = 1.2
"""Linear light in which no channel of a fair skin burns out."""

_FACE = np.array([0.0, 0.1, 0.995])
"""Mean normal of a face: what exposure and white balance are set on."""


@dataclass(frozen=True)
class _Kind:
    """A kind of light: its share, degrees of the key light aside and upwards, strengths of the lamps and ambient."""

    share: float
    aside: Range
    upwards: Range
    key: Range
    fill: Range
    rim: Range
    ambient: Range


_KINDS = (
    _Kind(0.35, (35, 80), (0, 40), (0.7, 1.2), (0.02, 0.25), (0.0, 0.4), (0.06, 0.20)),  # a window at the side
    _Kind(0.20, (0, 50), (10, 60), (0.15, 0.40), (0.10, 0.35), (0.0, 0.2), (0.35, 0.60)),  # an overcast sky
    _Kind(0.12, (0, 40), (50, 72), (0.7, 1.1), (0.02, 0.20), (0.0, 0.3), (0.08, 0.25)),  # a lamp at the ceiling
    _Kind(0.08, (10, 60), (0, 40), (0.25, 0.5), (0.10, 0.25), (0.7, 1.4), (0.15, 0.30)),  # the sun behind
    _Kind(0.05, (0, 60), (-35, -5), (0.4, 0.9), (0.05, 0.30), (0.0, 0.3), (0.10, 0.30)),  # a screen below
)
"""What is left of the shares is the studio's own light."""


def draw_lamps(studio: Light, rng: np.random.Generator, amount: float) -> Light:
    """The light of an actor's clips: the `studio`'s at amount 0, one drawn by lot at 1, in [0, 1]."""
    lot = rng.random()
    kind = next((k for k, end in zip(_KINDS, np.cumsum([k.share for k in _KINDS]), strict=True) if lot < end), None)
    if kind is None or amount == 0:
        return studio
    side = 1.0 if rng.random() < 0.5 else -1.0
    warmth = rng.normal(0, 0.38, 2)
    drawn = Light(
        key=_direction(side * rng.uniform(*kind.aside), rng.uniform(*kind.upwards)),
        key_colour=_colour(warmth[0]),
        key_strength=rng.uniform(*kind.key),
        fill=_direction(-side * rng.uniform(20, 70), rng.uniform(-10, 35)),
        fill_colour=_colour(warmth[1]),
        fill_strength=rng.uniform(*kind.fill),
        rim=_direction(-side * rng.uniform(110, 160), rng.uniform(10, 45)),
        rim_colour=_colour(warmth[1]),
        rim_strength=rng.uniform(*kind.rim),
        ambient=_scaled(_colour(0.5 * warmth.sum()), rng.uniform(*kind.ambient)),
    )
    low_key = rng.random() < 0.12
    drawn = _exposed(drawn, _falls_on(studio, _FACE).mean() * rng.uniform(*((0.45, 0.65) if low_key else (0.9, 1.25))))
    return _between(studio, drawn, amount)


def _direction(aside: float, upwards: float) -> tuple[float, float, float]:
    """Unit vector towards a lamp `aside` (> 0: on the viewer's right) and `upwards`, degrees."""
    a, u = np.radians(aside), np.radians(upwards)
    return float(np.sin(a) * np.cos(u)), float(np.sin(u)), float(np.cos(a) * np.cos(u))


def _colour(warmth: float) -> Colour:
    """Linear RGB of a lamp: 1 as warm as a light bulb, -1 as cold as the blue sky, 0 white."""
    w = float(np.clip(warmth, -1, 1))
    return (1.0, 1 - 0.20 * w, 1 - 0.42 * w) if w > 0 else (1 + 0.28 * w, 1 + 0.12 * w, 1.0)


def _scaled(colour: Colour, by: float | Array) -> Colour:
    red, green, blue = (np.asarray(colour) * by).tolist()
    return red, green, blue


def _falls_on(light: Light, normal: Array) -> Array:
    """Linear RGB (3,) of the light on a surface with a unit normal (3,)."""
    directions, strengths = light.lamps()
    return np.asarray(np.array(light.ambient) + np.maximum(directions @ normal, 0) @ strengths)


def _exposed(light: Light, level: float) -> Light:
    """The light with `level` on the face, less where its bright side would burn out; most of its colour taken away."""
    seen, brightest = _falls_on(light, _FACE), _falls_on(light, light.lamps()[0][0])
    gain = (seen.mean() / seen) ** _BALANCED
    gain = gain * min(level / (seen * gain).mean(), _BRIGHTEST / (brightest * gain).max())
    return Light(
        key=light.key,
        key_colour=_scaled(light.key_colour, gain),
        key_strength=light.key_strength,
        fill=light.fill,
        fill_colour=_scaled(light.fill_colour, gain),
        fill_strength=light.fill_strength,
        rim=light.rim,
        rim_colour=_scaled(light.rim_colour, gain),
        rim_strength=light.rim_strength,
        ambient=_scaled(light.ambient, gain),
    )


def _between(first: Light, second: Light, amount: float) -> Light:
    """A linear mixture of two lights, number by number: `first` at 0, `second` at 1."""

    def triple(name: str) -> tuple[float, float, float]:
        a, b = np.array(getattr(first, name)), np.array(getattr(second, name))
        x, y, z = (a + (b - a) * amount).tolist()
        return x, y, z

    def number(name: str) -> float:
        a, b = getattr(first, name), getattr(second, name)
        return float(a + (b - a) * amount)

    return Light(
        key=triple("key"),
        key_colour=triple("key_colour"),
        key_strength=number("key_strength"),
        fill=triple("fill"),
        fill_colour=triple("fill_colour"),
        fill_strength=number("fill_strength"),
        rim=triple("rim"),
        rim_colour=triple("rim_colour"),
        rim_strength=number("rim_strength"),
        ambient=triple("ambient"),
    )
