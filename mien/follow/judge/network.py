"""The judge of looks and places: a convolutional network whose features are read at the figure's key points.

It differs from whatever a generator is trained with: other architecture, other clips, other seed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from mien.bodies.scene import LABELS
from mien.follow.judge.points import POINTS, judged_points
from mien.training.model_folder import load_network

KIND = "figure_judge"

_LOCAL = 24
"""Channels that are read at each point from each map."""

_PLACE = ("place", "time")


class _Block(nn.Sequential):
    """Two convolutions; the first halves the side."""

    def __init__(self, before: int, after: int) -> None:
        super().__init__(
            nn.Conv2d(before, after, 3, 2, 1, bias=False), nn.BatchNorm2d(after), nn.SiLU(),
            nn.Conv2d(after, after, 3, 1, 1, bias=False), nn.BatchNorm2d(after), nn.SiLU(),
        )  # fmt: skip


class FigureJudge(nn.Module):
    """Frames with key points → logits of the options of every attribute of `mien.bodies.scene.LABELS`.

    size: side of the frames. Looks are read from features at the figure's points; the place from the whole picture.
    """

    def __init__(self, size: int, channels: int, width: int, dropout: float = 0.0) -> None:
        super().__init__()
        self.size, self.channels, self.width, self.dropout = size, channels, width, dropout
        sizes = (3, channels, channels * 2, channels * 3, channels * 4)
        self.blocks = nn.ModuleList(_Block(a, b) for a, b in pairwise(sizes))
        self.locals = nn.ModuleList(nn.Conv2d(count, _LOCAL, 1) for count in sizes[1:4])
        self.figure = nn.Sequential(
            nn.Dropout(dropout), nn.Linear(POINTS * (3 * _LOCAL + 3) + 2 * sizes[-1], width), nn.SiLU(),
            nn.Dropout(dropout),
        )  # fmt: skip
        self.whole = nn.Sequential(nn.Linear(2 * sizes[-1] + 48, width), nn.SiLU(), nn.Dropout(dropout))
        self.heads = nn.ModuleDict({name: nn.Linear(width, len(options)) for name, options in LABELS.items()})

    def forward(self, frames: Tensor, points: Tensor) -> Tensor:
        """Logits (B, O) of all options, attribute by attribute in the order of `LABELS`.

        frames: (B, 3, S, S) in [0, 1]. points: (B, P, 2) of `judged_points`, in [−1, 1] over the frame's sides.
        """
        maps, x = [], 2 * frames - 1
        for block in self.blocks:
            x = block(x)
            maps.append(x)
        grid = points[:, :, None].clamp(-1.2, 1.2)
        read = [_at(2 * frames - 1, grid)]
        read += [_at(local(one), grid) for local, one in zip(self.locals, maps, strict=False)]
        pooled = torch.cat([x.mean(dim=(2, 3)), x.amax(dim=(2, 3))], dim=1)
        figure = self.figure(torch.cat([*read, pooled], dim=1))
        coarse = functional.adaptive_avg_pool2d(2 * frames - 1, 4).flatten(1)
        place = self.whole(torch.cat([pooled, coarse], dim=1))
        return torch.cat([head(place if name in _PLACE else figure) for name, head in self.heads.items()], dim=1)

    @torch.no_grad()
    def log_probabilities(
        self, frames: NDArray[np.uint8], joints: NDArray[np.float32]
    ) -> dict[str, NDArray[np.float32]]:
        """Attribute → log-probabilities (T, options), of frames (T, H, W, 3) with key points (T, 65, 2) in pixels."""
        pictures, points = judge_input(frames, joints, self.size)
        logits = torch.cat(
            [self(some.float() / 255, own) for some, own in zip(pictures.split(64), points.split(64), strict=True)]
        )
        return {name: logits[:, own].log_softmax(dim=1).numpy() for name, own in option_columns().items()}

    def read(self, frames: NDArray[np.uint8], joints: NDArray[np.float32]) -> dict[str, str]:
        """The most probable option of each attribute of a clip, by the mean of the log-probabilities of its frames."""
        found = self.log_probabilities(frames, joints)
        return {name: LABELS[name][int(values.mean(axis=0).argmax())] for name, values in found.items()}

    def config(self) -> dict[str, Any]:
        """JSON-serialisable configuration, without weights."""
        return {"size": self.size, "channels": self.channels, "width": self.width, "dropout": self.dropout}

    @classmethod
    def load(cls, folder: Path) -> FigureJudge:
        """The judge in `folder`, in evaluation mode. Raises ValueError if there is none or it is damaged."""

        def build(content: Mapping[str, Any]) -> FigureJudge:
            if content["labels"] != {name: list(options) for name, options in LABELS.items()}:
                raise ValueError(f"{folder} knows other attributes than this version: train the judge again")
            return cls(**content["model"])

        return load_network(folder, (KIND,), build)[0]


def judge_input(
    frames: NDArray[np.uint8] | Sequence[NDArray[np.uint8]], joints: NDArray[np.float32], size: int
) -> tuple[Tensor, Tensor]:
    """Input of the network: frames uint8 (T, 3, S, S), points float32 (T, P, 2) in [−1, 1] over the sides.

    frames (T, H, W, 3) of any size; joints (T, 65, 2 or 3) in their pixels.
    """
    height, width = frames[0].shape[:2]
    pictures = np.stack([_resized(frame, size) for frame in frames])
    scale = np.array([2 / width, 2 / height], np.float32)
    points = judged_points(np.asarray(joints, np.float32)[..., :2]) * scale - 1
    return torch.from_numpy(np.ascontiguousarray(np.moveaxis(pictures, -1, 1))), torch.from_numpy(points)


def _resized(frame: NDArray[np.uint8], size: int) -> NDArray[np.uint8]:
    import cv2

    if frame.shape[:2] == (size, size):
        return frame
    shrinks = size < min(frame.shape[:2])
    return np.asarray(cv2.resize(frame, (size, size), interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR))


def option_columns() -> dict[str, slice]:
    """Attribute → its columns among all options."""
    columns, start = {}, 0
    for name, options in LABELS.items():
        columns[name] = slice(start, start + len(options))
        start += len(options)
    return columns


def _at(maps: Tensor, grid: Tensor) -> Tensor:
    """Values (B, C · P) of maps (B, C, H, W) at points (B, P, 1, 2)."""
    return functional.grid_sample(maps, grid, align_corners=False, padding_mode="border").flatten(1)
