"""RTMPose of mmpose: built from its packaged configurations, with key points in and out.

Jiang et al. 2023, RTMPose: Real-Time Multi-Person Pose Estimation; coordinates by classification of bins as in
Li et al. 2022, SimCC.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

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

    points: key points. stride: pixels for a cell of the features; 32 as in mmpose. With 4 or 8, for small inputs, the
    backbone has three stages, whose features are joined by mmpose's FPN.
    """

    size: str = "t"
    width: int = 192
    height: int = 256
    points: int = 17
    stride: int = STRIDE

    def to_json(self) -> dict[str, Any]:
        """JSON-serialisable arguments."""
        return asdict(self)


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
        self.neck = estimator.neck if config.stride != STRIDE else None
        preprocessor = content["data_preprocessor"]
        for name in ("mean", "std"):
            self.register_buffer(name, torch.tensor(preprocessor[name]).view(1, 3, 1, 1), persistent=False)
        self.to(memory_format=torch.channels_last)  # type: ignore[call-overload]  # half as fast again on a CPU

    def forward(self, pictures: Tensor) -> tuple[Tensor, Tensor]:
        """pictures: RGB (N, 3, H, W) in 0 … 255. Returns scores (N, K, 2 W) and (N, K, 2 H)."""
        return self.classified(self.maps(pictures))

    def maps(self, pictures: Tensor) -> Tensor:
        """The map of each key point, (N, K, H / stride, W / stride), from which its bins are classified."""
        values = ((pictures - self.mean) / self.std).contiguous(memory_format=torch.channels_last)
        features = self.backbone(values)
        return self.head.final_layer(features[-1] if self.neck is None else self.neck(features)[0])

    def classified(self, maps: Tensor) -> tuple[Tensor, Tensor]:
        """Scores of the bins from the maps, as in mmpose's RTMCCHead."""
        features = self.head.gau(self.head.mlp(maps.flatten(2)))
        return self.head.cls_x(features), self.head.cls_y(features)

    def labels(self, points: NDArray[np.float32], known: NDArray[np.bool_]) -> tuple[Tensor, Tensor, Tensor]:
        """Targets of `loss` for points (N, K, 2) in input pixels: (N, K, 2 W), (N, K, 2 H), weights (N, K)."""
        encoded = self.head.decoder.encode(points - 0.5, known.astype(np.float32))
        keys = ("keypoint_x_labels", "keypoint_y_labels", "keypoint_weights")
        x, y, weights = (torch.from_numpy(encoded[key]).float() for key in keys)
        return x, y, weights

    def loss(self, scores: tuple[Tensor, Tensor], labels: tuple[Tensor, Tensor, Tensor]) -> Tensor:
        """Kullback–Leibler divergence of the bins, mmpose's loss of RTMPose, mean over the batch."""
        x, y, weights = labels
        return self.head.loss_module(scores, (x, y), weights) / len(x)

    def maps_loss(self, maps: Tensor, points: Tensor, weights: Tensor) -> Tensor:
        """Cross-entropy of each map's cells against a Gaussian of .6 cells around its point, mean over known points.

        maps: (N, K, h, w). points: (N, K, 2) in input pixels. weights: (N, K).
        """
        cells = points[..., None, :] / self.config.stride - 0.5
        across, down = (torch.arange(size, device=maps.device) for size in (maps.shape[3], maps.shape[2]))
        x = torch.exp(-((across - cells[..., 0]) ** 2) / (2 * 0.6**2))
        y = torch.exp(-((down - cells[..., 1]) ** 2) / (2 * 0.6**2))
        target = (y[..., :, None] * x[..., None, :]).flatten(2)
        target = target / target.sum(2, keepdim=True).clamp(min=1e-6)
        errors = -(target * functional.log_softmax(maps.flatten(2), 2)).sum(2)
        return (errors * weights).sum() / weights.sum().clamp(min=1)

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
    if config.stride != STRIDE:
        _for_small_inputs(content, config.stride)
    size = (config.width, config.height)
    # mmpose's widths of the targets are for its input size; they grow with the root of the side
    head.decoder.sigma = tuple(
        float(sigma * (side / before) ** 0.5)
        for sigma, side, before in zip(head.decoder.sigma, size, head.input_size, strict=True)
    )
    head.out_channels, head.input_size = config.points, size
    head.decoder.input_size = size
    head.in_featuremap_size = tuple(side // config.stride for side in size)
    return content


def _for_small_inputs(content: Any, stride: int) -> None:
    backbone, head = content.backbone, content.head
    backbone.arch_ovewrite = [[64, 128, 3, True, False], [128, 256, 6, True, False], [256, 512, 3, False, False]]
    stages = {4: (1, 2, 3), 8: (2, 3)}[stride]
    channels = [int((64 << stage) * backbone.widen_factor) for stage in stages]
    backbone.out_indices = stages
    head.in_channels = channels[1] if stride == 8 else 64
    content.neck = {"type": "FPN", "in_channels": channels, "out_channels": head.in_channels, "num_outs": len(stages)}
    head.final_layer_kernel_size = 3


def to_tensor(pictures: NDArray[np.uint8]) -> Tensor:
    """Pictures uint8 (N, H, W, 3) as float (N, 3, H, W) in 0 … 255."""
    return torch.from_numpy(np.ascontiguousarray(pictures)).permute(0, 3, 1, 2).float()
