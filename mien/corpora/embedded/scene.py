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

from mien.corpora.embedded.camera import Sensor, draw_sensor, filmed
from mien.corpora.embedded.lamps import draw_lamps
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
from mien.heads.performance import Performance, expression_vector
from mien.heads.render.render import Camera, Light, render_frames


@lru_cache(maxsize=1)
def _head() -> EmbeddedHead:
    return EmbeddedHead()


def clip_frames(
    options: EmbeddedOptions, actor: Actor, clip: PlannedClip, performance: Performance
) -> Iterator[NDArray[np.uint8]]:
    """The frames (H, W, 3) uint8 RGB of a clip, one for each frame of the performance."""
    head = _head()
    identity, appearance = person(options.seed, actor, options.variation.glasses, options.variation.detail)
    rng = generator("scene", options.seed, clip.clip_id)
    camera, light = draw_camera(rng, options, clip.clip_id), draw_light(rng, options.variation.light)
    wall = draw_wall(rng, options, actor.actor_id, clip.clip_id)
    size = (options.width, options.height)
    # An actor is recorded in one session, as in CREMA-D: where clips of one actor differed in light, a network would
    # learn to relight its reference, and paint shadows that no expression casts.
    light = draw_lamps(light, generator("lamps", options.seed, actor.actor_id), options.variation.lamps)
    frames = render_frames(head, identity, appearance, performance, size, camera, light, wall)
    sensor = draw_sensor(generator("sensor", options.seed, actor.actor_id), options.variation.sensor)
    return frames if sensor == Sensor() else filmed(frames, sensor, generator("noise", options.seed, clip.clip_id))


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


def person(seed: int, actor: Actor, glasses: float = 0.0, detail: float = 0.0) -> tuple[Tensor, Appearance]:
    """The actor's face: identity (I,) and appearance. glasses: fraction of all actors who wear some; detail: in [0, 1].

    An actor with glasses at one fraction has the same ones at every larger fraction.
    """
    index = int(actor.actor_id) - FIRST_ACTOR
    identity, appearance, sex = sample_actor(index, generator("looks", seed, actor.actor_id))
    if sex != actor.sex:
        raise ValueError(f"actor {actor.actor_id} has the voice of a {actor.sex} and the face of a {sex} person")
    identity, appearance = (
        calmed(identity),
        lived_in(appearance, _years(identity), generator("skin", seed, actor.actor_id), detail),
    )
    rng = generator("glasses", seed, actor.actor_id)
    return identity, draw_glasses(appearance, rng) if rng.random() < glasses else appearance


CALM: dict[str, float] = {"brow_height": -1.5, "eye_size": -0.9}
"""Steps by which the corpus's people differ from the average head.

At rest that head's brows are high and its eyes wide: classifiers trained on people call it surprised.
"""


def calmed(identity: Tensor) -> Tensor:
    """An identity (I,) with brows and lids as people at rest have them; each parameter stays in [-2.5, 2.5]."""
    moved = identity.clone()
    for name, step in CALM.items():
        moved[IDENTITY_NAMES.index(name)] += step
    return moved.clamp(-2.5, 2.5)


def lived_in(appearance: Appearance, years: float, rng: np.random.Generator, amount: float) -> Appearance:
    """The appearance with the traces of `years` and of life by `amount` in [0, 1]: 0 leaves it as it is."""
    detail, shine, loose, deep = (
        rng.uniform(0.6, 1.0),
        rng.uniform(0.0, 1.0),
        rng.uniform(0.3, 1.0),
        rng.uniform(0.4, 1.0),
    )
    return replace(
        appearance,
        detail=amount * float(detail),
        shine=amount * float(shine),
        loose_hair=amount * float(loose),
        ageing=amount * float(np.clip((years - 42) / 26, 0, 1) * deep),
    )


def resting_face(seed: int, actor: Actor) -> NDArray[np.float32]:
    """Expression weights (52,) of an actor's face at rest: lids that are a little narrowed, brows, corners."""
    rng = generator("rest", seed, actor.actor_id)

    def both(name: str, low: float, high: float) -> dict[str, float]:
        return dict.fromkeys((f"{name}Left", f"{name}Right"), float(np.clip(rng.uniform(low, high), 0, 1)))

    return expression_vector(
        both("eyeSquint", 0.1, 0.5)
        | both("eyeBlink", 0.02, 0.14)
        | both("browDown", -0.05, 0.30)
        | both("mouthFrown", -0.1, 0.12)
        | both("mouthSmile", -0.1, 0.08)
    )


def turned_aside(performance: Performance, options: EmbeddedOptions, clip: PlannedClip) -> Performance:
    """The performance with the head turned by 8 to 25 degrees, eyes at the camera, in `variation.turned` of clips."""
    rng = generator("turned", options.seed, clip.clip_id)
    lot, aside, up = rng.random(), rng.uniform(8, 25) * rng.choice([-1, 1]), rng.normal(0, 4)
    if lot >= options.variation.turned:
        return performance
    yaw, pitch = np.radians(aside), np.radians(np.clip(up, -8, 8))
    neck = performance.neck + np.array([yaw, pitch, 0], np.float32)
    gaze = np.clip(performance.gaze - np.array([0.8 * yaw, 0.5 * pitch], np.float32), -0.5, 0.5)
    return replace(performance, neck=neck.astype(np.float32), gaze=gaze.astype(np.float32))


def age(seed: int, actor: Actor) -> int:
    """The age of the actor's face in years."""
    return round(_years(person(seed, actor)[0]))


def _years(identity: Tensor) -> float:
    return 35 + 14 * float(identity[IDENTITY_NAMES.index("age")])
