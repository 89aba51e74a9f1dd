"""RTMPose of mmpose: built from its packaged configurations, with key points in and out.

Jiang et al. 2023, RTMPose: Real-Time Multi-Person Pose Estimation; coordinates by classification of bins as in
Li et al. 2022, SimCC.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from mien.bodies.detectors.mmpose_library import load_mmpose, packaged_config

SIZES = ("t", "s", "m", "l")
CONFIG = "body_2d_keypoint/rtmpose/coco/rtmpose-{size}_8xb256-420e_coco-256x192.py"
STEM_CHANNELS = {"t": 12, "s": 16, "m": 24, "l": 32}
"""Channels after the first convolution, by which the sizes are told apart."""

STRIDE = 32
"""Pixels of the input for a cell of the features in mmpose's configurations."""


@dataclass(frozen=True)
class RTMPoseConfig:
    """What decides about the tensors. size: of mmpose's configurations. width, height: of the input in pixels.

    points: key points.
    """

    size: str = "t"
    width: int = 192
    height: int = 256
    points: int = 17


class RTMPose(nn.Module):
    """Pictures → scores of the bins of x and of y for each key point."""

    mean: Tensor
    std: Tensor

    def __init__(self, config: RTMPoseConfig) -> None:
        """Raises PoseError if mmpose is not there."""
        super().__init__()
        self.config = config
        content = _model_config(config)
        estimator = load_mmpose().MODELS.build(content)
        self.backbone, self.head = estimator.backbone, estimator.head
        preprocessor = content["data_preprocessor"]
        for name in ("mean", "std"):
            self.register_buffer(name, torch.tensor(preprocessor[name]).view(1, 3, 1, 1), persistent=False)
        self.to(memory_format=torch.channels_last)  # type: ignore[call-overload]  # half as fast again on a CPU

    def forward(self, pictures: Tensor) -> tuple[Tensor, Tensor]:
        """pictures: RGB (N, 3, H, W) in 0 … 255. Returns scores (N, K, 2 W) and (N, K, 2 H)."""
        values = ((pictures - self.mean) / self.std).contiguous(memory_format=torch.channels_last)
        x, y = self.head(self.backbone(values))
        return x, y

    def decode(self, scores: tuple[Tensor, Tensor]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Points (N, K, 2) in input pixels and confidence (N, K) in [0, 1]."""
        x, y = (one.detach().float().cpu().numpy() for one in scores)
        points, confidence = self.head.decoder.decode(x, y)
        return points.astype(np.float32) + 0.5, np.clip(confidence, 0, 1).astype(np.float32)


def _model_config(config: RTMPoseConfig) -> Any:
    content = packaged_config(CONFIG.format(size=config.size)).model
    backbone, head = content.backbone, content.head
    backbone.pop("_scope_", None)  # mmpose has this backbone too
    backbone.init_cfg = None  # weights are never downloaded
    backbone.norm_cfg = {"type": "BN"}
    size = (config.width, config.height)
    # mmpose's widths of the targets are for its input size; they grow with the root of the side
    head.decoder.sigma = tuple(
        float(sigma * (side / before) ** 0.5)
        for sigma, side, before in zip(head.decoder.sigma, size, head.input_size, strict=True)
    )
    head.out_channels, head.input_size = config.points, size
    head.decoder.input_size = size
    head.in_featuremap_size = tuple(side // STRIDE for side in size)
    return content


def to_tensor(pictures: NDArray[np.uint8]) -> Tensor:
    """Pictures uint8 (N, H, W, 3) as float (N, 3, H, W) in 0 … 255."""
    return torch.from_numpy(np.ascontiguousarray(pictures)).permute(0, 3, 1, 2).float()
