"""Training data of the evaluator: the training motions of a store, and additional sequences of its own.

The additional sequences come in pairs that differ in one attribute (count, side, strength, order or action) and are in
the same batch as hard negatives: with random negatives alone, the evaluator need not distinguish counts.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from mien.heads.performance import Performance
from mien.motion.corpus.actions import KINDS, STRENGTHS, Action
from mien.motion.corpus.embedded import PARAPHRASES, embedded_motions, sample_performance
from mien.motion.corpus.language import describe
from mien.motion.corpus.plan import Plan, draw_action
from mien.motion.data.batches import GROUP_BATCHES, MotionData, random_crop
from mien.motion.data.features import WIDTH, to_features
from mien.motion.data.store import MotionClip, MotionStore
from mien.progress import progress_bar
from mien.training.randomness import derived_seed, numpy_generator

STILL = 0.05
"""Minimum standard deviation of a feature for normalisation, so that features that hardly move are not amplified."""

_HELD_OUT_FRACTION = 0.25
"""Of the additional sequences: those with pairs of kinds that are held out under their own seed."""


class EvaluatorSequences:
    """The `train` motions of a store and the clips `additional`, in which each pair is adjacent."""

    def __init__(self, data: MotionData, additional: Sequence[MotionClip] = ()) -> None:
        self._store, self._indices, index = data.store, data.indices, data.store.index
        self._additional = [to_features(clip.performance) for clip in additional]
        stored = index["frames"].to_numpy(np.int64)[data.indices]
        self.lengths = np.concatenate([stored, [len(motion) for motion in self._additional]]).astype(np.int64)
        self.texts = [*(data.store.texts[index] for index in data.indices), *(clip.texts for clip in additional)]
        plans = index["plan"].to_numpy()[data.indices]
        self.plans = [*map(str, plans), *(json.dumps(clip.plan.to_json()) if clip.plan else "" for clip in additional)]

    def __len__(self) -> int:
        return len(self.lengths)

    def _features(self, row: int) -> NDArray[np.float32]:
        stored = len(self._indices)
        return self._store.features(self._indices[row]) if row < stored else self._additional[row - stored]

    def scale(self) -> tuple[Tensor, Tensor]:
        """Mean and standard deviation (63,) over all frames; the deviation is at least `STILL`."""
        total, squares = np.zeros(WIDTH), np.zeros(WIDTH)
        for row in range(len(self)):
            frames = self._features(row).astype(np.float64)
            total += frames.sum(0)
            squares += (frames**2).sum(0)
        mean = total / self.lengths.sum()
        deviation = np.sqrt(np.maximum(squares / self.lengths.sum() - mean**2, 0))
        return torch.from_numpy(mean).float(), torch.from_numpy(np.maximum(deviation, STILL)).float()

    def draw_rows(self, random: np.random.Generator, size: int) -> list[NDArray[np.int64]]:
        """Sample rows for `GROUP_BATCHES` batches of `size`, each of similar lengths, so that there is little padding.

        In a batch, half of the rows of additional sequences are the pair partners of the other half.
        """
        sampled = random.integers(len(self), size=GROUP_BATCHES * size)
        sampled = sampled[np.argsort(self.lengths[sampled], kind="stable")]
        batches = np.split(sampled, GROUP_BATCHES)
        for rows in batches:
            stored = len(self._indices)
            additional = np.flatnonzero(rows >= stored)
            pairs = len(additional) // 2
            rows[additional[pairs : 2 * pairs]] = ((rows[additional[:pairs]] - stored) ^ 1) + stored
        return [batches[place] for place in random.permutation(GROUP_BATCHES)]

    def draw(self, row: int, random: np.random.Generator) -> tuple[NDArray[np.float32], str]:
        """Features of a sequence, cropped to 10 s at a random position, and a random one of its texts."""
        features = random_crop(self._features(row), random)
        return features, self.texts[row][int(random.integers(len(self.texts[row])))]


def additional_sequences(store: MotionStore, count: int, seed: int) -> list[MotionClip]:
    """`count` sequences (rounded up to even) that are not in the store, of all combinations of actions, in pairs.

    Empty for a store without the embedded corpus. The sequences are `train` and `held_out` of another seed, which
    together have all pairs of kinds.
    """
    pairs = -(-count // 2) if (store.index["source"] == "embedded").any() else 0
    if not pairs:
        return []
    held_out = round(_HELD_OUT_FRACTION * pairs)
    clips = []
    with progress_bar("sequences of the evaluator", 2 * pairs, "sequences") as advance:
        for number, clip in enumerate(embedded_motions(pairs - held_out, 0, held_out, derived_seed(seed, "judged"))):
            clips += [clip, _hard_negative(clip, numpy_generator(seed, "sibling", number))]
            advance(2)
    return clips


def _hard_negative(clip: MotionClip, random: np.random.Generator) -> MotionClip:
    assert clip.plan is not None
    plan, performance = _alter_motion(random, clip.plan)
    texts = tuple(describe(random, plan) for _ in range(PARAPHRASES))
    return replace(clip, clip_id=f"{clip.clip_id}-sibling", performance=performance, plan=plan, spans=(), texts=texts)


def _alter_motion(random: np.random.Generator, plan: Plan) -> tuple[Plan, Performance]:
    while True:
        changed_plan = alter_plan(random, plan)
        try:
            return changed_plan, sample_performance(random, changed_plan)
        except ValueError:  # it takes too long
            continue


def alter_plan(random: np.random.Generator, plan: Plan) -> Plan:
    """The plan with one change: with probability 0.5 a count, if the plan has one; else the order or an action."""
    counted = [action for action in plan.actions if action.count is not None]
    while True:
        action = random.choice(np.array(counted or plan.actions, dtype=object))
        try:
            if counted and random.random() < 0.5:
                other = (action.count + int(random.integers(2))) % 3 + 1
                changed_plan = _with(plan, action, replace(action, count=other))
            elif len(plan.steps) > 1 and random.random() < 0.3:
                changed_plan = Plan(plan.steps[::-1])
            else:
                action = plan.actions[int(random.integers(len(plan.actions)))]
                changed_plan = _with(plan, action, _other(random, action))
        except ValueError:  # two actions that cannot be simultaneous
            continue
        if changed_plan != plan and len({(action.kind, action.side) for action in changed_plan.actions}) == len(
            changed_plan.actions
        ):
            return changed_plan


def _with(plan: Plan, old: Action, new: Action) -> Plan:
    return Plan(tuple(tuple(new if action is old else action for action in step) for step in plan.steps))


def _other(random: np.random.Generator, action: Action) -> Action:
    """The action with another side or strength, or another action."""
    kind, choice = KINDS[action.kind], random.random()
    if kind.sides and choice < 0.4:
        return replace(action, side=str(random.choice(kind.sides)))
    if kind.graded and choice < 0.7:
        return replace(action, strength=STRENGTHS[2 * int(random.integers(2))])
    return draw_action(random, str(random.choice(sorted(KINDS))))
