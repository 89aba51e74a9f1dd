"""What a painted place consists of: a still picture and what moves in it."""

from __future__ import annotations

from dataclasses import dataclass

from mien.bodies.places.noise import Field
from mien.bodies.places.skies import Sky
from mien.bodies.scene import RGB, Light


@dataclass(frozen=True)
class Water:
    """How a surface of water looks, from the horizon to the viewer.

    deep: its colour seen from above; bright: of crests. mirror: share of reflection at the viewer and at the horizon.
    roughness: of the reflection, 0 is a mirror. waves: contrast of its facets. grain: waves in a unit at the viewer.
    foam: share of foam, of this colour. glint: light of the sun or moon on it. shore: depth at which land begins,
    nearer to the viewer; 0: nowhere. speed: of its motion.
    """

    deep: RGB
    bright: RGB
    mirror: tuple[float, float]
    roughness: float
    waves: float
    grain: float
    foam: float = 0.0
    white: RGB = (0.95, 0.97, 0.98)
    glint: RGB = (0.0, 0.0, 0.0)
    shore: float = 0.0
    speed: float = 1.0


@dataclass(frozen=True)
class Glow:
    """Light that is added: `strength` (H, W) of one colour, which swings by the share `swing` once in `period` s."""

    strength: Field
    colour: RGB
    swing: float = 0.0
    period: float = 5.0
    phase: float = 0.0


@dataclass(frozen=True)
class Plan:
    """A place as its painter leaves it on the canvas: light on figures, and what moves.

    clouds: share of the sky that they cover, 0 for none. flakes: of snow in a picture of one square unit. polish: share
    of a figure that the ground mirrors; ripples: how much that picture sways, in units.
    """

    light: Light
    sky: Sky | None = None
    clouds: float = 0.0
    water: Water | None = None
    glows: tuple[Glow, ...] = ()
    flakes: int = 0
    polish: float = 0.0
    ripples: float = 0.0
