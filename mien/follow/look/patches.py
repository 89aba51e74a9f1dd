"""Patches of a picture along the limbs of a person, at the same place of the body whatever the pose.

Each patch is a parallelogram: a centre and two half axes. Patches of the right side are mirrored, so that both sides
look alike to a network (part-aligned sampling, as the texture maps of DensePose: Güler et al., CVPR 2018).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from mien.bodies.keypoints import INDEX

Floats = NDArray[np.float32]

LIMB_PATCHES: tuple[tuple[str, str, float], ...] = tuple(
    (f"{side}_{start}", f"{side}_{end}", half_width)
    for start, end, half_width in (
        ("shoulder", "elbow", 0.20), ("elbow", "wrist", 0.18), ("hip", "knee", 0.26), ("knee", "ankle", 0.22),
    )
    for side in ("left", "right")
)  # fmt: skip
"""First and second joint, and half of the width in lengths of the torso."""

PATCHES = ("torso", "below", *(f"{start}_{end.split('_')[1]}" for start, end, _ in LIMB_PATCHES))
"""The patches of 16 pixels. `below`: from the hips to the feet, upright, between and beside the legs."""

SIDE, HEAD_SIDE, WHOLE_SIDE = 16, 32, 48
"""Pixels of a side of these patches, of the head's and of the whole picture's."""

_FACE = ("nose", "left_eye", "right_eye", "left_ear", "right_ear")


@dataclass(frozen=True)
class Frames:
    """Parallelograms in a picture: centres (N, P, 2), half axes along and across (N, P, 2, 2), known bool (N, P)."""

    centres: Floats
    axes: Floats
    known: NDArray[np.bool_]


def body_unit(points: Floats, known: NDArray[np.bool_]) -> Floats:
    """The length of the torso (N,) in pixels, from what is known of points (N, 65, 2); 0 where nothing tells it.

    From shoulders and hips, or from the shoulders' distance, or from the face.
    """

    def pair(first: str, second: str, factor: float) -> Floats:
        length = np.linalg.norm(points[:, INDEX[first]] - points[:, INDEX[second]], axis=1)
        return np.where(known[:, INDEX[first]] & known[:, INDEX[second]], factor * length, 0).astype(np.float32)

    torso = np.maximum(pair("left_shoulder", "left_hip", 1), pair("right_shoulder", "right_hip", 1))
    upper = np.maximum(pair("left_shoulder", "right_shoulder", 1.45), pair("left_ear", "right_ear", 3.3))
    arms = np.maximum(pair("left_shoulder", "left_elbow", 1.5), pair("right_shoulder", "right_elbow", 1.5))
    return np.where(torso > 0, np.maximum(torso, 0.8 * upper), np.where(upper > 0, np.maximum(upper, arms), arms))


def body_patches(points: Floats, known: NDArray[np.bool_]) -> Frames:
    """The `PATCHES` of people with points (N, 65, 2) and known (N, 65)."""
    unit = body_unit(points, known)
    shoulders, shoulders_known = _mean(points, known, ("left_shoulder", "right_shoulder"))
    hips, hips_known = _mean(points, known, ("left_hip", "right_hip"))
    down = np.array([0, 1], np.float32) * unit[:, None]
    hips = np.where(hips_known[:, None], hips, shoulders + down)
    feet = hips + 1.8 * down
    parts = [
        _between(shoulders, hips, 0.62 * unit, 1.1, shoulders_known & (unit > 0)),
        _between(hips, feet, 0.75 * unit, 1.0, hips_known & (unit > 0)),
    ]
    for start, end, half_width in LIMB_PATCHES:
        both = known[:, INDEX[start]] & known[:, INDEX[end]] & (unit > 0)
        width = half_width * unit * (-1 if start.startswith("right") else 1)
        parts.append(_between(points[:, INDEX[start]], points[:, INDEX[end]], width, 1.1, both))
    centres, axes, seen = zip(*parts, strict=True)
    return Frames(np.stack(centres, axis=1), np.stack(axes, axis=1), np.stack(seen, axis=1))


def head_patch(points: Floats, known: NDArray[np.bool_]) -> Frames:
    """One upright patch of the head, from above a hat to the breast."""
    unit = body_unit(points, known)
    centre, face = _mean(points, known, _FACE)
    shoulders, shoulders_known = _mean(points, known, ("left_shoulder", "right_shoulder"))
    centre = np.where(face[:, None], centre, shoulders - np.array([0, 0.45], np.float32) * unit[:, None])
    axes = np.array([[0, 0.8], [0.8, 0]], np.float32) * unit[:, None, None]
    return Frames(centre[:, None], axes[:, None], ((face | shoulders_known) & (unit > 0))[:, None])


def sample_patches(pictures: Tensor, frames: Frames, side: int) -> Tensor:
    """Patches (N, P, C, side, side) of pictures (N, C, H, W); zeros outside and where a patch is unknown."""
    height, width = pictures.shape[2:]
    steps = (torch.arange(side) + 0.5) / side * 2 - 1
    centres, axes = torch.from_numpy(frames.centres), torch.from_numpy(frames.axes)
    along = steps[:, None, None] * axes[:, :, None, None, 0]
    across = steps[None, :, None] * axes[:, :, None, None, 1]
    grid = centres[:, :, None, None] + along + across  # (N, P, side, side, 2), pixels
    grid = grid / torch.tensor([width, height]) * 2 - 1
    grid = torch.where(torch.from_numpy(frames.known)[:, :, None, None, None], grid, torch.full_like(grid, -3.0))
    flat = functional.grid_sample(pictures, grid.flatten(1, 2), padding_mode="zeros", align_corners=False)
    return flat.unflatten(2, (frames.centres.shape[1], side)).transpose(1, 2)


def _mean(points: Floats, known: NDArray[np.bool_], names: tuple[str, ...]) -> tuple[Floats, NDArray[np.bool_]]:
    rows = [INDEX[name] for name in names]
    weights = known[:, rows].astype(np.float32)
    total = weights.sum(axis=1)
    mean = (points[:, rows] * weights[..., None]).sum(axis=1) / np.maximum(total, 1)[:, None]
    return mean.astype(np.float32), total > 0


def _between(
    start: Floats, end: Floats, half_width: Floats, longer: float, known: NDArray[np.bool_]
) -> tuple[Floats, Floats, NDArray[np.bool_]]:
    along = (end - start) / 2
    length = np.maximum(np.linalg.norm(along, axis=1, keepdims=True), 1e-3)
    across = np.stack([along[:, 1], -along[:, 0]], axis=1) / length * half_width[:, None]
    axes = np.stack([along * longer, across], axis=1)
    return ((start + end) / 2).astype(np.float32), axes.astype(np.float32), known
