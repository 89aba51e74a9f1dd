"""Which attributes of a scene can be seen in a frame: those whose part of the figure is in the picture."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mien.bodies.keypoints import INDEX
from mien.bodies.scene import LABELS, Scene

_HEAD, _CHEST, _HIPS, _LEGS = ("nose",), ("left_shoulder", "right_shoulder"), ("left_hip", "right_hip"), (
    "left_knee", "right_knee",
)  # fmt: skip

_NEEDED: dict[str, tuple[tuple[str, ...], ...]] = {
    "kind": (_HEAD,),
    "build": (_CHEST, _HIPS),
    "skin": (_HEAD,),
    "hair_style": (_HEAD, _CHEST),
    "hair_colour": (_HEAD,),
    "top": (_CHEST, _HIPS),
    "top_colour": (_CHEST,),
    "top_pattern": (_CHEST,),
    "pattern_colour": (_CHEST,),
    "bottom": (_HIPS, _LEGS),
    "bottom_colour": (_HIPS, _LEGS),
    "hat": (_HEAD,),
    "hat_colour": (_HEAD,),
}
"""Attribute → groups of points; one of each group has to be in the picture."""


def seen_attributes(scene: Scene, joints: NDArray[np.float32], width: int, height: int) -> dict[str, NDArray[np.bool_]]:
    """Attribute → whether it can be seen in each frame, bool (T,), with joints (T, 65, 2 or 3) in pixels.

    False for what the scene does not show at all, see `Scene.visible`.
    """
    at = joints[..., :2]
    inside = np.all((at >= 0) & (at < np.array([width, height])), axis=-1)
    shown = scene.visible()
    found = {}
    for name in LABELS:
        seen = np.full(len(joints), name in shown)
        for group in _NEEDED.get(name, ()):
            seen &= np.any(inside[:, [INDEX[point] for point in group]], axis=1)
        found[name] = seen
    return found
