"""The emotion judge: a convolutional classifier of the emotion of a face in frames of a clip.

No model is trained against it, because a generator could then learn to exploit it. Its input is grey frames with local
contrast normalisation, which removes skin colour and lighting.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor, nn
from torch.nn import functional

from mien.clips import EMOTIONS
from mien.files import atomic_directory, sha256_file
from mien.storage.checksummed_json import read_checksummed_json, write_checksummed_json

PLACES = 6
"""Width and height of the grid of pooled features."""


class EmotionJudgeConfig(BaseModel):
    """Configuration of the network."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    size: int = Field(48, ge=16, le=256, description="side of the network's grey input in pixels")
    width: int = Field(16, ge=4, le=256, multiple_of=4, description="feature maps of the first layer; then × 2, 3, 4")
    frames: int = Field(6, ge=1, le=64, description="evenly spaced frames of a clip to classify")
    dropout: float = Field(0.3, ge=0, lt=1, description="dropout probability of a clip's features")


class SavedBeside(Protocol):
    """An object that writes its own files into a folder."""

    def save(self, folder: Path) -> None:
        """Write the files."""
        ...


def local_contrast(grey: Tensor, sigma: float = 4.0) -> Tensor:
    """Local contrast normalisation of pictures (N, 1, H, W): subtract the local mean, divide by the local deviation.

    Jarrett et al., "What is the best multi-stage architecture for object recognition?", ICCV 2009, section 2; the
    divisor is at least the mean deviation over the picture. `sigma` of the Gaussian in pixels; borders are reflected.
    """
    radius = min(int(2 * sigma), grey.shape[-1] - 1, grey.shape[-2] - 1)
    taps = torch.exp(-(torch.arange(-radius, radius + 1, device=grey.device, dtype=grey.dtype) ** 2) / (2 * sigma**2))
    taps = taps / taps.sum()

    def mean(values: Tensor) -> Tensor:
        padded = functional.pad(values, (radius,) * 4, mode="reflect")
        return functional.conv2d(functional.conv2d(padded, taps.view(1, 1, 1, -1)), taps.view(1, 1, -1, 1))

    centred = grey - mean(grey)
    deviation = mean(centred**2).clamp_min(0).sqrt()
    least = deviation.mean(dim=(-2, -1), keepdim=True).clamp_min(1e-3)
    return centred / torch.maximum(deviation, least)


