"""What a layer of the composer is: a part of the face that is drawn at the resolution of the photo after the warp."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.uint8]
Field = NDArray[np.float32]
Points = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Portrait:
    """The photo's aligned face: what all frames of a video share.

    `crop` uint8 (R, R, 3) RGB; `landmarks` float32 (68, 2) in crop pixels, iBUG order; `mesh` float32 (478, 3),
    MediaPipe's mesh in crop pixels, None if the detector gives none.
    """

    crop: Picture
    landmarks: Points
    mesh: Points | None = None

    @property
    def side(self) -> int:
        """Side R of the crop in pixels."""
        return int(self.crop.shape[0])


@dataclass(frozen=True, eq=False)
class Goal:
    """The shape of the face in one frame.

    `landmarks` float32 (68, 2) in pixels of the frame, after the in-plane transform; `in_plane` float64 (2, 3): the
    similarity of the head's in-plane motion, pixels of the crop → pixels of the frame; `lids`: the lids' pose, about 0
    open (positive: wider) and −1 closed, as `lids` of `mien.faces.measures.FACE_POSE`.
    """

    landmarks: Points
    in_plane: NDArray[np.float64]
    lids: float


class Layer(Protocol):
    """A part of the face that is drawn over the warped photo. Made once a video from a `Portrait`."""

    def warp_goal(self, goal: Goal) -> Points:
        """Landmarks (68, 2) to which the photo is warped: the goal's, without movements that the layer itself draws."""

    def draw(self, frame: Field, goal: Goal) -> None:
        """Draw into `frame` float32 (R, R, 3) in [0, 255], in place."""
