"""Many motions from one model: in batches of like length, timed."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mien.motion.data.features import FPS
from mien.motion.generate.mover import Mover
from mien.motion.networks.transformer import LONGEST
from mien.training.device import autocast
from mien.training.options import Precision

Motion = NDArray[np.float32]

TIMED_FRAMES, TIMED_TEXT, TIMED_RUNS = 100, "nods twice, then smiles", 3
"""What the time of a single motion is taken of: the median of so many runs, after one that warms up."""


@dataclass(frozen=True)
class Request:
    """Words, how many frames (1 to 250), and the seed of the noise."""

    text: str
    frames: int
    seed: int


def generate(
    mover: Mover, requests: Sequence[Request], batch: int, precision: Precision, advance: Callable[[int], None]
) -> list[Motion]:
    """Features (T_i, 63) for each request, in their order; made in batches of like length, so that little is padded."""
    order = sorted(range(len(requests)), key=lambda number: requests[number].frames)
    made: dict[int, Motion] = {}
    for start in range(0, len(order), batch):
        numbers = order[start : start + batch]
        some = [requests[number] for number in numbers]
        with autocast(mover.device, precision):
            motions = mover.features(
                [one.text for one in some], [one.frames for one in some], [one.seed for one in some]
            )
        made.update(zip(numbers, (motion.float().numpy() for motion in motions), strict=True))
        advance(len(some))
    return [made[number] for number in range(len(requests))]


def own_frames(mover: Mover, text: str) -> int:
    """How many frames the model itself would take for a text."""
    return min(LONGEST, max(1, round(mover.seconds_for(text) * FPS)))


def seconds_per_100_frames(mover: Mover, precision: Precision) -> float:
    """How long a single motion of 4 s takes, text and all."""
    taken = []
    for _ in range(1 + TIMED_RUNS):
        started = time.perf_counter()
        generate(mover, [Request(TIMED_TEXT, TIMED_FRAMES, 0)], 1, precision, lambda _: None)
        taken.append(time.perf_counter() - started)
    return float(np.median(taken[1:]))
