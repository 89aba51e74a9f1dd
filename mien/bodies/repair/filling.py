"""Unknown points from the known ones around them, in time and in the body, and less noise in the known ones."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import cho_factor, cho_solve

from mien.bodies.keypoints import BODY_AND_FEET, INDEX, LEFT_HAND, RIGHT_HAND
from mien.bodies.repair.prior import PosePrior, pose_prior

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]

WINDOW_SECONDS = 1.2
MOST_FRAMES = 36
"""In a window; at higher frame rates frames far from the middle are left out."""
_HAND_BANDS = ((0.12, 1.5), (0.04, 0.4), (0.02, 0.12))
"""Deviation in body sizes and time in seconds of the movements of a hand's points about its wrist."""


def fill_body(points: Array, known: Mask, wanted: Mask, noise: Array, fps: float) -> tuple[Array, Array]:
    """Body and feet (T, 23, 2) in body sizes with the `wanted` points (T, 23) replaced by their most probable places.

    known: (T, 23), what there is to go by. noise: (T, 23) deviation of the known points. Wanted points that are known
    lose noise; the others are filled. A conditional Gaussian in overlapping windows of `WINDOW_SECONDS`. The
    second value is the deviation (T, 23) that wanted points may have from it, 0 for others.
    """
    prior = pose_prior()
    filled, doubt = points.copy(), np.zeros(known.shape)
    half = max(2, round(WINDOW_SECONDS * fps / 4))
    for start in range(0, len(points), 2 * half):
        middle = slice(start, min(start + 2 * half, len(points)))
        rows = _window(middle, len(points), half)
        here = (rows >= middle.start) & (rows < middle.stop)
        asked = wanted[rows] & here[:, None]
        if not asked.any() or not known[rows].any():
            continue
        places, deviations = _posterior(prior, points[rows], known[rows], asked, noise[rows], rows / fps)
        frame, point = np.nonzero(asked)
        filled[rows[frame], point], doubt[rows[frame], point] = places, deviations
    return filled, doubt


def fill_hand(points: Array, known: Mask, wanted: Mask, noise: float, fps: float) -> Array:
    """A hand's points about its wrist (T, 21, 2) in body sizes, alike; each point by itself."""
    filled = points.copy()
    half = max(2, round(WINDOW_SECONDS * fps / 4))
    for start in range(0, len(points), 2 * half):
        middle = slice(start, min(start + 2 * half, len(points)))
        if not wanted[middle].any():
            continue
        rows = _window(middle, len(points), half)
        here = (rows >= middle.start) & (rows < middle.stop)
        patterns, owner = np.unique(
            np.concatenate([known[rows], wanted[rows] & here[:, None]]), axis=1, return_inverse=True
        )
        for number, pattern in enumerate(patterns.T):
            seen, asked = pattern[: len(rows)], pattern[len(rows) :]
            if not seen.any() or not asked.any():
                continue
            own = np.nonzero(owner.ravel() == number)[0]
            covariance = _hand_covariance(rows / fps)
            y = points[rows[seen]][:, own].reshape(seen.sum(), -1)
            mean = y.mean(axis=0)
            factor = cho_factor(covariance[np.ix_(seen, seen)] + noise**2 * np.eye(int(seen.sum())))
            found = mean + covariance[np.ix_(asked, seen)] @ cho_solve(factor, y - mean)
            filled[np.ix_(rows[asked], own)] = found.reshape(int(asked.sum()), len(own), 2)
    return filled


def fill(points: Array, known: Mask, wanted: Mask, noise: Array, fps: float) -> Array:
    """All 65 points (T, 65, 2) in body sizes: `fill_body`, then the hands about the wrists."""
    body = slice(0, BODY_AND_FEET)
    filled = points.copy()
    filled[:, body] = fill_body(points[:, body], known[:, body], wanted[:, body], noise[:, body], fps)[0]
    for hand, name in ((LEFT_HAND, "left_wrist"), (RIGHT_HAND, "right_wrist")):
        if not wanted[:, hand].any():
            continue
        wrist = INDEX[name]
        held = (known | wanted)[:, wrist]  # without a wrist there is nothing to fill a hand about
        about = filled[:, wrist, None]
        moved = fill_hand(
            points[:, hand] - about,
            known[:, hand] & held[:, None],
            wanted[:, hand] & held[:, None],
            float(noise[:, hand].mean()),
            fps,
        )
        usable = wanted[:, hand] & held[:, None]
        filled[:, hand][usable] = (moved + about)[usable]
    return filled


def _posterior(
    prior: PosePrior, points: Array, known: Mask, asked: Mask, noise: Array, times: Array
) -> tuple[Array, Array]:
    """(N, 2) and (N,): means and deviations of the asked points given the known ones, for points (W, 23, 2)."""
    given, wanted = known.ravel(), asked.ravel()
    found = np.zeros((int(wanted.sum()), 2))
    spread = np.zeros(len(found))
    variance = np.diag(noise.ravel()[given] ** 2)
    for axis in (0, 1):
        covariance = prior.covariance(times, axis)
        y = points[..., axis].ravel()[given]
        mean = y.mean()
        factor = cho_factor(covariance[np.ix_(given, given)] + variance)
        between = covariance[np.ix_(wanted, given)]
        solved = cho_solve(factor, np.column_stack([y - mean, between.T]))
        found[:, axis] = mean + between @ solved[:, 0]
        spread += covariance[wanted, wanted] - np.einsum("ng,gn->n", between, solved[:, 1:])
    return found, np.sqrt(np.maximum(spread, 0.0))


def _window(middle: slice, frames: int, margin: int) -> NDArray[np.int64]:
    """The frames of a part with `margin` more on both sides; not more than about `MOST_FRAMES` outside the part."""
    step = max(1, -(-2 * margin // (MOST_FRAMES // 2)))
    before = np.arange(middle.start - 1, middle.start - margin - 1, -step)
    after = np.arange(middle.stop, middle.stop + margin, step)
    rows = np.concatenate([before[::-1], np.arange(middle.start, middle.stop), after])
    return rows[(rows >= 0) & (rows < frames)]


def _hand_covariance(times: Array) -> Array:
    apart = times[:, None] - times[None]
    return sum(
        (deviation**2 * np.exp(-0.5 * (apart / length) ** 2) for deviation, length in _HAND_BANDS),
        np.zeros_like(apart),
    )
