"""The face in a frame, as MediaPipe's face landmarker sees it: mesh, iBUG points and blendshapes in one look.

Every frame is looked at by itself (running mode IMAGE): frames can be sampled, and nothing is smoothed over time.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from mien.faces.detectors.mediapipe_mesh import ibug_from_mesh
from mien.media.stderr import quiet_stderr

Picture = NDArray[np.uint8]
Mask = NDArray[np.bool_]

SHAPES = ("mouthSmile", "mouthFrown", "browDown", "browInnerUp", "eyeWide", "noseSneer", "jawOpen", "eyeBlink")
"""Blendshapes that are read; those with a left and a right side as the mean of both."""

LEAST_SIDE = 256
"""Smaller pictures are enlarged to this: MediaPipe's detector works on 128 × 128 pixels and loses coarse faces."""

MARGIN = 0.15
"""Repeated border around the picture, as a fraction of its side: faces that fill their picture are found better."""

OUTER_LIPS = (61, 146, 91, 181, 84, 17, 314, 405, 321, 375, 291, 409, 270, 269, 267, 0, 37, 39, 40, 185)
INNER_LIPS = (78, 95, 88, 178, 87, 14, 317, 402, 318, 324, 308, 415, 310, 311, 312, 13, 82, 81, 80, 191)
OVAL = (
    10, 338, 297, 332, 284, 251, 389, 356, 454, 323, 361, 288, 397, 365, 379, 378, 400, 377,
    152, 148, 176, 149, 150, 136, 172, 58, 132, 93, 234, 127, 162, 21, 54, 103, 67, 109,
)  # fmt: skip
CHEEKS = (50, 280)
"""Points of the mesh around outlines: of the lips, of the face; and in the middle of the cheeks."""

_EYES = ((33, 133), (362, 263))


@dataclass(frozen=True, eq=False)
class Face:
    """A face in a picture: `mesh` float32 (478, 2) in pixels, `shapes` by the names of `SHAPES`, in [0, 1]."""

    mesh: NDArray[np.float32]
    shapes: dict[str, float]

    @property
    def points(self) -> NDArray[np.float32]:
        """The 68 points of iBUG (68, 2) in pixels."""
        return ibug_from_mesh(self.mesh)

    @property
    def eyes_apart(self) -> float:
        """Distance of the middles of the eyes in pixels, which is the unit of all sizes on a face."""
        middles = [self.mesh[list(corners)].mean(0) for corners in _EYES]
        return float(np.linalg.norm(middles[0] - middles[1]))

    @property
    def opening(self) -> float:
        """Height of the mouth's opening over the width of the inner lips."""
        height = np.linalg.norm(self.mesh[13] - self.mesh[14])
        return float(height / max(float(np.linalg.norm(self.mesh[78] - self.mesh[308])), 1e-6))


class FaceReader:
    """Finds the face in single pictures; opened by `open_reader`."""

    def __init__(self, landmarker: Any) -> None:
        self._landmarker = landmarker

    def read(self, picture: Picture) -> Face | None:
        """The face in an RGB picture (H, W, 3); None if none is found."""
        import mediapipe

        margin = round(MARGIN * min(picture.shape[:2]))
        padded = cv2.copyMakeBorder(picture, *(margin,) * 4, cv2.BORDER_REPLICATE)
        scale = max(1.0, LEAST_SIDE / min(padded.shape[:2]))
        if scale > 1:
            padded = cv2.resize(padded, None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC)
        image = mediapipe.Image(image_format=mediapipe.ImageFormat.SRGB, data=np.ascontiguousarray(padded))
        found = self._landmarker.detect(image)
        if not found.face_landmarks:
            return None
        height, width = padded.shape[:2]
        mesh = np.array([(point.x * width, point.y * height) for point in found.face_landmarks[0]], np.float32)
        scores = {one.category_name: float(one.score) for one in found.face_blendshapes[0]}
        return Face(mesh / scale - margin, {name: _both_sides(scores, name) for name in SHAPES})


def _both_sides(scores: dict[str, float], name: str) -> float:
    sides = [scores[side] for side in (name, f"{name}Left", f"{name}Right") if side in scores]
    return float(np.mean(sides))


@contextmanager
def open_reader(task: Path) -> Iterator[FaceReader]:
    """Yield a reader by MediaPipe's `.task` file with blendshapes."""
    from mediapipe.tasks.python import BaseOptions, vision

    options = vision.FaceLandmarkerOptions(
        base_options=BaseOptions(model_asset_path=str(task)),
        running_mode=vision.RunningMode.IMAGE,
        output_face_blendshapes=True,
    )
    with quiet_stderr():
        landmarker = vision.FaceLandmarker.create_from_options(options)
        reader = FaceReader(landmarker)
        reader.read(np.zeros((64, 64, 3), np.uint8))  # its threads log at the first picture
    try:
        yield reader
    finally:
        with quiet_stderr():
            landmarker.close()


def polygon(shape: tuple[int, ...], points: NDArray[np.float32]) -> Mask:
    """Pixels (H, W) inside a polygon (K, 2) given in pixels, with its outline to a sixteenth of a pixel."""
    mask = np.zeros(shape[:2], np.uint8)
    cv2.fillPoly(mask, [np.round(points * 16).astype(np.int32)], 1, shift=4)
    return mask.astype(bool)


def grown(mask: Mask, pixels: float) -> Mask:
    """The mask grown by a distance in pixels; shrunk if it is negative."""
    distance = cv2.distanceTransform((mask if pixels < 0 else ~mask).astype(np.uint8), cv2.DIST_L2, 5)
    return np.asarray(distance > -pixels if pixels < 0 else distance <= pixels)
