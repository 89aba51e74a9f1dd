"""The embedded corpus of motions: computed sequences with texts.

A sequence plays a random plan with random timing, extent and sway; its texts are sampled from the wordings of the
plan. `train` and `val` share no sequence. Every sequence of `held_out` has a pair of kinds that occurs in no sequence
of the other two.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from mien.heads.performance import ARKIT_NAMES, EXPRESSION_INDEX, Performance
from mien.motion.corpus.actions import KINDS, TEMPO, draw_curve, draw_timing
from mien.motion.corpus.language import describe
from mien.motion.corpus.plan import Plan, draw_plan, held_out_pairs
from mien.motion.corpus.timeline import AGAIN_SECONDS, Timeline, repeats_kind
from mien.motion.data.features import FPS
from mien.motion.data.store import MotionClip

Array = NDArray[np.float64]

LONGEST_SECONDS = 10.0
"""Maximum length of a sequence."""

SIZES: tuple[tuple[tuple[int, ...], float], ...] = (
    ((1,), 0.2), ((1, 1), 0.24), ((1, 1, 1), 0.17), ((2,), 0.11), ((1, 2), 0.07), ((2, 1), 0.07), ((1, 1, 2), 0.04),
    ((2, 2), 0.04), ((1, 1, 1, 1), 0.03), ((3,), 0.02), ((1, 3), 0.01),
)  # fmt: skip
"""Number of actions in each step of a plan, and the probability of such a plan."""

LONG_PAUSE_FRACTION = 0.08
"""Fraction of sequences with longer pauses at random places. In the others, the length determines the timing."""

PARAPHRASES = 3
"""Sentences for each sequence."""

_POSE = {"yaw": 0, "pitch": 1, "roll": 2, "forward": 5, "gaze_yaw": 6, "gaze_pitch": 7}
_SWAY = np.array([0.022, 0.014, 0.012, 0.006, 0.004, 0.006, 0.02, 0.012])
"""Standard deviations of the sway: neck (3) in radians, translation (3) in head units, gaze (2) in radians."""


def sample_performance(rng: np.random.Generator, plan: Plan) -> Performance:
    """A random performance of a plan at `FPS`, see `sample_motion`."""
    return sample_motion(rng, plan)[0]


def sample_motion(
    rng: np.random.Generator, plan: Plan, longest: float = LONGEST_SECONDS
) -> tuple[Performance, Timeline]:
    """A random performance of a plan at `FPS`: its steps in order, pauses between them, and sway; and its timeline.

    Raises ValueError for a plan that takes more than `longest` seconds at every tempo of 20.
    """
    for _ in range(20):
        tempo = float(rng.uniform(*TEMPO))
        timings = [[draw_timing(rng, action, tempo) for action in step] for step in plan.steps]
        lengths = [max(timing.seconds for timing in step) for step in timings]
        pauses = tempo * rng.uniform(0.17, 0.23, len(lengths) + 1)
        pauses[1:-1] = np.where(repeats_kind(plan), np.maximum(pauses[1:-1], AGAIN_SECONDS), pauses[1:-1])
        slack = longest - 0.1 - sum(lengths) - pauses.sum()
        if slack >= 0:
            break
    else:
        raise ValueError(f"a plan of {len(plan.actions)} actions takes longer than {longest:g} s")
    if rng.random() < LONG_PAUSE_FRACTION:  # longer pauses at random places
        pauses += rng.dirichlet(np.ones(len(pauses))) * min(slack, float(rng.exponential(1.2)))
    times = np.arange(int(np.ceil((sum(lengths) + pauses.sum()) * float(FPS)))) / float(FPS)
    pose, expression, spans = _sway(rng, times), np.zeros((len(times), len(ARKIT_NAMES))), []
    start = 0.0
    for step, step_timings, length, pause in zip(plan.steps, timings, lengths, pauses, strict=False):
        start += pause
        for action, timing in zip(step, step_timings, strict=True):
            offset = (length - timing.seconds) * float(rng.uniform(0.4, 0.6))
            spans.append((start + offset, timing.seconds))
            curve = draw_curve(action, timing, times - start - offset)
            for channel, extent in KINDS[action.kind].moves(action.side).items():
                if channel in _POSE:
                    pose[:, _POSE[channel]] += extent * curve
                else:
                    expression[:, EXPRESSION_INDEX[channel]] += extent * curve
        start += length
    performance = Performance(
        fps=FPS,
        expression=np.clip(expression, 0, 1).astype(np.float32),
        neck=pose[:, :3].astype(np.float32),
        translation=pose[:, 3:6].astype(np.float32),
        gaze=pose[:, 6:].astype(np.float32),
    )
    return performance, Timeline(plan, tuple(spans))


def _sway(rng: np.random.Generator, times: Array) -> Array:
    frequencies = rng.uniform(0.08, 0.45, (3, len(_SWAY)))
    phases = rng.uniform(0, 2 * np.pi, (3, len(_SWAY)))
    sines = np.sin(2 * np.pi * frequencies * times[:, None, None] + phases)
    return np.asarray(sines.sum(1) * np.sqrt(2 / 3) * _SWAY * rng.uniform(0.4, 1.0))


def embedded_motions(train: int, val: int, held_out: int, seed: int) -> Iterator[MotionClip]:
    """Yield the sequences of each split, in this order; a sequence is a function of (seed, split, number) only."""
    excluded = held_out_pairs(seed)
    sorted_pairs = sorted(tuple(sorted(pair)) for pair in excluded)
    for part, count in (("train", train), ("val", val), ("held_out", held_out)):
        for number in range(count):
            rng = np.random.default_rng([seed, ("train", "val", "held_out").index(part), number])
            pair = sorted_pairs[number % len(sorted_pairs)] if part == "held_out" else None
            plan, performance, timeline = _draw_motion(rng, excluded, pair)
            texts = tuple(describe(rng, plan) for _ in range(PARAPHRASES))
            yield MotionClip(f"{part}-{number:05d}", "embedded", part, texts, performance, plan, timeline.spans)


def _draw_motion(
    rng: np.random.Generator, excluded: frozenset[frozenset[str]], pair: tuple[str, ...] | None
) -> tuple[Plan, Performance, Timeline]:
    while True:
        plan = _draw_plan(rng, excluded, pair)
        try:
            return plan, *sample_motion(rng, plan)
        except ValueError:  # too long
            continue


def _draw_plan(rng: np.random.Generator, excluded: frozenset[frozenset[str]], pair: tuple[str, ...] | None) -> Plan:
    sizes = [size for size, _ in SIZES]
    weights = np.array([weight for _, weight in SIZES])
    while True:
        size = sizes[int(rng.choice(len(sizes), p=weights / weights.sum()))]
        if pair is not None and sum(size) < 2:
            continue
        if pair is not None and len(size) == 1 and KINDS[pair[0]].uses & KINDS[pair[1]].uses:
            continue  # these two cannot be simultaneous
        plan = draw_plan(rng, size, pair or ())
        if pair is not None or not plan.pairs & excluded:
            return plan
