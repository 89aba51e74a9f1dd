"""The judge of looks and places: networks that see the pieces of a figure in its own axes, and the whole picture.

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
from mien.follow.judge.patches import GEOMETRY, PATCHES, geometry, read_patches
from mien.training.model_folder import load_network

KIND = "figure_judge"

_PLACE = ("place", "time")


def _layer(before: int, after: int, stride: int = 1) -> nn.Sequential:
    convolution = nn.Conv2d(before, after, 3, stride, 1, bias=False)
    return nn.Sequential(convolution, nn.BatchNorm2d(after), nn.SiLU())


class _Piece(nn.Sequential):
    """A patch (B, 3, rows, columns) → features (B, width)."""

    def __init__(self, rows: int, columns: int, channels: int, width: int, dropout: float) -> None:
        cells = -(-rows // 2) * -(-columns // 2)
        super().__init__(
            _layer(3, channels), _layer(channels, 2 * channels, 2), _layer(2 * channels, 2 * channels),
            nn.Flatten(), nn.Dropout(dropout), nn.Linear(2 * channels * cells, width),
        )  # fmt: skip


class _Whole(nn.Sequential):
    """Pictures (B, 3, side, side) → features (B, width)."""

    def __init__(self, side: int, channels: int, width: int, dropout: float) -> None:
        sizes = (3, channels, 2 * channels, 3 * channels)
        cells = side
        for _ in pairwise(sizes):
            cells = -(-cells // 2)
        super().__init__(
            *(_layer(before, after, 2) for before, after in pairwise(sizes)),
            nn.Flatten(), nn.Dropout(dropout), nn.Linear(sizes[-1] * cells**2, width), nn.SiLU(),
        )  # fmt: skip


class FigureJudge(nn.Module):
    """Frames with key points → logits of the options of every attribute of `mien.bodies.scene.LABELS`.

    size: side of the frames, even. Looks are read from the figure's patches, the place from the picture at half size.
    """

    def __init__(self, size: int, channels: int, width: int, dropout: float = 0.0) -> None:
        super().__init__()
        self.size, self.channels, self.width, self.dropout = size, channels, width, dropout
        inner = width // 2
        self.pieces = nn.ModuleDict(
            {name: _Piece(rows, columns, channels, inner, dropout) for name, (rows, columns) in PATCHES.items()}
        )
        self.mix = nn.Sequential(
            nn.SiLU(), nn.Dropout(dropout), nn.Linear(len(PATCHES) * inner + GEOMETRY, width), nn.SiLU(),
            nn.Dropout(dropout),
        )  # fmt: skip
        self.whole = _Whole(size // 2, channels, width, dropout)
        self.heads = nn.ModuleDict({name: nn.Linear(width, len(options)) for name, options in LABELS.items()})

    def forward(self, frames: Tensor, joints: Tensor) -> Tensor:
        """Logits (B, O) of all options, attribute by attribute in the order of `LABELS`.

        frames: (B, 3, S, S) in [0, 1]. joints: (B, 65, 2) in their pixels.
        """
        pictures = 2 * frames - 1
        patches = read_patches(pictures, joints)
        read = [piece(patches[name]) for name, piece in self.pieces.items()]
        figure = self.mix(torch.cat([*read, geometry(joints, self.size)], dim=1))
        place = self.whole(functional.avg_pool2d(pictures, 2))
        return torch.cat([head(place if name in _PLACE else figure) for name, head in self.heads.items()], dim=1)

    @torch.no_grad()
    def log_probabilities(
        self, frames: NDArray[np.uint8], joints: NDArray[np.float32]
    ) -> dict[str, NDArray[np.float32]]:
        """Attribute → log-probabilities (T, options), of frames (T, H, W, 3) with joints (T, 65, 2 or 3) in pixels."""
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
    """Input of the network: frames uint8 (T, 3, S, S), joints float32 (T, 65, 2) in their pixels.

    frames (T, H, W, 3) of any size; joints (T, 65, 2 or 3) in their pixels.
    """
    height, width = frames[0].shape[:2]
    pictures = np.stack([_resized(frame, size) for frame in frames])
    points = np.asarray(joints[..., :2] * np.array([size / width, size / height]), np.float32)
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
