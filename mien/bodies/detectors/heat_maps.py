"""Key points by heat maps: a plain convolutional estimator of mmpose for small pictures and training from scratch.

He et al. 2016, ResNet, with features joined as in Lin et al. 2017, FPN; points are read from the maps as in Sun et al.
2018, Integral Human Pose Regression. RTMPose is better with weights that were trained for days; within minutes its
depthwise layers and bins learn next to nothing.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from mien.bodies.detectors.mmpose_library import load_mmpose
from mien.bodies.keypoints import BODY_COUNT

STRIDE = 4
"""Pixels of the input for a cell of the maps."""

SPREAD = 0.7
"""Standard deviation, in cells, of the Gaussian around a point that its map is trained towards."""

_WINDOW = 2
"""Cells on each side of the highest one over which a point is the mean."""

_MEAN, _STD = 118.0, 60.0
_LEVELS = 4


@dataclass(frozen=True)
class HeatMapConfig:
    """What decides about the tensors. width, height: of the input in pixels. channels: of the backbone's first stage.

    joined: channels of the joined features. points: key points.
    """

    width: int = 96
    height: int = 96
    channels: int = 24
    joined: int = 48
    points: int = BODY_COUNT

    def to_json(self) -> dict[str, Any]:
        """JSON-serialisable arguments."""
        return asdict(self)


class HeatMapPose(nn.Module):
    """Pictures → a map of scores for each key point."""

    def __init__(self, config: HeatMapConfig) -> None:
        """Raises PoseError if mmpose is not there."""
        super().__init__()
        self.config = config
        estimator = load_mmpose().MODELS.build(_model_config(config))
        self.backbone, self.neck, self.head = estimator.backbone, estimator.neck, estimator.head
        self.to(memory_format=torch.channels_last)  # type: ignore[call-overload]  # mypy knows no such overload

    def forward(self, pictures: Tensor) -> Tensor:
        """pictures: RGB (N, 3, H, W) in 0 … 255. Returns scores (N, K, H / 4, W / 4)."""
        values = ((pictures - _MEAN) / _STD).contiguous(memory_format=torch.channels_last)
        maps: Tensor = self.head(self.neck(self.backbone(values))[:1])
        return maps

    def loss(self, maps: Tensor, points: Tensor, weights: Tensor) -> tuple[Tensor, Tensor]:
        """Two losses, means over known points: of the cells and of the place.

        maps: (N, K, h, w). points: (N, K, 2) in input pixels. weights: (N, K), 0 is unknown. The cross-entropy of the
        cells of a map against a Gaussian of `SPREAD` around its point; the distance in cells, |Δx| + |Δy|, between
        the mean of the map and the point.
        """
        cells = points / STRIDE - 0.5
        across, down = _places(maps)
        x = torch.exp(-((across - cells[..., :1]) ** 2) / (2 * SPREAD**2))
        y = torch.exp(-((down - cells[..., 1:]) ** 2) / (2 * SPREAD**2))
        target = (y[..., :, None] * x[..., None, :]).flatten(2)
        target = target / target.sum(2, keepdim=True).clamp(min=1e-6)
        logarithms = functional.log_softmax(maps.flatten(2), 2)
        rates = logarithms.exp().view(maps.shape)
        mean = torch.stack(((rates.sum(2) * across).sum(2), (rates.sum(3) * down).sum(2)), 2)
        count = weights.sum().clamp(min=1)
        return (
            (-(target * logarithms).sum(2) * weights).sum() / count,
            ((mean - cells).abs().sum(2) * weights).sum() / count,
        )

    def decode(self, maps: Tensor) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Points (N, K, 2) in input pixels and confidence (N, K) in [0, 1].

        A point is the mean place of the cells around the highest one, its confidence their share of the map.
        """
        values = maps.detach().float()
        rates = values.flatten(2).softmax(2).view(values.shape)
        highest = rates.flatten(2).argmax(2)
        across, down = _places(rates)
        column, row = highest % rates.shape[3], highest // rates.shape[3]
        near_x = (across - column[..., None]).abs() <= _WINDOW
        near_y = (down - row[..., None]).abs() <= _WINDOW
        kept = rates * near_y[..., :, None] * near_x[..., None, :]
        share = kept.sum((2, 3))
        mean = torch.stack(((kept.sum(2) * across).sum(2), (kept.sum(3) * down).sum(2)), 2) / share[..., None]
        points = (mean + 0.5) * STRIDE
        return points.cpu().numpy().astype(np.float32), share.clamp(0, 1).cpu().numpy().astype(np.float32)


def _places(maps: Tensor) -> tuple[Tensor, Tensor]:
    """Numbers of the columns and of the rows of maps."""
    return torch.arange(maps.shape[3], device=maps.device), torch.arange(maps.shape[2], device=maps.device)


def _model_config(config: HeatMapConfig) -> dict[str, Any]:
    """The estimator in mmpose's terms."""
    channels = [config.channels << level for level in range(_LEVELS)]
    return {
        "type": "TopdownPoseEstimator",
        "backbone": {
            "type": "ResNet", "depth": 18, "base_channels": config.channels, "stem_channels": config.channels,
            "out_indices": tuple(range(_LEVELS)), "init_cfg": None,
        },
        "neck": {"type": "FPN", "in_channels": channels, "out_channels": config.joined, "num_outs": _LEVELS},
        "head": {
            "type": "HeatmapHead", "in_channels": config.joined, "out_channels": config.points,
            "deconv_out_channels": None,
        },
    }  # fmt: skip
