"""People of whom only the upper part is seen, as in a talking video: what is seen moves, the rest of the body stands.

The head's rotation and size come from its five points by the pose of a rigid head under scaled orthography (DeMenthon
and Davis, "Model-based object pose in 25 lines of code", 1995, first iteration); no network knows more from so little.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d

from mien.bodies.keypoints import HAND, INDEX, LIMBS
from mien.bodies.lifting.known_places import with_known_places
from mien.bodies.motions.picture import view
from mien.bodies.motions.proportions import Proportions
from mien.bodies.motions.rotations import about, rotate
from mien.bodies.motions.skeleton import HEAD_POINTS, joints_of, standing
from mien.bodies.repair.size import bone_lengths

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]

LEAST_SEEN = 0.2
"""Share of the frames in which a forearm, a leg or a side of the trunk must be seen, for the network to be asked."""
LEAST_HEAD = 4
"""Known points of the head from which its rotation can be told."""
SETTLE_SECONDS = 0.4
"""Deviation of the Gaussian by which the body goes along with the head, and turns with it."""
SMOOTH_SECONDS = 0.08
"""That of the head's depth, which is told from little."""
FOLLOWING = 0.5
"""Share of the head's turn that the body makes."""
SHOULDERS_LIMITS = (0.8, 1.3)
"""Height told from the width of the shoulders, in heights told from the head: farther ones are errors, or a turn."""
NECK_LIMITS = (0.8, 1.2)
"""From the shoulders up to the ears, in lengths of the neck: detectors guess shoulders at the edge of the picture."""
LEAN = 0.25
"""How far the head is beside the middle of the shoulders, in lengths of the neck."""
SHRUG = 0.35
"""How far a shoulder moves from where the trunk has it, in half widths of the shoulders."""

_HEAD = [INDEX[name] for name in HEAD_POINTS]
_TEMPLATE = np.array(list(HEAD_POINTS.values())) @ view(0.0, 0.0).T
"""Points of the head about the middle of the ears in head sizes, in the axes of a picture."""
_SHOULDERS = [INDEX["left_shoulder"], INDEX["right_shoulder"]]
_TELLING = [
    number
    for number, (start, end) in enumerate(LIMBS)
    if start.endswith(("elbow", "hip", "knee")) or end.endswith("hip")
]
_ELBOWS_AND_WRISTS = [[INDEX[f"{side}_elbow"], INDEX[f"{side}_wrist"]] for side in ("left", "right")]
_ARMS = [
    [INDEX[f"{side}_{name}"] for name in ("shoulder", "elbow", "wrist", *(f"hand_{point}" for point in HAND))]
    for side in ("left", "right")
]


def limbs_are_seen(points: NDArray[np.floating], known: Mask) -> bool:
    """Whether both ends of a forearm, of a part of a leg or of a side of the trunk are known in enough frames.

    points: (T, 65, 2). An elbow alone at the edge of the picture tells little of the size, and nothing of the arm.
    """
    there = known.any(axis=1)
    whole = np.isfinite(bone_lengths(points, known)[:, _TELLING]).any(axis=1)
    return bool(whole.sum() >= LEAST_SEEN * max(1, there.sum()))


def standing_body(points: NDArray[np.floating], known: Mask, fps: float) -> NDArray[np.float32] | None:
    """The joints, float32 (T, 65, 3) in the axes of `lifter.Lifted`, of a person who stands and moves the head.

    points: (T, 65, 2) pixels, of which head and shoulders count where they are `known`. The head's keep their x and y,
    the shoulders' as far as a neck of usual length allows.
    None where neither the head's points nor both shoulders tell how large the person is.
    """
    rotations, sizes = _head_pose(points[:, _HEAD], known[:, _HEAD])
    height = _height(points, known, sizes)
    if height is None:
        return None
    body = Proportions().scaled(height)
    rotations = _carried(rotations, np.isfinite(sizes))
    head = body.head * np.einsum("tij,pj->tpi", rotations, _TEMPLATE)
    ears = _ears(points[:, _HEAD], known[:, _HEAD], head)
    rest = joints_of(standing(np.zeros(1), body), body)[0].astype(np.float64) @ view(0.0, 0.0).T
    neck = rest[_SHOULDERS].mean(axis=0)
    turn = FOLLOWING * _smooth(np.arctan2(-rotations[:, 0, 2], rotations[:, 2, 2]), SETTLE_SECONDS * fps)
    turned = rotate(about("y", -turn)[:, None], (rest - neck)[None])
    chest = _chest(points[:, _SHOULDERS], known[:, _SHOULDERS], turned, ears, body, fps)
    joints = turned + chest[:, None]
    depth = joints[:, _SHOULDERS, 2].mean(axis=1) - 0.12 * body.head
    joints[:, _HEAD] = head + np.concatenate([ears, depth[:, None]], axis=1)[:, None]
    joints[:, _HEAD, 2] = _smooth(joints[:, _HEAD, 2], SMOOTH_SECONDS * fps)
    joints[:, _HEAD] = with_known_places(joints[:, _HEAD], points[:, _HEAD], known[:, _HEAD], fps)
    _move_shoulders(joints, points, known, SHRUG * body.shoulders, fps)
    joints[..., 2] -= joints[:, [INDEX["left_hip"], INDEX["right_hip"]], 2].mean(axis=1)[:, None]
    return joints.astype(np.float32)


