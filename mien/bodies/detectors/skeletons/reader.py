"""Key points of ready skeleton videos, as a detector like any other."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mien.bodies.detectors.skeletons import coco, openpose
from mien.bodies.detectors.skeletons.colours import is_black, looks_drawn, palette_of, people_masks, reading_size
from mien.bodies.keypoints import PoseError
from mien.bodies.poses.found import Found
from mien.bodies.poses.palettes import OPENPOSE, Palette

_MOST_STEP = 0.5


class SkeletonReader:
    """Reads skeletons on black in OpenPose's 18 or COCO's 17 points; the colours are recognised.

    COCO's colours do not tell upper from lower arm, nor one eye from the other: bends and ends are found by fitting
    lines, and where a limb is drawn straight, its joint is taken to be in the middle, so that half
    a limb is read as a whole shorter one. People whose lines touch are read
    as one. Faces and hands, which some tools draw too, are not read.
    """

    def __init__(self, most: int = 4) -> None:
        self._most = most
        self._palette: Palette | None = None
        self._before: list[NDArray[np.floating]] = []

    def close(self) -> None:
        """Nothing is held."""

    def detect(self, frame: NDArray[np.uint8]) -> list[Found]:
        """The people in an RGB frame (H, W, 3). Raises PoseError if the first drawn frame is no skeleton on black."""
        small, _ = reading_size(frame)
        if is_black(small):
            return []
        if self._palette is None:
            if not looks_drawn(small):
                raise PoseError("this video has no skeletons drawn on black: choose the detector mediapipe for people")
            self._palette = palette_of([frame])
        found: list[Found] = []
        fits: list[NDArray[np.floating]] = []
        for person in people_masks(small, self._most):
            if self._palette is OPENPOSE:
                found.append(openpose.read_person(small, person))
                continue
            read = coco.read_person(small, person, self._palette, self._nearest(person))
            if read is not None:
                found.append(read[0])
                fits.append(read[1])
        self._before = fits
        scale = np.array((frame.shape[1] / small.shape[1], frame.shape[0] / small.shape[0]), np.float32)
        return [Found(one.points * scale, one.confidence) for one in found if one.box() is not None]

    def _nearest(self, person: NDArray[np.bool_]) -> NDArray[np.floating] | None:
        """The points of the person who was nearest in the frame before."""
        if not self._before:
            return None
        rows, columns = np.nonzero(person)
        middle = np.array((columns.mean(), rows.mean()))
        size = max(np.ptp(rows), np.ptp(columns))
        distances = [float(np.linalg.norm(points.mean(axis=0) - middle)) for points in self._before]
        best = int(np.argmin(distances))
        return self._before[best] if distances[best] < _MOST_STEP * size else None
