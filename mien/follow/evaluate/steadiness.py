"""Steadiness of a video outside and on the figure: flicker, drift, seams; and sharpness.

The figure's region comes from the key points that were asked for, so that all rows are measured in the same pixels.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from mien.bodies.keypoints import BODY_AND_FEET, INDEX, LIMBS
from mien.follow.judge.lab import delta_e, lab
from mien.follow.judge.points import head_frame, torso_points

Video = NDArray[np.uint8]
Joints = NDArray[np.float32]
Mask = NDArray[np.bool_]

_WIDE = 0.55
"""Half width of a limb with clothes around it, in torsos; hats, skirts and shadows lie within."""

_CELLS = 8
"""Cells along each side of the grid in which drift outside the figure is measured."""


def figure_regions(joints: Joints, height: int, width: int) -> Mask:
    """Where the figure may be in each frame, bool (T, H, W), of key points (T, 65, 2 or 3): generously drawn."""
    regions = np.zeros((len(joints), height, width), np.uint8)
    at = joints[..., :2]
    torso = float(np.median(np.linalg.norm(at[:, INDEX["left_shoulder"]] - at[:, INDEX["right_hip"]], axis=-1)))
    thickness = max(1, round(2 * _WIDE * torso))
    ears, up, _ = head_frame(np.asarray(at, np.float32))
    for region, pose, ear, upward in zip(regions, at, ears, up, strict=True):
        lines = [(pose[INDEX[a]], pose[INDEX[b]]) for a, b in LIMBS]
        lines += [(ear - upward, ear + upward)]
        lines += [(pose[point], pose[point]) for point in range(BODY_AND_FEET)]
        for first, second in lines:
            ends = [tuple(int(v) for v in np.clip(np.round(end), -4096, 4096)) for end in (first, second)]
            cv2.line(region, ends[0], ends[1], 1, thickness)
    return regions.astype(bool)


def flicker(video: Video, regions: Mask) -> float | None:
    """Temporal standard deviation of pixels while they are outside the figure, in levels of 255; None without any.

    video (T, H, W, 3), regions (T, H, W). Mean over channels and over pixels that are outside in half of the frames
    or more. Water and clouds move, so it is compared with the value of real clips.
    """
    outside = ~regions
    counts = outside.sum(axis=0)
    used = counts >= max(2, len(video) / 2)
    if not used.any():
        return None
    weight = (outside & used)[..., None]
    total = np.maximum(counts, 1)[..., None]
    values = video.astype(np.float64)
    mean = (values * weight).sum(axis=0) / total
    variance = (((values - mean) ** 2) * weight).sum(axis=0) / total
    return float(np.sqrt(variance)[used].mean())


def jumps(video: Video, regions: Mask) -> NDArray[np.float64]:
    """Mean absolute difference (T − 1) of neighbouring frames outside the figure, in levels of 255."""
    outside = ~(regions[1:] | regions[:-1])
    difference = np.abs(np.diff(video.astype(np.int16), axis=0)).mean(axis=-1)
    return np.asarray((difference * outside).sum(axis=(1, 2)) / np.maximum(outside.sum(axis=(1, 2)), 1))


def seam(differences: NDArray[np.float64]) -> float | None:
    """The largest difference of neighbouring frames over the median, of `jumps`; about 1 without joins of windows.

    None where the picture stands still.
    """
    if not len(differences) or np.median(differences) <= 0:
        return None
    return float(differences.max() / np.median(differences))


def sharpness(video: Video) -> float:
    """Mean variance of the Laplacian of the luma; see `mien.metrics.images.sharpness`."""
    from mien.metrics.images import sharpness as of_frame

    return float(np.mean([of_frame(frame) for frame in video]))


def drift(first: Video, first_joints: Joints, last: Video, last_joints: Joints) -> dict[str, float]:
    """CIEDE2000 between two pieces of a video: of the `torso`, of the `place`, and of the place in a grid of `cells`.

    In the cells waves, clouds and lights count too, which move as they should.

    Videos (T, H, W, 3) with key points (T, 65, 2 or 3). The colours of each piece are averaged over its frames first.
    """
    torso, place = [], []
    for video, joints in ((first, first_joints), (last, last_joints)):
        torso.append(_torso_colour(video, joints))
        place.append(_cells(video, figure_regions(joints, *video.shape[1:3])))
    both = np.isfinite(place[0]).all(axis=-1) & np.isfinite(place[1]).all(axis=-1)
    found = {"torso": float(delta_e(lab(torso[0]), lab(torso[1])))}
    if both.any():
        found["place"] = float(delta_e(*(lab(one[both].mean(axis=0)) for one in place)))
        found["cells"] = float(delta_e(lab(place[0][both]), lab(place[1][both])).mean())
    return found


def _torso_colour(video: Video, joints: Joints) -> NDArray[np.float64]:
    points = torso_points(np.asarray(joints[..., :2], np.float32), (0.3, 0.6), (-0.3, 0.0, 0.3))
    height, width = video.shape[1:3]
    x = np.clip(points[..., 0], 0, width - 1).astype(int)
    y = np.clip(points[..., 1], 0, height - 1).astype(int)
    return np.asarray(video[np.arange(len(video))[:, None], y, x].reshape(-1, 3).mean(axis=0) / 255)


def _cells(video: Video, regions: Mask) -> NDArray[np.float64]:
    """Mean colour (C, C, 3) in [0, 1] of the pixels outside the figure in each cell; NaN where there are few."""
    weight = (~regions).astype(np.float64)
    total = weight.sum(axis=0)
    mean = (video * weight[..., None]).sum(axis=0)
    height, width = total.shape
    rows, columns = (np.linspace(0, side, _CELLS + 1).round().astype(int) for side in (height, width))
    cells = np.full((_CELLS, _CELLS, 3), np.nan)
    for i, j in np.ndindex(_CELLS, _CELLS):
        own = slice(rows[i], rows[i + 1]), slice(columns[j], columns[j + 1])
        if total[own].sum() > 0.05 * total[own].size * len(video):
            cells[i, j] = mean[own].sum(axis=(0, 1)) / total[own].sum() / 255
    return cells
