"""Landmark metrics: distance to the real landmarks (LMD, NLMD), and jitter.

Landmarks are (T, 68, 2) in pixels, iBUG order: jaw 0–16, brows 17–26, nose 27–35, eyes 36–47, mouth 48–67.
Frames without a face are NaN and are left out.
"""

from __future__ import annotations

from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

FACE = slice(0, 68)
MOUTH = slice(48, 68)

Landmarks = NDArray[np.float32] | NDArray[np.float64]


def interocular_distance(landmarks: Landmarks) -> NDArray[np.float64]:
    """Distance (T,) in pixels between the outer eye corners (points 36 and 45) of landmarks (T, 68, 2)."""
    points = np.asarray(landmarks, dtype=np.float64)
    return np.linalg.norm(points[:, 36] - points[:, 45], axis=-1)


def _seen_in_both(landmarks: Landmarks, reference: Landmarks) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    if landmarks.shape != reference.shape or landmarks.ndim != 3 or landmarks.shape[1:] != (68, 2):
        raise ValueError(f"two arrays (T, 68, 2) are needed, not {landmarks.shape} and {reference.shape}")
    x, y = np.asarray(landmarks, dtype=np.float64), np.asarray(reference, dtype=np.float64)
    seen = np.isfinite(x).all(axis=(1, 2)) & np.isfinite(y).all(axis=(1, 2))
    return x[seen], y[seen]


def lmd(landmarks: Landmarks, reference: Landmarks, part: slice = FACE) -> float | None:
    """Landmark distance in pixels, ≥ 0, 0 is perfect: mean L2 of the points of `part` relative to its centroid.

    Chen et al., "Lip Movements Generation at a Glance", ECCV 2018, section 4.2; the centroids are subtracted so that a
    shift of the whole mouth or face does not count. None if no frame has a face in both.
    """
    x, y = _seen_in_both(landmarks, reference)
    if len(x) == 0:
        return None
    x, y = x[:, part], y[:, part]
    difference = (x - x.mean(axis=1, keepdims=True)) - (y - y.mean(axis=1, keepdims=True))
    return float(np.linalg.norm(difference, axis=-1).mean())


def procrustes(points: NDArray[np.float64], targets: NDArray[np.float64]) -> NDArray[np.float64]:
    """`points` (T, K, 2) aligned to `targets` (T, K, 2), frame by frame, by the best similarity transform.

    Least squares over rotation (without reflection), scale and translation: Umeyama, "Least-squares estimation of
    transformation parameters between two point patterns", IEEE TPAMI 1991, eqs. 40–42, in closed form for the plane.
    Points that all coincide are only translated.
    """
    x = points - points.mean(axis=1, keepdims=True)
    centre = targets.mean(axis=1, keepdims=True)
    y = targets - centre
    # As complex numbers, scale and rotation are the one factor that minimises |factor · x − y|².
    xc, yc = x[..., 0] + 1j * x[..., 1], y[..., 0] + 1j * y[..., 1]
    energy = (np.abs(xc) ** 2).sum(axis=1)
    factor = np.divide((np.conj(xc) * yc).sum(axis=1), energy, out=np.ones(len(x), dtype=complex), where=energy > 0)
    moved = factor[:, None] * xc
    return np.stack([moved.real, moved.imag], axis=-1) + centre


def nlmd(landmarks: Landmarks, reference: Landmarks) -> float | None:
    """Normalised landmark distance in inter-ocular distances, ≥ 0; 0 is perfect.

    The 68 points of each frame are aligned to the reference by `procrustes`; the remaining mean L2 distance is divided
    by the reference's distance of the outer eye corners. None if no frame has a face in both.
    """
    x, y = _seen_in_both(landmarks, reference)
    if len(x) == 0:
        return None
    left = np.linalg.norm(procrustes(x, y) - y, axis=-1).mean(axis=1)
    return float((left / interocular_distance(y)).mean())


def jitter(landmarks: Landmarks, fps: Fraction) -> float | None:
    """Mean jerk of the 68 points in inter-ocular distances per second³, ≥ 0; 0 for a still face.

    Length of the third difference times fps³, averaged over all points and all runs of four frames with a face, divided
    by the mean inter-ocular distance. Speech has jerk too, so compare to the real clip. None without such a run.
    """
    points = np.asarray(landmarks, dtype=np.float64)
    third = np.linalg.norm(np.diff(points, n=3, axis=0), axis=-1)
    if not np.isfinite(third).any():
        return None
    return float(np.nanmean(third) * float(fps) ** 3 / np.nanmean(interocular_distance(points)))
