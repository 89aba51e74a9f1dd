"""Generation of many motions in batches of similar length, the choice among samples, and timing of a single one."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mien.motion.corpus.plan import Plan
from mien.motion.data.features import FPS, to_performance
from mien.motion.generate.condition import Condition, draw_timeline, sample_seed
from mien.motion.generate.mover import Mover
from mien.motion.measure.differences import choose, is_as_planned
from mien.motion.measure.events import Event, detect_events
from mien.motion.networks.transformer import LONGEST
from mien.training.device import autocast
from mien.training.options import Precision

Motion = NDArray[np.float32]

TIMED_FRAMES, TIMED_TEXT, TIMED_RUNS = 100, "nods twice, then smiles", 3
"""Motion whose generation is timed: median of `TIMED_RUNS` runs, after one warm-up run."""


@dataclass(frozen=True)
class Request:
    """Text, number of frames (1 to 250), seed of the noise, and what was understood of the text, None for nothing."""

    text: str
    frames: int
    seed: int
    plan: Plan | None = None

    def condition(self, mover: Mover, number: int) -> Condition:
        """What sample `number` of the request is made from; a plan gets a timeline where the model takes one."""
        timer = mover.model.timer
        if self.plan is None or timer is None:
            return Condition(self.text, self.frames, sample_seed(self.seed, number))
        placed = draw_timeline(timer, self.plan, self.seed, number, self.frames / float(FPS))[0].placed
        return Condition(self.text, self.frames, sample_seed(self.seed, number), placed)


@dataclass(frozen=True)
class Sampled:
    """first: the first sample of a request. chosen: the one that is measured to agree best with its plan."""

    first: Motion
    chosen: Motion


def generate_best(
    mover: Mover, requests: Sequence[Request], samples: int, batch: int, precision: Precision,
    advance: Callable[[int], None],
) -> list[Sampled]:  # fmt: skip
    """The first and the chosen motion of each request, in order. As in `Mover.perform`, further samples are made only
    where the first one is not as planned, and a request without a plan has one sample."""
    first = generate(mover, [request.condition(mover, 0) for request in requests], batch, precision, advance)
    wanted = [
        number
        for number, (request, motion) in enumerate(zip(requests, first, strict=True))
        if samples > 1 and request.plan is not None and mover.model.timer is not None
        and not is_as_planned(request.plan, _events(motion))
    ]  # fmt: skip
    conditions = [requests[number].condition(mover, one) for number in wanted for one in range(1, samples)]
    more = generate(mover, conditions, batch, precision, lambda _: None)
    chosen = list(first)
    for place, number in enumerate(wanted):
        plan = requests[number].plan
        assert plan is not None
        motions = [first[number], *more[place * (samples - 1) : (place + 1) * (samples - 1)]]
        chosen[number] = motions[choose(plan, [_events(motion) for motion in motions])]
    return [Sampled(*both) for both in zip(first, chosen, strict=True)]


def _events(motion: Motion) -> tuple[Event, ...]:
    return detect_events(to_performance(motion))


def generate(
    mover: Mover, conditions: Sequence[Condition], batch: int, precision: Precision, advance: Callable[[int], None]
) -> list[Motion]:
    """Features (T_i, 63) for each condition, in order; generated in batches of similar length, to reduce padding."""
    order = sorted(range(len(conditions)), key=lambda number: conditions[number].frames)
    made: dict[int, Motion] = {}
    for start in range(0, len(order), batch):
        numbers = order[start : start + batch]
        with autocast(mover.device, precision):
            motions = mover.features([conditions[number] for number in numbers])
        made.update(zip(numbers, (motion.float().numpy() for motion in motions), strict=True))
        advance(len(numbers))
    return [made[number] for number in range(len(conditions))]


def predicted_frames(mover: Mover, text: str, plan: Plan | None) -> int:
    """Number of frames that the model chooses for a text or for its plan, 1 to 250."""
    timer = mover.model.timer
    seconds = mover.seconds_for(text) if plan is None or timer is None else timer.usual_seconds(plan)
    return min(LONGEST, max(1, round(seconds * FPS)))


def seconds_per_100_frames(mover: Mover, precision: Precision) -> float:
    """Seconds to generate a single motion of 100 frames, including reading the text."""
    taken = []
    for _ in range(1 + TIMED_RUNS):
        started = time.perf_counter()
        request = Request(TIMED_TEXT, TIMED_FRAMES, 0, mover.read(TIMED_TEXT).plan)
        generate(mover, [request.condition(mover, 0)], 1, precision, lambda _: None)
        taken.append(time.perf_counter() - started)
    return float(np.median(taken[1:]))
