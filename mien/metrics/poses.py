"""Metrics of key points: PCK, PCKh, OKS and its average precision, bone lengths, jerk.

Points are the 17 of COCO, in its order, in pixels (further points after them are left out where a torso, a head or OKS
is meant). A sample is the pose of one person in one frame.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import numpy as np
from numpy.typing import ArrayLike, NDArray

Values = NDArray[np.float64]
Flags = NDArray[np.bool_]

SIGMAS = np.array(
    [26, 25, 25, 35, 35, 79, 79, 72, 72, 62, 62, 107, 107, 87, 87, 89, 89], np.float64
) / 1000  # fmt: skip
"""COCO's standard deviation of each point as people mark it, in parts of the root of a person's area."""

THRESHOLDS = np.linspace(0.5, 0.95, 10)
"""OKS thresholds over which COCO averages precision."""

AREA_OF_BOX = 0.53
"""Area of a person in parts of its box, where there is no outline: the mean of COCO, as AIC and CrowdPose take it."""

_RECALLS = np.linspace(0, 1, 101)
_EARS, _SHOULDERS, _HIPS = (3, 4), (5, 6), (11, 12)


def torso_lengths(points: ArrayLike, known: ArrayLike) -> Values:
    """Length of the torso in each frame, (T,) pixels; NaN where it is not known.

    points (T, J ≥ 17, 2), known (T, J). The longer diagonal from a shoulder to the hip of the other side, which is the
    torso of Sapp and Taskar, "MODEC", CVPR 2013; the longer one, since a turn foreshortens one of them.
    """
    at, seen = _poses(points, known)
    pairs = [(_SHOULDERS[0], _HIPS[1]), (_SHOULDERS[1], _HIPS[0])]
    lengths = np.stack([np.linalg.norm(at[:, a] - at[:, b], axis=-1) for a, b in pairs], axis=1)
    both = np.stack([seen[:, a] & seen[:, b] for a, b in pairs], axis=1)
    return _largest(lengths, both)


def head_lengths(points: ArrayLike, known: ArrayLike) -> Values:
    """Length of the head in each frame, (T,) pixels; NaN where it is not known.

    From the middle of the shoulders to the middle of the ears (of the ear that is known), which is .118 of a person's
    height (Winter, 2009, figure 4.1); MPII's head, 0.6 of the diagonal of its box, is about as long, but COCO's points
    have no top of the head.
    """
    at, seen = _poses(points, known)
    shoulders = at[:, _SHOULDERS].mean(axis=1)
    lengths = np.linalg.norm(at[:, _EARS] - shoulders[:, None], axis=-1)
    ears = seen[:, _EARS]
    both = np.linalg.norm(at[:, _EARS].mean(axis=1) - shoulders, axis=-1)
    found = np.where(ears.all(axis=1), both, _largest(lengths, ears))
    return np.where(seen[:, _SHOULDERS].all(axis=1), found, np.nan)


def correct_points(found: ArrayLike, asked: ArrayLike, scale: ArrayLike, threshold: float) -> Flags:
    """Which points are correct: bool (T, J), nearer to the asked point than `threshold` · `scale` (T,) or a number.

    found, asked (T, J, 2). PCK of Yang and Ramanan, "Articulated human detection with flexible mixtures of parts",
    TPAMI 2013; with a torso's length as scale as in Sapp and Taskar, with a head's as in Andriluka et al., CVPR 2014
    (PCKh). A found point that is not finite is wrong. Raises ValueError for different shapes.
    """
    first, second = np.asarray(found, np.float64), np.asarray(asked, np.float64)
    if first.shape != second.shape or first.ndim != 3 or first.shape[2] != 2:
        raise ValueError(f"two poses (T, J, 2) of one shape are needed, not {first.shape} and {second.shape}")
    limits = threshold * np.broadcast_to(np.asarray(scale, np.float64), (len(first),))
    distances = np.linalg.norm(first - second, axis=-1)
    return np.asarray(np.nan_to_num(distances, nan=np.inf) <= limits[:, None])


def pck(found: ArrayLike, asked: ArrayLike, counted: ArrayLike, scale: ArrayLike, threshold: float) -> float | None:
    """Percentage of correct key points as a rate in [0, 1], over the points that are `counted` (T, J).

    See `correct_points`. A frame whose scale is not finite or not positive is left out; None where nothing is counted.
    """
    right = correct_points(found, asked, scale, threshold)
    scales: Values = np.broadcast_to(np.asarray(scale, np.float64), (len(right),))
    used = np.asarray(counted, bool) & (np.nan_to_num(scales) > 0)[:, None]
    return float(right[used].mean()) if used.any() else None


def oks(found: ArrayLike, asked: ArrayLike, counted: ArrayLike, area: ArrayLike) -> Values:
    """Object key point similarity of each frame, (T,) in [0, 1]; NaN where nothing is counted.

    found, asked (T, 17, 2); counted (T, 17): the points that are marked; area (T,): of the person in pixels. The mean
    over them of exp(−d² / (2 · area · (2σ)²)), as pycocotools computes it (COCOeval.computeOks).
    """
    first, second = np.asarray(found, np.float64), np.asarray(asked, np.float64)
    if first.shape != second.shape or first.ndim != 3 or first.shape[1:] != (len(SIGMAS), 2):
        raise ValueError(f"two poses (T, 17, 2) are needed, not {first.shape} and {second.shape}")
    squares = np.nan_to_num(((first - second) ** 2).sum(axis=-1), nan=np.inf)
    areas = np.asarray(area, np.float64)[:, None] + np.spacing(1)
    likeness = np.exp(-squares / (2 * SIGMAS) ** 2 / areas / 2)
    used = np.asarray(counted, bool)
    numbers = used.sum(axis=1)
    return np.where(numbers > 0, (likeness * used).sum(axis=1) / np.maximum(numbers, 1), np.nan)


def oks_average_precision(similarity: ArrayLike, score: ArrayLike) -> float | None:
    """COCO's average precision in [0, 1] of poses, one asked and at most one found in each of N pictures.

    similarity: OKS (N,); NaN where no point is marked, which is left out as in COCO. score (N,): the detector's
    confidence; not finite or ≤ 0 where nothing was found. Mean over `THRESHOLDS` of the precision at 101 recalls (Lin
    et al., "Microsoft COCO", ECCV 2014, and COCOeval.accumulate). None without pictures.
    """
    likeness, confidence = np.asarray(similarity, np.float64), np.asarray(score, np.float64)
    marked = np.isfinite(likeness)
    likeness, confidence = likeness[marked], np.nan_to_num(confidence[marked])
    if not len(likeness):
        return None
    found = confidence > 0
    order = np.argsort(-confidence[found], kind="mergesort")
    ranked = likeness[found][order]
    return float(np.mean([_precision(ranked >= threshold, len(likeness)) for threshold in THRESHOLDS]))


def _precision(right: Flags, asked: int) -> float:
    """Precision at 101 recalls, averaged; `right`: of the detections by falling score."""
    if not len(right):
        return 0.0
    hits = np.cumsum(right)
    recall = hits / asked
    precision = hits / np.arange(1, len(right) + 1)
    envelope = np.maximum.accumulate(precision[::-1])[::-1]
    places = np.searchsorted(recall, _RECALLS, side="left")
    return float(np.where(places < len(right), envelope[np.minimum(places, len(right) - 1)], 0.0).mean())


def box_area(points: ArrayLike, counted: ArrayLike) -> Values:
    """Area of a person in pixels from its points, (T,): `AREA_OF_BOX` of their box; 0 where nothing is counted."""
    at, used = np.asarray(points, np.float64), np.asarray(counted, bool)
    low = np.where(used[..., None], at, np.inf).min(axis=1)
    high = np.where(used[..., None], at, -np.inf).max(axis=1)
    sides = np.where(np.any(used, axis=1, keepdims=True), high - low, 0.0)
    return np.asarray(AREA_OF_BOX * sides.prod(axis=1))


def bone_length_variation(points: ArrayLike, known: ArrayLike, bones: Sequence[tuple[int, int]]) -> float | None:
    """Mean over the bones of the standard deviation of their length over time, in parts of its mean; ≥ 0.

    points (T, J, D) with D 2 or 3, known (T, J); bones: pairs of points. 0 for a rigid skeleton in 3D; in a picture
    bones are foreshortened, so compare with true poses. None where no bone is known in two frames.
    """
    at, seen = np.asarray(points, np.float64), np.asarray(known, bool)
    variations = []
    for first, second in bones:
        lengths = np.linalg.norm(at[:, first] - at[:, second], axis=-1)[seen[:, first] & seen[:, second]]
        if len(lengths) > 1 and lengths.mean() > 0:
            variations.append(float(lengths.std() / lengths.mean()))
    return float(np.mean(variations)) if variations else None


def pose_jerk(points: ArrayLike, known: ArrayLike, scale: float, fps: Fraction) -> float | None:
    """Mean length of the third derivative of the points, in `scale` (such as torsos) per second³; ≥ 0.

    points (T, J, D), known (T, J). Only runs of four known frames count. Real motion has jerk; jitter has much more.
    None where there is no such run.
    """
    at, seen = np.asarray(points, np.float64), np.asarray(known, bool)
    if len(at) < 4 or scale <= 0:
        return None
    third = np.linalg.norm(np.diff(at, n=3, axis=0), axis=-1)
    whole = seen[:-3] & seen[1:-2] & seen[2:-1] & seen[3:]
    return float(third[whole].mean() * float(fps) ** 3 / scale) if whole.any() else None


def _largest(values: Values, known: Flags) -> Values:
    """The largest known value of each row; NaN where none is known."""
    return np.where(known.any(axis=1), np.where(known, values, -np.inf).max(axis=1), np.nan)


def _poses(points: ArrayLike, known: ArrayLike) -> tuple[Values, Flags]:
    at, seen = np.asarray(points, np.float64), np.asarray(known, bool)
    if at.ndim != 3 or at.shape[1] < len(SIGMAS) or at.shape[2] != 2 or seen.shape != at.shape[:2]:
        raise ValueError(f"poses are (T, 17 or more, 2) with (T, as many), not {at.shape} and {seen.shape}")
    return at, seen
