"""What the camera of the embedded corpus sees: the actor's head, the light, the wall behind.

As in CREMA-D a clip shows one head before a plain wall; lamps, wall and framing differ a little from clip to clip.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from mien.corpora.embedded_plan import FIRST_ACTOR, Actor, PlannedClip, generator
from mien.corpora.options import EmbeddedOptions
from mien.heads.appearance import Appearance
from mien.heads.embedded import EmbeddedHead
from mien.heads.identity import IDENTITY_NAMES
from mien.heads.people import sample_actor
from mien.heads.performance import Performance
from mien.heads.render import Camera, Light, render_frames

_WALLS: tuple[tuple[float, float, float], ...] = (
    (0.16, 0.55, 0.22),  # a green screen, CREMA-D's own
    (0.24, 0.50, 0.30),
    (0.56, 0.58, 0.60),
    (0.42, 0.46, 0.52),
    (0.62, 0.58, 0.52),
    (0.30, 0.36, 0.44),
)


@lru_cache(maxsize=1)
def _head() -> EmbeddedHead:
    return EmbeddedHead()


def clip_frames(
    options: EmbeddedOptions, actor: Actor, clip: PlannedClip, performance: Performance
) -> Iterator[NDArray[np.uint8]]:
    """The frames (H, W, 3) uint8 RGB of a clip, one for each of the performance's."""
    head = _head()
    identity, appearance = person(options.seed, actor)
    rng = generator("scene", options.seed, clip.clip_id)
    camera, light, wall = _camera(rng), _light(rng), _wall(rng, options, actor)
    size = (options.width, options.height)
    return render_frames(head, identity, appearance, performance, size, camera, light, wall)


def _camera(rng: np.random.Generator) -> Camera:
    """The head near the middle, similar in size but never equal."""
    plain = Camera()
    return Camera(
        distance=plain.distance * float(rng.uniform(0.9, 1.15)),
        height=plain.height * float(rng.uniform(0.85, 1.0)),
        centre=(plain.centre[0] + float(rng.normal(0, 0.035)), plain.centre[1] + float(rng.normal(0, 0.025))),
    )


def _light(rng: np.random.Generator) -> Light:
    """Lamps a little moved, brighter or dimmer, warmer or colder; the key stands left or right."""
    plain = Light()
    side = 1.0 if rng.random() < 0.5 else -1.0
    warm = float(rng.uniform(-0.04, 0.04))

    def moved(direction: tuple[float, float, float]) -> tuple[float, float, float]:
        x, y, z = np.array(direction) + rng.normal(0, 0.1, 3)
        return float(side * x), float(y), float(z)

    key, fill, rim = moved(plain.key), moved(plain.fill), moved(plain.rim)
    red, green, blue = plain.key_colour
    return replace(
        plain,
        key=key,
        fill=fill,
        rim=rim,
        key_colour=(min(1.0, red + warm), green, min(1.0, blue - warm)),
        key_strength=plain.key_strength * float(rng.uniform(0.88, 1.12)),
        fill_strength=plain.fill_strength * float(rng.uniform(0.75, 1.4)),
        rim_strength=plain.rim_strength * float(rng.uniform(0.6, 1.3)),
    )


def _wall(rng: np.random.Generator, options: EmbeddedOptions, actor: Actor) -> NDArray[np.uint8]:
    """The actor's wall (H, W, 3), shaded a little differently in each clip."""
    own = generator("wall", options.seed, actor.actor_id)
    colour = np.array(_WALLS[int(own.integers(len(_WALLS)))]) * own.uniform(0.9, 1.1, 3) * rng.uniform(0.93, 1.07)
    x, y = np.meshgrid(np.linspace(-1, 1, options.width), np.linspace(-1, 1, options.height))
    spot = rng.normal(0, 0.3, 2)
    glow = 1.06 - rng.uniform(0.1, 0.25) * np.clip((x - spot[0]) ** 2 + (y - spot[1]) ** 2, 0, 2.5)
    grain = own.normal(0, 1.2, (options.height, options.width, 1))
    return np.asarray(np.clip(255 * colour * glow[..., None] + grain, 0, 255), np.uint8)


def person(seed: int, actor: Actor) -> tuple[Tensor, Appearance]:
    """The actor's face: identity (I,) and appearance."""
    index = int(actor.actor_id) - FIRST_ACTOR
    identity, appearance, sex = sample_actor(index, generator("looks", seed, actor.actor_id))
    if sex != actor.sex:
        raise ValueError(f"actor {actor.actor_id} has the voice of a {actor.sex} and the face of a {sex} person")
    return identity, appearance


def age(seed: int, actor: Actor) -> int:
    """How many years the actor's face shows."""
    identity, _ = person(seed, actor)
    return round(35 + 14 * float(identity[IDENTITY_NAMES.index("age")]))
