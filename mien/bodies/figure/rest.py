"""A standing figure that looks at the viewer: the pose in which meshes are put together."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mien.bodies.figure.measures import BODY_HEIGHT
from mien.bodies.keypoints import INDEX, JOINTS

# cm from between the hips: to the person's left, up, towards the viewer
_LEFT = {
    "left_eye": (3.2, 68.3, 10.0), "left_ear": (7.4, 67.0, 0.0), "left_shoulder": (17.5, 50.0, 0.0),
    "left_elbow": (28.0, 23.5, -1.0), "left_wrist": (35.0, -0.5, 3.0), "left_hip": (9.0, 0.0, 0.0),
    "left_knee": (10.0, -41.0, 1.0), "left_ankle": (10.5, -81.0, -2.0), "left_big_toe": (12.0, -87.5, 15.0),
    "left_small_toe": (17.0, -87.5, 12.0), "left_heel": (10.5, -86.5, -6.0),
}  # fmt: skip


def standing_joints(height: float = BODY_HEIGHT, middle: tuple[float, float] = (0.0, 0.0)) -> NDArray[np.float32]:
    """Joints (65, 3) in pixels of a figure `height` pixels high whose hips are at `middle`; hands are not given."""
    out = np.zeros((len(JOINTS), 3), np.float32)
    places = {"nose": (0.0, 64.5, 12.0), **_LEFT}
    for name, (x, y, z) in places.items():
        out[INDEX[name]] = x, -y, -z
        if name.startswith("left_"):
            out[INDEX[name.replace("left", "right", 1)]] = -x, -y, -z
    out *= height / BODY_HEIGHT
    out[:, :2] += middle
    return out
