"""What the network sees of a picture."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from mien.bodies.keypoints import INDEX
from mien.follow.look.patches import HEAD_SIDE, SIDE, WHOLE_SIDE, Floats, body_patches, head_patch, sample_patches

CHANNELS = 4
"""RGB in [−1, 1] times the mask, and the mask: 0 outside the picture and outside a cut-out person."""


@dataclass(frozen=True)
class LookInputs:
    """whole: float32 (B, 4, 48, 48), the picture. head: (B, 4, 32, 32). body: (B, P, 4, 16, 16), the `PATCHES`. front:
    (B,), 1 for a person who is seen from the front, −1 from behind, 0 where the shoulders do not tell."""

    whole: Tensor
    head: Tensor
    body: Tensor
    front: Tensor


def look_inputs(pictures: Tensor, masks: Tensor, points: Floats, known: NDArray[np.bool_]) -> LookInputs:
    """Inputs from pictures float32 (B, 3, H, W) in [0, 1], masks (B, 1, H, W), points (B, 65, 2) in their pixels."""
    masked = torch.cat([(pictures * 2 - 1) * masks, masks], dim=1)
    whole = functional.interpolate(masked, (WHOLE_SIDE, WHOLE_SIDE), mode="bilinear", antialias=True)
    head = sample_patches(masked, head_patch(points, known), HEAD_SIDE)[:, 0]
    body = sample_patches(masked, body_patches(points, known), SIDE)
    return LookInputs(whole, head, body, torch.from_numpy(_front(points, known)))


def _front(points: Floats, known: NDArray[np.bool_]) -> Floats:
    left, right = INDEX["left_shoulder"], INDEX["right_shoulder"]
    both = known[:, left] & known[:, right]
    return np.where(both, np.sign(points[:, left, 0] - points[:, right, 0]), 0).astype(np.float32)
