"""Pieces of a picture in the figure's own axes: head, torso, legs and arms, whatever its size, place and pose."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor
from torch.nn import functional

from mien.bodies.keypoints import INDEX

PATCHES: Mapping[str, tuple[int, int]] = {"head": (16, 16), "torso": (12, 12), "legs": (12, 10), "arms": (10, 6)}
"""Name → rows and columns. Legs and arms: the person's left one, then the right one, from hip or shoulder outwards."""

_HEAD_UP, _HEAD_DOWN, _HEAD_SIDE = 1.4, -1.3, 1.3
"""Of the head's patch, in lengths from the shoulders to the ears."""
_TORSO_DOWN, _TORSO_SIDE = (-0.15, 1.45), 0.57
"""In lengths of the torso: from above the shoulders to the thighs; half its width."""
_LEG, _ARM = (2.15, 0.35), (2.2, 0.12)
"""How far along a limb, in bones, and to its sides, in torsos."""
_SHORTEST_NECK = 0.3
"""Length from the shoulders to the ears, in torsos, of a head that leans towards the viewer or away."""

_PAIRS = (("left_shoulder", "right_shoulder"), ("left_hip", "right_hip"), ("left_ear", "right_ear"))
_BONES = tuple(
    (f"{side}_{first}", f"{side}_{second}")
    for side in ("left", "right")
    for first, second in (("hip", "knee"), ("knee", "ankle"), ("shoulder", "elbow"), ("elbow", "wrist"))
)
GEOMETRY = 1 + 2 * len(_PAIRS) + 4 + len(_BONES)
"""Numbers of `geometry`."""


def patch_points(joints: Tensor) -> dict[str, Tensor]:
    """Name of a patch → the points (B, rows, columns, 2) that it shows, of key points (B, 65, 2), in their pixels."""
    return {
        "head": _head(joints),
        "torso": _torso(joints),
        "legs": torch.cat([_limb(joints, side, ("hip", "knee", "ankle"), 5, _LEG) for side in ("left", "right")], 2),
        "arms": torch.cat(
            [_limb(joints, side, ("shoulder", "elbow", "wrist"), 3, _ARM) for side in ("left", "right")], 2
        ),
    }


def read_patches(pictures: Tensor, joints: Tensor) -> dict[str, Tensor]:
    """Name → patch (B, 3, rows, columns) of pictures (B, 3, H, W) with key points (B, 65, 2) in their pixels."""
    height, width = pictures.shape[2:]
    scale = torch.tensor([2 / width, 2 / height], device=joints.device)
    return {
        name: functional.grid_sample(pictures, points * scale - 1, align_corners=False, padding_mode="border")
        for name, points in patch_points(joints).items()
    }


def geometry(joints: Tensor, side: int) -> Tensor:
    """What the pose says of view and proportions, (B, `GEOMETRY`), of key points (B, 65, 2) in a picture of `side`."""
    torso = _torso_length(joints)
    ears, shoulders = _middle(joints, "ear"), _middle(joints, "shoulder")
    pairs = [(_at(joints, a) - _at(joints, b)) / torso for a, b in _PAIRS]
    bones = [(_at(joints, a) - _at(joints, b)).norm(dim=-1, keepdim=True) / torso for a, b in _BONES]
    found = [torso / side, *pairs, (_at(joints, "nose") - ears) / torso, (ears - shoulders) / torso, *bones]
    return torch.cat(found, dim=1).clamp(-4, 4)


def _head(joints: Tensor) -> Tensor:
    rows, columns = PATCHES["head"]
    ears = _middle(joints, "ear")
    up = ears - _middle(joints, "shoulder")
    length = up.norm(dim=-1, keepdim=True)
    up = up / length.clamp(min=1e-3) * torch.maximum(length, _SHORTEST_NECK * _torso_length(joints))
    right = torch.stack([-up[:, 1], up[:, 0]], dim=-1)
    heights, sides = _line(joints, _HEAD_UP, _HEAD_DOWN, rows), _line(joints, -_HEAD_SIDE, _HEAD_SIDE, columns)
    return ears[:, None, None] + heights[:, None, None] * up[:, None, None] + sides[:, None] * right[:, None, None]


def _torso(joints: Tensor) -> Tensor:
    rows, columns = PATCHES["torso"]
    shoulders = _middle(joints, "shoulder")
    down = _middle(joints, "hip") - shoulders
    side = torch.stack([down[:, 1], -down[:, 0]], dim=-1) * _TORSO_SIDE
    heights, sides = _line(joints, *_TORSO_DOWN, rows), _line(joints, -1, 1, columns)
    return (
        shoulders[:, None, None] + heights[:, None, None] * down[:, None, None] + sides[:, None] * side[:, None, None]
    )


def _limb(joints: Tensor, side: str, names: tuple[str, str, str], columns: int, reach: tuple[float, float]) -> Tensor:
    start, middle, end = (_at(joints, f"{side}_{name}") for name in names)
    rows = PATCHES["legs" if names[0] == "hip" else "arms"][0]
    torso, along = _torso_length(joints), _line(joints, 0, reach[0], rows)[:, None]
    upper = along <= 1
    first, second = (middle - start)[:, None], (end - middle)[:, None]
    points = torch.where(upper, start[:, None] + along * first, middle[:, None] + (along - 1) * second)
    bone = torch.where(upper, first, second)
    across = torch.stack([bone[..., 1], -bone[..., 0]], dim=-1)
    across = across / across.norm(dim=-1, keepdim=True).clamp(min=1e-3) * torso[:, None]
    return points[:, :, None] + _line(joints, -reach[1], reach[1], columns)[:, None] * across[:, :, None]


def _torso_length(joints: Tensor) -> Tensor:
    return (_middle(joints, "hip") - _middle(joints, "shoulder")).norm(dim=-1, keepdim=True).clamp(min=1.0)


def _middle(joints: Tensor, name: str) -> Tensor:
    return (_at(joints, f"left_{name}") + _at(joints, f"right_{name}")) / 2


def _at(joints: Tensor, name: str) -> Tensor:
    return joints[:, INDEX[name]]


def _line(like: Tensor, start: float, end: float, count: int) -> Tensor:
    return torch.linspace(start, end, count, device=like.device)
