"""Skeletons as maps: one channel for each limb, and how much of the pose is known."""

from __future__ import annotations

import torch
from torch import Tensor

from mien.bodies.keypoints import BODY_COUNT, INDEX

CHANNELS: dict[str, tuple[tuple[str, str], ...]] = {
    **{
        f"{side}_{part}": ((f"{side}_{start}", f"{side}_{end}"),)
        for side in ("left", "right")
        for part, start, end in (
            ("upper_arm", "shoulder", "elbow"), ("forearm", "elbow", "wrist"), ("hand", "wrist", "hand_middle_1"),
            ("thigh", "hip", "knee"), ("shin", "knee", "ankle"), ("foot", "ankle", "big_toe"),
        )
    },
    "torso": (
        ("left_shoulder", "right_shoulder"), ("left_hip", "right_hip"), ("left_shoulder", "left_hip"),
        ("right_shoulder", "right_hip"), ("left_shoulder", "right_hip"), ("right_shoulder", "left_hip"),
    ),
    "head": (("left_ear", "right_ear"), ("left_ear", "nose"), ("right_ear", "nose")),
    "face": (("nose", "left_eye"), ("nose", "right_eye")),
}  # fmt: skip
"""The lines of each channel. That left and right are apart shows whether a person is seen from the front or behind."""

COUNT = len(CHANNELS) + 1
"""Channels of the maps: those of `CHANNELS`, and one that is the known part of the body's points everywhere."""

SPREAD = 0.7
"""Standard deviation of a line's profile, pixels of the map."""

_ENDS = torch.tensor([[INDEX[start], INDEX[end]] for lines in CHANNELS.values() for start, end in lines])
_COUNTS = [len(lines) for lines in CHANNELS.values()]


def skeleton_maps(points: Tensor, known: Tensor, height: int, width: int) -> Tensor:
    """Maps float32 (N, COUNT, height, width) in [0, 1] of points (N, 65, 2), pixels of the map, known (N, 65) bool.

    A line with one known end is a weak dot at it; with none it is missing.
    """
    ends, ends_known = points[:, _ENDS], known[:, _ENDS].float()  # (N, L, 2, 2), (N, L, 2)
    count = ends_known.sum(dim=2)
    start = torch.where(ends_known[..., :1] > 0, ends[:, :, 0], ends[:, :, 1])
    end = torch.where(ends_known[..., 1:] > 0, ends[:, :, 1], ends[:, :, 0])
    strengths = count / 2  # (N, L)
    lines = strengths[..., None, None] * _profile(start, end, height, width)
    channels = [one.amax(dim=1) for one in lines.split(_COUNTS, dim=1)]
    share = known[:, :BODY_COUNT].float().mean(dim=1)[:, None, None].expand(-1, height, width)
    return torch.stack([*channels, share], dim=1)


def coloured(maps: Tensor, limbs: Tensor) -> Tensor:
    """The skeleton in colours (B, T, 3, h, w) in [−1, 1], from maps (B, T, COUNT, h, w) and limbs (B, COUNT − 1, 3).

    limbs: the colour of each. Lines that cross are mixed.
    """
    lines = maps[:, :, :-1]
    painted = torch.einsum("btchw,bcr->btrhw", lines, limbs.to(lines))
    return painted / lines.sum(dim=2, keepdim=True).clamp(min=1)


def _profile(start: Tensor, end: Tensor, height: int, width: int) -> Tensor:
    """Gaussian of the distance of every pixel's centre to lines (N, L, 2), (N, L, 2): (N, L, height, width)."""
    x = torch.arange(width, device=start.device) + 0.5
    y = (torch.arange(height, device=start.device) + 0.5)[:, None]
    along = end - start
    square = (along**2).sum(dim=-1).clamp(min=1e-6)[..., None, None]
    from_x = x - start[..., 0][..., None, None]
    from_y = y - start[..., 1][..., None, None]
    along_x, along_y = along[..., 0][..., None, None], along[..., 1][..., None, None]
    position = ((from_x * along_x + from_y * along_y) / square).clamp(0, 1)
    distance = (from_x - position * along_x) ** 2 + (from_y - position * along_y) ** 2
    return torch.exp(-distance / (2 * SPREAD**2))