def hang_arms(joints: Array, points: NDArray[np.floating], known: Mask, size: Array, fps: float) -> None:
    """Let arms, or forearms, that are hardly ever seen hang down in `joints` (T, 23, 3); known points keep x and y.

    size: heights (T,) in pixels, see `body_size`. A network that has never seen a wrist holds it anywhere.
    """
    there = known.any(axis=1).sum()
    rest = joints_of(standing(np.zeros(1), Proportions()), Proportions())[0].astype(np.float64) @ view(0.0, 0.0).T
    across = joints[:, _SHOULDERS[0]] - joints[:, _SHOULDERS[1]]
    facing = _smooth(np.unwrap(np.arctan2(-across[:, 2], across[:, 0])), SETTLE_SECONDS * fps)
    for shoulder, (elbow, wrist) in zip(_SHOULDERS, _ELBOWS_AND_WRISTS, strict=True):
        for start, end in ((shoulder, elbow), (elbow, wrist)):
            if known[:, [elbow, wrist] if end == elbow else [wrist]].any(axis=1).sum() < LEAST_SEEN * there:
                hanging = rotate(about("y", facing), np.tile(rest[end] - rest[start], (len(joints), 1)))
                placed = joints[:, start] + size[:, None] * hanging
                joints[:, end] = with_known_places(placed[:, None], points[:, [end]], known[:, [end]], fps)[:, 0]


def _head_pose(points: NDArray[np.floating], known: Mask) -> tuple[Array, Array]:
    """Rotations (T, 3, 3) of the template, and head sizes in pixels (T,); NaN where too little of the head is known."""
    rotations, sizes = np.tile(np.eye(3), (len(points), 1, 1)), np.full(len(points), np.nan)
    for frame in np.flatnonzero(known.sum(axis=1) >= LEAST_HEAD):
        own = known[frame]
        template = _TEMPLATE[own] - _TEMPLATE[own].mean(axis=0)
        seen = points[frame, own].astype(np.float64)
        affine = np.linalg.lstsq(template, seen - seen.mean(axis=0), rcond=0.05)[0].T
        left, scales, right = np.linalg.svd(affine, full_matrices=False)
        if scales[0] < 1e-6:
            continue
        rows = left @ right
        rotations[frame] = np.stack([rows[0], rows[1], np.cross(rows[0], rows[1])])
        sizes[frame] = scales.mean()
    return rotations, sizes


def _height(points: NDArray[np.floating], known: Mask, sizes: Array) -> float | None:
    """How tall the person is in pixels, from the sizes of the head and the width of the shoulders."""
    plain = Proportions()
    by_head = float(np.nanmedian(sizes)) / plain.head if np.isfinite(sizes).any() else None
    both = known[:, _SHOULDERS].all(axis=1)
    if not both.any():
        return by_head
    widths = np.linalg.norm(points[both][:, _SHOULDERS[0]] - points[both][:, _SHOULDERS[1]], axis=1)
    by_shoulders = float(np.percentile(widths, 85)) / (2 * plain.shoulders)
    if by_head is None:
        return by_shoulders if by_shoulders > 1 else None
    low, high = SHOULDERS_LIMITS
    return float(np.sqrt(by_head * np.clip(by_shoulders, low * by_head, high * by_head)))


def _ears(points: NDArray[np.floating], known: Mask, head: Array) -> Array:
    """The middle between the ears (T, 2), from the known points of the head; of other frames from the nearest."""
    count = known.sum(axis=1)
    off = np.where(known[..., None], points - head[..., :2], 0.0).sum(axis=1) / np.maximum(count, 1)[:, None]
    return _carried(off, count > 0)


def _chest(
    points: NDArray[np.floating], known: Mask, turned: Array, ears: Array, body: Proportions, fps: float
) -> Array:
    """The middle between the shoulders (T, 3): below the head, and where the known shoulders have it."""
    below = ears + np.array([0.0, body.neck])
    least, most = (limit * body.neck for limit in NECK_LIMITS)
    by_shoulders = points - turned[:, _SHOULDERS, :2]
    weights = np.concatenate([np.ones((len(points), 1)), 2.0 * known], axis=1)[..., None]
    places = np.concatenate([below[:, None], np.where(known[..., None], by_shoulders, 0.0)], axis=1)
    middle: Array = _smooth((weights * places).sum(axis=1) / weights.sum(axis=1), SETTLE_SECONDS * fps)
    aside = LEAN * body.neck
    low, high = ears + np.array([-aside, least]), ears + np.array([aside, most])
    middle = _smooth(np.clip(middle, low, high), SETTLE_SECONDS * fps)
    return np.concatenate([middle, np.zeros((len(points), 1))], axis=1)


def _move_shoulders(joints: Array, points: NDArray[np.floating], known: Mask, most: float, fps: float) -> None:
    """Lead the shoulders by up to `most` pixels to where they are known, each with its arm."""
    trunk = joints[:, _SHOULDERS]
    moved = with_known_places(trunk, points[:, _SHOULDERS], known[:, _SHOULDERS], fps) - trunk
    length = np.linalg.norm(moved, axis=-1, keepdims=True)
    moved *= np.minimum(1.0, most / np.maximum(length, 1e-9))
    for side, arm in enumerate(_ARMS):
        joints[:, arm] += moved[:, None, side]


def _carried(values: Array, there: Mask) -> Array:
    """Values (T, …) in which frames that have none take those of the nearest frame that has."""
    rows = np.flatnonzero(there)
    if not len(rows):
        return values
    frames = np.arange(len(values))
    after = np.clip(np.searchsorted(rows, frames), 0, len(rows) - 1)
    before = np.clip(after - 1, 0, None)
    nearer = np.abs(rows[before] - frames) <= np.abs(rows[after] - frames)
    result: Array = values[rows[np.where(nearer, before, after)]]
    return result


def _smooth(values: Array, frames: float) -> Array:
    result: Array = gaussian_filter1d(values, max(frames, 1e-3), axis=0, mode="nearest")
    return result
