"""How well points are lifted: errors in parts of the body's height, facing, jerk."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from mien.bodies.keypoints import INDEX
from mien.bodies.lifting.data import Windows

Scene = Callable[[Windows, np.random.Generator], Windows]


def _random(share: float) -> Scene:
    def hide(windows: Windows, rng: np.random.Generator) -> Windows:
        return replace(windows, known=rng.random(windows.known.shape) >= share)

    return hide


def _without_legs(windows: Windows, _: np.random.Generator) -> Windows:
    known = np.ones_like(windows.known)
    known[..., INDEX["left_knee"] :] = False
    return replace(windows, known=known)


SCENES: dict[str, Scene] = {
    "all": _random(0.0),
    "hidden_30": _random(0.3),
    "hidden_50": _random(0.5),
    "no_legs": _without_legs,
}
"""What is hidden from the lifter when it is measured."""


def figures_of(found: NDArray[np.floating], windows: Windows) -> dict[str, float]:
    """mpjpe: mean distance in space from the truth, about the middle of the hips in depth; facing: rate of frames in
    which the body faces the same of eight directions, within 45°; jerk: that of the found joints over the true one's
    (median of absolute third differences, which is 1 where both are as smooth)."""
    error = np.linalg.norm(found - windows.truth, axis=-1).mean()
    off = np.abs(np.angle(np.exp(1j * (facing(found) - facing(windows.truth)))))
    third = [
        np.mean(np.linalg.norm(np.diff(one, 3, axis=1), axis=-1)) for one in (found[..., 2:], windows.truth[..., 2:])
    ]
    return {
        "mpjpe": float(error),
        "facing": float(np.mean(off < np.pi / 4)),
        "jerk": float(third[0] / max(float(third[1]), 1e-9)),
    }


def facing(joints: NDArray[np.floating]) -> NDArray[np.float64]:
    """Direction in radians (...) in which the trunk of joints (..., J ≥ 23, 3) faces: 0 to the viewer, π/2 to the
    picture's left, which is the person's right."""
    left, right = ([INDEX[f"{side}_{name}"] for name in ("shoulder", "hip")] for side in ("left", "right"))
    across = joints[..., left, :].mean(axis=-2) - joints[..., right, :].mean(axis=-2)
    return np.arctan2(across[..., 2], across[..., 0]).astype(np.float64)
