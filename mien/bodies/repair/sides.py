"""Left and right exchanged: found by continuity, for the whole body and for single limbs."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mien.bodies.keypoints import BODY_AND_FEET, INDEX, JOINTS, mirrored_order

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]

_ARM, _LEG = ("shoulder", "elbow", "wrist"), ("hip", "knee", "ankle", "big_toe", "small_toe", "heel")
_HAND = tuple(name.removeprefix("left_") for name in JOINTS if name.startswith("left_hand_"))
GROUPS: dict[str, tuple[str, ...]] = {
    "head": ("eye", "ear"),
    "arms": (*_ARM, *_HAND),
    "legs": _LEG,
    "forearms": (*_ARM[1:], *_HAND),
    "shins": _LEG[1:],
    "hands": ("wrist", *_HAND),
    "feet": _LEG[2:],
}
"""What detectors exchange; names without their side. A whole body is head, arms and legs at once."""

_CAP = 0.15
"""Body sizes: a point that jumps farther says no more than one that jumps this far."""
_UNUSUAL = 0.004
"""Cost in body sizes of each exchanged frame: most frames are right."""
_REST = 0.4
"""How much less moving at all costs than moving otherwise than before."""
_SWITCH = {"head": 0.03, "arms": 0.08, "legs": 0.08}
"""Cost of a change, in body sizes; few points that move far are a weak witness, eyes hardly move."""
_SWITCH_OF_FEW = 0.2
_FORGOTTEN = 1.5
"""Frames over which the last known place of a point loses its weight as a witness."""


def exchange(points: Array, confidence: Array, size: Array) -> tuple[Array, Array, dict[str, int]]:
    """Points (T, 65, 2) and confidence (T, 65) with sides put right, and the number of frames changed by group.

    size: (T,) of the body in pixels. For each group in turn the sequence of straight and exchanged frames is found in
    which the points move least (Viterbi's algorithm). Frames in which head, arms and legs change count as `body`.
    """
    points, confidence = points.copy(), confidence.copy()
    changed: dict[str, Mask] = {}
    other = mirrored_order()
    for group, names in GROUPS.items():
        left = np.array([INDEX[f"left_{name}"] for name in names])
        judged = left[left < BODY_AND_FEET]  # fingers go with their wrist
        swapped = _swapped(points, confidence > 0, judged, size, _SWITCH.get(group, _SWITCH_OF_FEW))
        if swapped.any():
            rows = np.nonzero(swapped)[0][:, None]
            both = np.concatenate([left, other[left]])
            points[rows, both] = points[rows, other[both]]
            confidence[rows, both] = confidence[rows, other[both]]
            changed[group] = swapped
    return points, confidence, _counted(changed, len(points))


def _counted(changed: dict[str, Mask], frames: int) -> dict[str, int]:
    none = np.zeros(frames, bool)
    whole = changed.get("arms", none) & changed.get("legs", none)
    counts = {"body": int(whole.sum())}
    for group, swapped in changed.items():
        alone = swapped & ~whole if group in ("head", "arms", "legs") else swapped
        counts[group] = int(alone.sum())
    return {group: count for group, count in counts.items() if count}


def _swapped(points: Array, known: Mask, left: NDArray[np.int64], size: Array, switch: float) -> Mask:
    """In which frames (T,) the points `left` and those of the other side are exchanged."""
    right = mirrored_order()[left]
    both = np.stack([points[:, left], points[:, right]], axis=1) / size[:, None, None, None]  # (T, 2, J, 2)
    seen = np.stack([known[:, left], known[:, right]], axis=1)
    if len(points) < 2 or not seen.any():
        return np.zeros(len(points), bool)
    apart = np.linalg.norm(both[:, 0] - both[:, 1], axis=-1)
    telling = (seen.all(axis=1) & (apart > 0.02)).any(axis=1)  # sides that lie on one another cannot be told apart
    return _cheapest(_moves(both, seen), _bends(both, seen), telling, switch)


def _moves(both: Array, seen: Mask) -> Array:
    """Costs (T, 2) of having moved from the last known places: to the same side, and to the other one.

    Points that are not known say nothing: the fewer are known the less is exchanged.
    """
    index = np.where(seen, np.arange(len(both))[:, None, None], -1)
    newest = np.maximum.accumulate(index, axis=0)[:-1]
    held = np.take_along_axis(both, np.maximum(newest, 0)[..., None].repeat(2, axis=-1), axis=0)
    age = np.arange(len(both) - 1)[:, None, None] - newest
    weight = np.where(newest >= 0, np.exp((1 - age) / _FORGOTTEN), 0.0)
    costs = np.zeros((len(both), 2))
    for cross in (0, 1):
        before, own = (held[:, ::-1], weight[:, ::-1]) if cross else (held, weight)
        far = np.minimum(np.linalg.norm(both[1:] - before, axis=-1), _CAP) * own * seen[1:]
        costs[1:, cross] = 2 * far.mean(axis=(1, 2))
    return costs


def _bends(both: Array, seen: Mask) -> Array:
    """Costs (T, 2, 2) of not having gone on as before, by whether sides changed one frame ago and whether they do now.

    Sides that cross quickly are told apart by it: both go straight on. Where a point was not known in all three frames
    it says nothing.
    """
    costs = np.zeros((len(both), 2, 2))
    for earlier in (0, 1):
        for now in (0, 1):
            last = slice(None, None, -1) if now else slice(None)
            first = slice(None, None, -1) if now != earlier else slice(None)
            middle, start = both[1:-1, last], both[:-2, first]
            valid = seen[2:] & seen[1:-1, last] & seen[:-2, first]
            far = np.minimum(np.linalg.norm(both[2:] - 2 * middle + start, axis=-1), 2 * _CAP) * valid
            costs[2:, earlier, now] = 2 * far.mean(axis=(1, 2))
    return costs


def _cheapest(moves: Array, bends: Array, telling: Mask, switch: float) -> Mask:
    """The sequence of states (T,) of least cost, by Viterbi's algorithm over pairs of states of successive frames."""
    frames = len(moves)
    unusual = np.where(telling, _UNUSUAL, 0.0)
    # cost[a, b]: of the best way that ends with state a in the last frame but one and b in the last.
    cost = np.array([[0.0, moves[1, 1] + switch], [moves[1, 1] + switch, 0.0]]) + moves[1, 0] * np.eye(2)
    cost += unusual[0] * np.array([[0.0], [1.0]]) + unusual[1] * np.array([[0.0, 1.0]])
    came = np.zeros((frames, 2, 2), np.int64)
    states = np.arange(2)
    changed = (states[:, None] != states[None]).astype(np.int64)
    for t in range(2, frames):
        # options[a, b, c] for the states of three frames
        step = _REST * moves[t][changed] + switch * changed
        options = cost[:, :, None] + bends[t][changed[:, :, None], changed[None]] + step[None]
        came[t] = np.argmin(options, axis=0)
        cost = options.min(axis=0) + unusual[t] * states[None]
    path = np.zeros(frames, np.int64)
    path[-2:] = np.unravel_index(int(np.argmin(cost)), (2, 2))
    for t in range(frames - 1, 1, -1):
        path[t - 2] = came[t, path[t - 1], path[t]]
    return path.astype(bool)
