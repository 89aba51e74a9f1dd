"""Plans: the actions of a motion as consecutive steps, each of one action or of two simultaneous ones.

Texts are generated from plans, and events detected in a motion are compared with its plan. The held-out combinations
are chosen here: pairs of kinds that never occur in the same training motion.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise
from typing import Any

import numpy as np

from mien.motion.corpus.actions import KINDS, SPEEDS, STRENGTHS, Action

Step = tuple[Action, ...]
"""Simultaneous actions."""

HELD_OUT_FRACTION = 0.15
"""Fraction of all pairs of kinds that is held out."""


@dataclass(frozen=True)
class Plan:
    """Steps in order. Raises ValueError for no steps, an empty step, or actions that cannot be simultaneous."""

    steps: tuple[Step, ...]

    def __post_init__(self) -> None:
        if not self.steps or any(not step for step in self.steps):
            raise ValueError("a plan has at least one step, and every step an action")
        for step in self.steps:
            for one, other in combinations(step, 2):
                if one.uses & other.uses:
                    raise ValueError(f"{one.kind} and {other.kind} cannot be done at once")

    @property
    def actions(self) -> tuple[Action, ...]:
        """All actions, in the order of the steps."""
        return tuple(action for step in self.steps for action in step)

    @property
    def kinds(self) -> frozenset[str]:
        """The kinds of its actions."""
        return frozenset(action.kind for action in self.actions)

    @property
    def pairs(self) -> frozenset[frozenset[str]]:
        """The unordered pairs of different kinds in the plan."""
        return frozenset(frozenset(pair) for pair in combinations(sorted(self.kinds), 2))

    def to_json(self) -> list[list[dict[str, Any]]]:
        """JSON-serialisable values, for `from_json`."""
        return [[{k: v for k, v in vars(action).items() if v is not None} for action in step] for step in self.steps]

    @classmethod
    def from_json(cls, value: Sequence[Sequence[dict[str, Any]]]) -> Plan:
        """The plan of a value of `to_json`. Raises ValueError for any other value."""
        try:
            return cls(tuple(tuple(Action(**action) for action in step) for step in value))
        except TypeError as error:
            raise ValueError(f"this is no plan of a motion: {error}") from error


def held_out_pairs(seed: int) -> frozenset[frozenset[str]]:
    """The pairs of kinds that occur in no training motion: `HELD_OUT_FRACTION` of all, by a hash of `seed`."""
    pairs = [frozenset(pair) for pair in combinations(sorted(KINDS), 2)]

    def rank(pair: frozenset[str]) -> str:
        return hashlib.sha256(f"{seed} {' '.join(sorted(pair))}".encode()).hexdigest()

    return frozenset(sorted(pairs, key=rank)[: round(HELD_OUT_FRACTION * len(pairs))])


def draw_action(rng: np.random.Generator, kind: str) -> Action:
    """A random action; a count has probability 0.75 and a strength 0.35 if its kind allows them, a speed 0.2."""
    properties = KINDS[kind]
    side = str(rng.choice(properties.sides)) if properties.sides else None
    count = int(rng.integers(1, 4)) if properties.counted and rng.random() < 0.75 else None
    strength = STRENGTHS[2 * int(rng.integers(2))] if properties.graded and rng.random() < 0.35 else None
    speed = SPEEDS[int(rng.integers(2))] if rng.random() < 0.2 else None
    return Action(kind, side, count, strength, speed)


def draw_plan(rng: np.random.Generator, sizes: Sequence[int], kinds: Sequence[str] = ()) -> Plan:
    """A random plan with `sizes[i]` actions in step i, which contains `kinds` in any order.

    No kind is repeated, except `turn`, `tilt`, `look` and `lean` to different sides in different steps. Raises
    ValueError if 1000 attempts give no plan.
    """
    for _ in range(1000):
        names = [*kinds, *rng.choice(sorted(KINDS), sum(sizes) - len(kinds), replace=False)]
        again = [name for name in ("turn", "tilt", "look", "lean") if name in names]
        if len(sizes) > 1 and not kinds and again and rng.random() < 0.25:
            names[-1] = again[0]
        order = rng.permutation(len(names))
        actions = [draw_action(rng, str(names[i])) for i in order]
        if len({(action.kind, action.side) for action in actions}) < len(actions):
            continue
        edges = np.cumsum([0, *sizes])
        steps = tuple(tuple(actions[a:b]) for a, b in pairwise(edges))
        repeated = len({action.kind for action in actions}) < len(actions)
        if repeated and (len(kinds) > 0 or any(len({a.kind for a in step}) < len(step) for step in steps)):
            continue
        try:
            return Plan(steps)
        except ValueError:
            continue
    raise ValueError(f"no plan of sizes {tuple(sizes)} holds {', '.join(kinds)}")
