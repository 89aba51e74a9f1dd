"""Motions into pictures, by a camera that is far away (weak perspective)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d

from mien.bodies.keypoints import INDEX
from mien.bodies.motions.rotations import about

FloatArray = NDArray[np.float32]


@dataclass(frozen=True)
class Camera:
    """A camera far away.

    yaw: radians by which the camera stands to the left of a person who faces forward; 0 sees the face, π/2 the left
    side, π the back. pitch: radians by which it looks down. scale: pixels per metre. offset: where the origin of the
    room appears in the picture, (2,) or for every frame (T, 2) pixels.
    """

    yaw: float = 0.0
    pitch: float = 0.0
    scale: float = 50.0
    offset: NDArray[np.float64] | tuple[float, float] = (0.0, 0.0)


def to_picture(joints: NDArray[np.floating], camera: Camera) -> FloatArray:
    """Joints (T, J, 3) in metres (axes of `mien.bodies.motions`) → float32 (T, J, 3) pixels.

    x to the right, y down, z away from the viewer in the same scale; z = 0 at the room's origin.
    """
    pixels = np.asarray(joints, np.float64) @ view(camera.yaw, camera.pitch).T * camera.scale
    pixels[..., :2] += np.broadcast_to(np.asarray(camera.offset, np.float64), (len(pixels), 2))[:, None]
    return pixels.astype(np.float32)


def view(yaw: float, pitch: float) -> NDArray[np.float64]:
    """The matrix (3, 3) from the axes of a motion to those of a picture."""
    flip = np.diag([1.0, -1.0, -1.0])  # half a turn: up becomes down, forward becomes towards the viewer
    return about("x", np.array(pitch)) @ flip @ about("y", np.array(-yaw))


def framed(
    joints: NDArray[np.floating],
    width: int,
    height: int,
    yaw: float = 0.0,
    pitch: float = 0.0,
    share: float = 0.8,
    follow: bool = True,
) -> Camera:
    """A camera that has the person in its picture from head to feet in every frame.

    share: part of the picture's height (or width) that the person takes at most. follow: the camera goes along with
    the person sideways, smoothly; otherwise it stands still and the person takes as much room as its way needs.
    """
    seen = to_picture(joints, Camera(yaw, pitch, 1.0))[..., :2].astype(np.float64)
    hips = seen[:, [INDEX["left_hip"], INDEX["right_hip"]]].mean(axis=1)
    way = np.zeros_like(hips)
    if follow:
        way[:, 0] = gaussian_filter1d(hips[:, 0], max(1.0, len(hips) / 12), mode="nearest")
        # Depth on the ground is height in a picture that looks down.
        way[:, 1] = gaussian_filter1d(hips[:, 1], max(1.0, len(hips) / 6), mode="nearest")
        way[:, 1] -= way[:, 1].mean()
    inside = seen - way[:, None]
    low, high = inside.min(axis=(0, 1)), inside.max(axis=(0, 1))
    scale = share * min(height / (high[1] - low[1]), width / (high[0] - low[0]))
    middle = (low + high) / 2
    return Camera(yaw, pitch, float(scale), np.array([width / 2, height / 2]) - scale * (way + middle))
