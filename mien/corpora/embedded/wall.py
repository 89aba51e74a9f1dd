"""Backgrounds of the embedded corpus: a grey wall, a coloured one, or a blurred room or pattern."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from mien.corpora.embedded.plan import generator
from mien.corpora.options import EmbeddedOptions

_GREY = (0.52, 0.54, 0.56)
_COLOURS: tuple[tuple[float, float, float], ...] = (
    (0.16, 0.55, 0.22),  # a green screen, CREMA-D's own
    (0.24, 0.50, 0.30),
    (0.56, 0.58, 0.60),
    (0.42, 0.46, 0.52),
    (0.62, 0.58, 0.52),
    (0.30, 0.36, 0.44),
)


def draw_wall(rng: np.random.Generator, options: EmbeddedOptions, actor_id: str, clip_id: str) -> NDArray[np.uint8]:
    """The background (H, W, 3) uint8 of a clip: the actor's wall with a random vignette.

    `options.variation.background` interpolates from an even grey wall (0) over the actor's own (1) to a blurred room or
    a pattern of the clip (2); the random draws are the same for all of its values.
    """
    amount = options.variation.background
    painted = min(amount, 1.0)
    own = generator("wall", options.seed, actor_id)
    colour = np.array(_COLOURS[int(own.integers(len(_COLOURS)))]) * own.uniform(0.9, 1.1, 3) * rng.uniform(0.93, 1.07)
    x, y = np.meshgrid(np.linspace(-1, 1, options.width), np.linspace(-1, 1, options.height))
    spot = rng.normal(0, 0.3, 2)
    glow = 1.06 - rng.uniform(0.1, 0.25) * np.clip((x - spot[0]) ** 2 + (y - spot[1]) ** 2, 0, 2.5)
    grain = own.normal(0, 1.2, (options.height, options.width, 1))
    colour = painted * colour + (1 - painted) * np.array(_GREY)
    glow = painted * glow + (1 - painted)
    wall = 255 * colour * glow[..., None] + painted * grain
    if amount > 1:
        chance = generator("pattern", options.seed, clip_id)
        picture = _stripes(chance, x, y) if chance.random() < 0.3 else _room(chance, options.width, options.height)
        wall = wall + (amount - 1) * (255 * picture * glow[..., None] - wall)
    return np.asarray(np.clip(wall, 0, 255), np.uint8)


def _stripes(rng: np.random.Generator, x: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.float64]:
    """Wallpaper (H, W, 3) in [0, 1]: soft stripes of two colours, in one direction or in two."""
    first = np.clip(rng.uniform(0.25, 0.75) + rng.normal(0, 0.10, 3), 0.1, 0.9)
    second = np.clip(first + rng.normal(0, 0.15, 3), 0.05, 0.9)
    angle = rng.uniform(0, np.pi)
    waves = rng.uniform(5, 30) * np.array([1.0, rng.integers(2)])
    along, across = x * np.cos(angle) + y * np.sin(angle), y * np.cos(angle) - x * np.sin(angle)
    value = 0.5 + 0.25 * np.tanh(2 * np.sin(waves[0] * along)) + 0.25 * np.tanh(2 * np.sin(waves[1] * across))
    return np.asarray(first + (second - first) * value[..., None])


def _room(rng: np.random.Generator, width: int, height: int) -> NDArray[np.float64]:
    """A room out of focus (H, W, 3) in [0, 1]: a wall, furniture, lamps."""
    base = np.clip(rng.uniform(0.2, 0.75) + rng.normal(0, 0.08, 3), 0.1, 0.85)
    picture = np.broadcast_to(base.astype(np.float32), (height, width, 3)).copy()
    for _ in range(int(rng.integers(4, 12))):
        # furniture differs in lightness more than in hue
        colour = np.clip(base + rng.normal(0, 0.18) + rng.normal(0, 0.09, 3), 0.03, 0.95)
        left, top = rng.uniform(-0.1, 0.95) * width, rng.uniform(-0.1, 0.8) * height
        right, low = left + rng.uniform(0.05, 0.4) * width, top + rng.uniform(0.1, 0.9) * height
        corners = (round(left), round(top)), (round(right), round(low))
        cv2.rectangle(picture, *corners, [float(c) for c in colour], -1)
    for _ in range(int(rng.integers(0, 4))):
        centre = (round(rng.uniform(0, 1) * width), round(rng.uniform(0, 0.5) * height))
        cv2.circle(picture, centre, round(rng.uniform(0.02, 0.08) * height), (0.95, 0.9, 0.8), -1, cv2.LINE_AA)
    return np.asarray(cv2.GaussianBlur(picture, (0, 0), rng.uniform(0.008, 0.05) * height), np.float64)
