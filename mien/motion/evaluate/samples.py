"""Generation of many motions in batches of similar length, and timing of a single one."""

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
"""Motion whose generation is timed: median of `TIMED_RUNS` runs, after one warm-up run."""


@dataclass(frozen=True)
class Request:
    """Text, number of frames (1 to 250), and seed of the noise."""

    text: str
    frames: int
    seed: int


def generate(
    mover: Mover, requests: Sequence[Request], batch: int, precision: Precision, advance: Callable[[int], None]
) -> list[Motion]:
    """Features (T_i, 63) for each request, in order; generated in batches of similar length, to reduce padding."""
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


def predicted_frames(mover: Mover, text: str) -> int:
    """Number of frames that the duration model predicts for a text, 1 to 250."""
    return min(LONGEST, max(1, round(mover.seconds_for(text) * FPS)))


def seconds_per_100_frames(mover: Mover, precision: Precision) -> float:
    """Seconds to generate a single motion of 100 frames, including text encoding."""
    taken = []
    for _ in range(1 + TIMED_RUNS):
        started = time.perf_counter()
        generate(mover, [Request(TIMED_TEXT, TIMED_FRAMES, 0)], 1, precision, lambda _: None)
        taken.append(time.perf_counter() - started)
    return float(np.median(taken[1:]))