class EmotionJudge(nn.Module):
    """Grey frames (B, K, H, W) in [0, 1] → logits (B, 6) in the order of `EMOTIONS`.

    Four convolutions are applied to each frame; their features are averaged over the frames, pooled to a 6×6 grid that
    keeps the position in the face, and classified by a linear layer.
    `trained_clips`: number of training clips; the predictions of a judge with 0 must not be used.
    """

    def __init__(self, config: EmotionJudgeConfig) -> None:
        super().__init__()
        self.config = config
        self.trained_clips = 0
        widths = [config.width * factor for factor in (1, 2, 3, 4)]
        layers: list[nn.Module] = []
        before = 1
        for width, kernel, stride in zip(widths, (5, 3, 3, 3), (2, 2, 2, 1), strict=True):
            layers += [nn.Conv2d(before, width, kernel, stride, kernel // 2), nn.GroupNorm(4, width), nn.ReLU()]
            before = width
        layers.append(nn.AdaptiveAvgPool2d(PLACES))
        self.features = nn.Sequential(*layers)
        self.dropout = nn.Dropout(config.dropout)
        self.scores = nn.Linear(PLACES**2 * widths[-1], len(EMOTIONS))

    def forward(self, grey: Tensor) -> Tensor:
        batch, frames = grey.shape[:2]
        features = self.features(local_contrast(grey.flatten(0, 1)[:, None])).flatten(1)
        scores: Tensor = self.scores(self.dropout(features.view(batch, frames, -1).mean(dim=1)))
        return scores

    @torch.no_grad()
    def predict(self, frames: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Probabilities (6,) in the order of `EMOTIONS` for RGB frames uint8 (T, S, S, 3) of one clip; T ≥ 1."""
        self.eval()
        device = next(self.parameters()).device
        grey = prepare(frames, self.config).to(device)
        return self(grey[None]).softmax(dim=1)[0].cpu().numpy()

    def save(self, folder: Path, card: str, *beside: SavedBeside) -> None:
        """Write model.safetensors, config.json, card.md and the files of `beside` atomically into `folder`."""
        with atomic_directory(folder) as temporary:
            save_file(
                {key: value.contiguous().cpu() for key, value in self.state_dict().items()},
                temporary / "model.safetensors",
            )
            sha256 = sha256_file(temporary / "model.safetensors")
            facts = {"kind": "emotion_judge", "sha256": sha256, "trained_clips": self.trained_clips}
            write_checksummed_json(temporary / "config.json", {**facts, "network": self.config.model_dump()})
            (temporary / "card.md").write_text(card, encoding="utf-8")
            for other in beside:
                other.save(temporary)

    @classmethod
    def load(cls, folder: Path) -> EmotionJudge:
        """Load a judge written by `save`. Raises ValueError if the folder does not contain one."""
        again = "run `dvc repro emotion_judge`"
        try:
            values = read_checksummed_json(folder / "config.json")
            if values["kind"] != "emotion_judge":
                raise ValueError(f"it is {values['kind']}")
            if values["sha256"] != sha256_file(folder / "model.safetensors"):
                raise ValueError("model.safetensors is not the one that was saved")
            judge = cls(EmotionJudgeConfig(**values["network"]))
            judge.trained_clips = int(values["trained_clips"])
            judge.load_state_dict(load_file(folder / "model.safetensors"))
        except FileNotFoundError as error:
            raise ValueError(f"{folder} holds no emotion judge: {again}") from error
        except (OSError, ValueError, KeyError, TypeError, RuntimeError, SafetensorError) as error:
            raise ValueError(f"{folder} holds a damaged emotion judge ({error}): {again}") from error
        return judge.eval()


def evenly(count: int, wanted: int) -> NDArray[np.int64]:
    """Indices (wanted,) into `count` frames, at the centres of `wanted` equal parts; repeated if `count` is smaller."""
    return ((np.arange(wanted) + 0.5) * count / wanted).astype(np.int64)


def prepare(frames: NDArray[np.uint8], config: EmotionJudgeConfig, count: int | None = None) -> Tensor:
    """`count` (None: the config's) evenly spaced frames of uint8 (T, S, S, 3) as grey float32 (count, size, size)."""
    chosen = frames[evenly(len(frames), count or config.frames)]
    luma = torch.from_numpy(chosen.astype(np.float32) @ np.array([0.299, 0.587, 0.114], dtype=np.float32) / 255)
    side = (config.size, config.size)
    if luma.shape[1:] == side:
        return luma
    return functional.interpolate(luma[:, None], side, mode="bilinear", antialias=True, align_corners=False)[:, 0]


def accuracy(predicted: Sequence[str], actual: Sequence[str]) -> float | None:
    """Fraction of correctly classified clips in [0, 1]; None without clips."""
    if len(predicted) != len(actual):
        raise ValueError(f"{len(predicted)} answers for {len(actual)} clips")
    return float(np.mean([one == other for one, other in zip(predicted, actual, strict=True)])) if actual else None


def confusion(predicted: Sequence[str], actual: Sequence[str]) -> NDArray[np.int64]:
    """Confusion matrix (6, 6) of clips: rows are true, columns predicted emotions, in the order of `EMOTIONS`."""
    table = np.zeros((len(EMOTIONS), len(EMOTIONS)), dtype=np.int64)
    for named, true in zip(predicted, actual, strict=True):
        table[EMOTIONS.index(true), EMOTIONS.index(named)] += 1
    return table
