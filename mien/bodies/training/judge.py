"""The judge of poses: finds the 17 points of a figure in pictures, whatever made them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from mien.bodies.detectors.heat_maps import HeatMapPose
from mien.bodies.detectors.mmpose_people import KIND as KIND
from mien.bodies.detectors.mmpose_people import load_heat_maps
from mien.bodies.detectors.rtmpose import to_tensor
from mien.bodies.keypoints import BODY_COUNT, PoseError, mirrored_order
from mien.bodies.training.augmentation import box_of, crop_matrix, warped

_BATCH = 64
LOOKS = 3
ROOM = 1.15
"""Side of the second crop in sides of the box of the points that were found in the first."""

_MIRRORED = mirrored_order()[:BODY_COUNT].tolist()


class PoseJudge:
    """An estimator of mmpose that was trained on rendered figures."""

    def __init__(self, network: HeatMapPose) -> None:
        self.network = network.eval()

    @classmethod
    def load(cls, folder: Path) -> PoseJudge:
        """The judge in a folder of the stage `pose`. Raises PoseError in one sentence if there is none."""
        return cls(load_heat_maps(folder))

    def detect(self, frames: NDArray[np.uint8]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Points of the figure in each picture, in pixels, float32 (N, 17, 2), with confidence (N, 17) in [0, 1].

        frames: RGB uint8 (N, H, W, 3) with one figure each. The figure is looked for in the whole picture first, then
        twice in what surrounds it, each time as it is and mirrored. Each picture is read by itself.
        """
        if frames.ndim != 4 or frames.shape[3] != 3 or frames.dtype != np.uint8:
            raise PoseError(f"pictures are uint8 (N, H, W, 3), not {frames.dtype} {frames.shape}")
        points = np.zeros((len(frames), BODY_COUNT, 2), np.float32)
        confidence = np.zeros((len(frames), BODY_COUNT), np.float32)
        for start in range(0, len(frames), _BATCH):
            rows = slice(start, start + _BATCH)
            points[rows], confidence[rows] = self._batch(frames[rows])
        return points, confidence

    def _batch(self, frames: NDArray[np.uint8]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        side = self.network.config.width
        height, width = frames.shape[1:3]
        matrices = np.tile(crop_matrix((0, 0), (width, height), side, 1.0), (len(frames), 1, 1))
        points, confidence = self._read(frames, matrices)
        for _ in range(LOOKS - 1):
            matrices = np.stack(
                [
                    crop_matrix(*_sure_box(points[row], confidence[row], (width, height)), side, ROOM)
                    for row in range(len(frames))
                ]
            )
            points, confidence = self._read(frames, matrices)
        return points, confidence

    @torch.no_grad()
    def _read(
        self, frames: NDArray[np.uint8], matrices: NDArray[np.float32]
    ) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Points in pixels of the frames, read in crops (N, 2, 3)."""
        side = self.network.config.width
        crops = np.stack([warped(frame, matrix, side) for frame, matrix in zip(frames, matrices, strict=True)])
        pictures = to_tensor(crops)
        # both ways round, as mmpose tests: the mean of two readings is nearer than one
        mirrored = self.network(pictures.flip(3)).flip(3)[:, _MIRRORED]
        points, confidence = self.network.decode((self.network(pictures) + mirrored) / 2)
        scale, offset = matrices[:, 0, 0], matrices[:, :, 2]
        return np.asarray((points - offset[:, None]) / scale[:, None, None], np.float32), confidence


def _sure_box(
    points: NDArray[np.float32], confidence: NDArray[np.float32], size: tuple[int, int]
) -> tuple[tuple[float, float], tuple[float, float]]:
    """The corners of the box around the surer points, at least half of them, within the picture."""
    inside = np.clip(points, 0, size)
    sure = confidence >= min(0.25, float(np.sort(confidence)[-8]))
    return box_of(inside[sure])


def correct_points(
    found: NDArray[np.float32], truth: NDArray[np.float32], known: NDArray[np.bool_], part: float = 0.1
) -> float:
    """PCK: rate of known points (N, 17, 2) that lie within `part` of the torso of the truth, in [0, 1].

    The torso is the distance between the middles of shoulders and hips in the picture, at least a quarter of the
    longer side of the box, so that a figure seen from above or bent forwards has a size too.
    """
    shoulders, hips = truth[:, [5, 6]].mean(axis=1), truth[:, [11, 12]].mean(axis=1)
    box = np.ptp(truth, axis=1).max(axis=1)
    size = np.maximum(np.linalg.norm(shoulders - hips, axis=1), 0.25 * box)
    near = np.linalg.norm(found - truth, axis=2) <= part * size[:, None]
    return float(near[known].mean()) if known.any() else 0.0
