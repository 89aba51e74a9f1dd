"""What a feeling does to the face, in MediaPipe's blendshapes, against the same person and speech with NEU."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from benchmarks.real_photos.face import SHAPES, Face

Shapes = dict[str, float]

MAIN = {
    "HAP": ("mouthSmile",),
    "ANG": ("browDown",),
    "SAD": ("browInnerUp", "mouthFrown"),
    "FEA": ("browInnerUp", "eyeWide"),
    "DIS": ("mouthFrown", "noseSneer"),
}
"""Blendshapes in which a feeling shows; the first is the one that must grow with the intensity.

MediaPipe's `noseSneer` stays below 1e-4 on every face here, also on the rendered truth, so it can grow nowhere.
"""

TOLERANCE = 0.02
"""How far a stronger feeling may fall behind a weaker one, in weights: half of what two frames of a still differ by."""


def mean_shapes(faces: Sequence[Face]) -> Shapes:
    """Mean weight of each of `SHAPES` over frames."""
    return {name: float(np.mean([face.shapes[name] for face in faces])) for name in SHAPES}


def response(shapes: Mapping[str, float], neutral: Mapping[str, float]) -> Shapes:
    """Weights minus those with NEU."""
    return {name: shapes[name] - neutral[name] for name in shapes}


def grows(values: Sequence[float], tolerance: float = TOLERANCE) -> bool:
    """True if responses at rising intensities, with 0 before the first, never fall and end above the tolerance."""
    steps = np.diff([0.0, *values])
    return bool((steps >= -tolerance).all() and values[-1] > tolerance)
