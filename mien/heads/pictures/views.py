"""From where, how near, in which light and before which wall a head is seen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Literal, Protocol, get_args

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from mien.heads.appearance import Colour
from mien.heads.head import HEAD_HEIGHT, rotation
from mien.heads.look import Look
from mien.heads.render.render import Camera, Light

Crop = Literal["whole", "face"]

CROPS: tuple[str, ...] = get_args(Crop)

LIGHTS = 48
"""How many lights there are."""

# cm: the point that stays in the middle of the picture while the head turns, and the picture's height
_FRAMING: dict[str, tuple[tuple[float, float, float], float]] = {
    "whole": ((0.0, -3.2, 0.0), 35.0),
    "face": ((0.0, -3.9, 6.0), 15.4),
}


@dataclass(frozen=True)
class View:
    """How a head is seen.

    yaw, pitch: radians by which the whole head turns as one stiff thing, signs as for the neck; pi / 2 shows the side,
    pi the back. crop: "whole", from the hair to the shoulders, or "face", from brows to chin. light: number of a light,
    below `LIGHTS`; 0 is `Light()`. background: sRGB of the wall. Raises ValueError for another crop or light.
    """

    yaw: float = 0.0
    pitch: float = 0.0
    crop: Crop = "whole"
    light: int = 0
    background: Colour = (0.55, 0.58, 0.60)

    def __post_init__(self) -> None:
        if self.crop not in CROPS:
            raise ValueError(f"unknown crop {self.crop!r}; there are {', '.join(CROPS)}")
        if not 0 <= self.light < LIGHTS:
            raise ValueError(f"there are the lights 0 to {LIGHTS - 1}, not {self.light}")

    @property
    def camera(self) -> Camera:
        """The camera, before which a head stands that was turned by `turn`."""
        return Camera(height=_FRAMING[self.crop][1] / HEAD_HEIGHT, centre=(0.0, 0.0))

    @property
    def middle(self) -> NDArray[np.float32]:
        """The point (3,) about which the head turns and which is then the origin, head units."""
        return np.array(_FRAMING[self.crop][0], np.float32) / np.float32(HEAD_HEIGHT)

    @property
    def turn(self) -> Tensor:
        """The rotation (3, 3) of the head."""
        yaw, pitch, roll = (torch.tensor([angle]) for angle in (self.yaw, self.pitch, 0.0))
        return rotation(yaw, pitch, roll)[0]


class HeadRenderer(Protocol):
    """Renders looks. size: side of its pictures in pixels."""

    size: int

    def pictures(self, look: Look, views: Sequence[View] | Sequence[Sequence[View]]) -> Tensor:
        """Pictures (B, V, 3, size, size), sRGB in [0, 1], of B heads in V views: one list for all, or a list each."""
        ...


def views_of_each(views: Sequence[View] | Sequence[Sequence[View]], heads: int) -> list[list[View]]:
    """The views of each of so many heads. Raises ValueError where they are not equally many, or none."""
    if all(isinstance(view, View) for view in views):
        each: list[list[View]] = [list(views)] * heads  # type: ignore[arg-type]
    else:
        each = [list(own) for own in views]  # type: ignore[arg-type]
    if len(each) != heads:
        raise ValueError(f"there must be a list of views for each of {heads} heads, not {len(each)}")
    counts = {len(own) for own in each}
    if len(counts) != 1 or 0 in counts:
        raise ValueError(f"there must be heads, with equally many views each, not {sorted(counts)}")
    return each


@cache
def light_of(number: int) -> Light:
    """The light of a number: 0 is the default one, the others come from elsewhere, in other strengths and colours."""
    if number == 0:
        return Light()
    rng = np.random.default_rng([number, 4801])
    azimuth, height = rng.uniform(-1.2, 1.2), rng.uniform(0.0, 0.9)
    side = -np.sign(azimuth) * rng.uniform(0.5, 1.2)
    warmth, other = rng.normal(0, 0.06, 2)
    ambient = rng.uniform(0.16, 0.26)
    return Light(
        key=_direction(azimuth, height),
        key_colour=(1.0, 0.96 - abs(warmth) / 2, min(0.93 - warmth, 1.0)),
        key_strength=float(rng.uniform(0.6, 0.9)),
        fill=_direction(side, rng.uniform(-0.1, 0.4)),
        fill_colour=(0.9 - max(other, 0), 0.9, min(0.95 + other, 1.0)),
        fill_strength=float(rng.uniform(0.12, 0.35)),
        rim_strength=float(rng.uniform(0.1, 0.5)),
        ambient=(ambient, ambient, ambient * float(rng.uniform(0.95, 1.15))),
    )


def _direction(azimuth: float, height: float) -> tuple[float, float, float]:
    return (
        float(np.sin(azimuth) * np.cos(height)),
        float(np.sin(height)),
        float(np.cos(azimuth) * np.cos(height)),
    )
