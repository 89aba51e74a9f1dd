"""The scene of a clip of the embedded corpus: head, camera, light and background.

As in CREMA-D a clip shows one head in front of a wall; lights, wall and framing vary between clips, scaled by
`corpus.embedded.variation`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from mien.corpora.embedded.plan import (
    FIRST_ACTOR,
    Actor,
    PlannedClip,
    generator,
)
from mien.corpora.embedded.wall import draw_wall
from mien.corpora.options import EmbeddedOptions
from mien.heads.appearance import Appearance
from mien.heads.embedded.glasses import draw_glasses
from mien.heads.embedded.head import EmbeddedHead
from mien.heads.embedded.identity import IDENTITY_NAMES
from mien.heads.embedded.people import sample_actor
from mien.heads.performance import Performance
from mien.heads.render.render import Camera, Light, render_frames


@lru_cache(maxsize=1)
def _head() -> EmbeddedHead:
    return EmbeddedHead()


def clip_frames(
    options: EmbeddedOptions, actor: Actor, clip: PlannedClip, performance: Performance
) -> Iterator[NDArray[np.uint8]]:
    """The frames (H, W, 3) uint8 RGB of a clip, one for each frame of the performance."""
    head = _head()
    identity, appearance = person(options.seed, actor, options.variation.glasses)
    rng = generator("scene", options.seed, clip.clip_id)
    camera, light = draw_camera(rng, options, clip.clip_id), draw_light(rng, options.variation.light)
    wall = draw_wall(rng, options, actor.actor_id, clip.clip_id)
    size = (options.width, options.height)
    return render_frames(head, identity, appearance, performance, size, camera, light, wall)


def draw_camera(rng: np.random.Generator, options: EmbeddedOptions, clip_id: str) -> Camera:
    """A camera with random distance, field of view and centre; `options.variation.camera` scales the differences.

    Above 1 the camera is also rolled: standard deviation 0.07 radians times the excess over 1.
    """
    plain, amount = Camera(), options.variation.camera
    roll = float(generator("roll", options.seed, clip_id).normal(0, 0.07)) * max(amount - 1, 0.0)
    return Camera(
        distance=plain.distance * (1 + amount * (float(rng.uniform(0.9, 1.15)) - 1)),
        height=plain.height * (1 + amount * (float(rng.uniform(0.85, 1.0)) - 1)),
        centre=(
            plain.centre[0] + amount * float(rng.normal(0, 0.035)),
            plain.centre[1] + amount * float(rng.normal(0, 0.025)),
        ),
        roll=float(np.clip(roll, -0.15, 0.15)),
    )


def draw_light(rng: np.random.Generator, amount: float) -> Light:
    """Lights with random direction, strength and colour temperature; the key light is left or right.

    amount: scale of the differences in [0, 2]; 0 is the default light.
    """
    plain = Light()
    side = 1.0 if rng.random() < 0.5 or amount == 0 else -1.0
    warm = amount * float(rng.uniform(-0.04, 0.04))

    def moved(direction: tuple[float, float, float]) -> tuple[float, float, float]:
        x, y, z = np.array(direction) + amount * rng.normal(0, 0.1, 3)
        return float(side * x), float(y), float(z)

    def strength(usual: float, low: float, high: float) -> float:
        return usual * (1 + amount * float(rng.uniform(low, high) - 1))

    key, fill, rim = moved(plain.key), moved(plain.fill), moved(plain.rim)
    red, green, blue = plain.key_colour
    return replace(
        plain,
        key=key,
        fill=fill,
        rim=rim,
        key_colour=(min(1.0, red + warm), green, min(1.0, blue - warm)),
        key_strength=strength(plain.key_strength, 0.88, 1.12),
        fill_strength=strength(plain.fill_strength, 0.75, 1.4),
        rim_strength=strength(plain.rim_strength, 0.6, 1.3),
    )


def person(seed: int, actor: Actor, glasses: float = 0.0) -> tuple[Tensor, Appearance]:
    """The actor's face: identity (I,) and appearance. glasses: fraction of all actors who wear some.

    An actor with glasses at one fraction has the same ones at every larger fraction.
    """
    index = int(actor.actor_id) - FIRST_ACTOR
    identity, appearance, sex = sample_actor(index, generator("looks", seed, actor.actor_id))
    if sex != actor.sex:
        raise ValueError(f"actor {actor.actor_id} has the voice of a {actor.sex} and the face of a {sex} person")
    rng = generator("glasses", seed, actor.actor_id)
    return identity, draw_glasses(appearance, rng) if rng.random() < glasses else appearance


def age(seed: int, actor: Actor) -> int:
    """The age of the actor's face in years."""
    identity, _ = person(seed, actor)
    return round(35 + 14 * float(identity[IDENTITY_NAMES.index("age")]))
