"""Training batches of motions of similar length; each is a function of (seed, step) only."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import h5py
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from mien.motion.data.features import ROTATION, WIDTH
from mien.motion.data.store import MotionStore
from mien.motion.networks.transformer import LONGEST, PATCH
from mien.training.randomness import numpy_generator

GROUP = 8
"""Batches that are sampled together and sorted by length, so that there is little padding."""

SHORTEST_PART = 0.25
"""Fraction of the sequences, the shortest ones, with which the curriculum starts."""

IN_MEMORY_FRAMES = 4_000_000
"""Up to this number of frames (1 GB) all motions are kept in memory; larger stores are read on demand."""

STILLNESS = 0.04
"""Standard deviation (radians, head units, expression weights) below which a mode is mostly sway and is scaled down."""


TURNING = 3.5
"""Factor on modes of head rotation, since nods are small and short while expressions are held."""


@dataclass(frozen=True)
class Scale:
    """PCA whitening of features: principal modes of the training motions, with standard deviation of about 1, or of
    `TURNING` for rotations.

    A smile moves eight expressions at once, a nod one angle. As modes both are one number and have equal weight. A mode
    of standard deviation σ is scaled to σ / √(σ² + STILLNESS²), so modes that hardly move stay below 1.

    mean (63,); forward (63, 63): features − mean → modes; backward (63, 63): modes → features − mean.
    """

    mean: Tensor
    forward: Tensor
    backward: Tensor

    @classmethod
    def fit(cls, mean: NDArray[np.float64], covariance: NDArray[np.float64]) -> Scale:
        """From the mean (63,) and the covariance (63, 63) of the features of all frames."""
        variances, modes = np.linalg.eigh(covariance)
        # an eigenvector's sign is arbitrary: its largest entry is made positive, so that all machines agree
        modes = modes * np.sign(modes[np.abs(modes).argmax(0), np.arange(len(modes))])
        turning = (modes[ROTATION] ** 2).sum(0)  # fraction of each mode that is rotation
        extent = np.sqrt(np.maximum(variances, 0) + STILLNESS**2) / (1 + (TURNING - 1) * turning)
        arrays = (mean, modes / extent, (modes * extent).T)
        return cls(*(torch.tensor(array, dtype=torch.float32) for array in arrays))

    @classmethod
    def blank(cls) -> Scale:
        """The identity, to be overwritten by values from a file."""
        return cls(torch.zeros(WIDTH), torch.eye(WIDTH), torch.eye(WIDTH))

    def apply(self, features: Tensor) -> Tensor:
        """Features (…, 63) → modes (…, 63)."""
        return (features - self.mean) @ self.forward

    def undo(self, modes: Tensor) -> Tensor:
        """Modes (…, 63) → features (…, 63)."""
        return modes @ self.backward + self.mean


@dataclass(frozen=True)
class MotionBatch:
    """Features (B, T, 63), zero after the end of each motion; lengths (B,) in frames; one text per motion."""

    features: Tensor
    lengths: Tensor
    texts: tuple[str, ...]


def valid_frames(lengths: Tensor, frames: int) -> Tensor:
    """Mask (B, `frames`, 1) for lengths (B,): 1 for frames within the length, else 0."""
    inside = torch.arange(frames, device=lengths.device)[None] < lengths[:, None]
    return inside[..., None].float()


class MotionData:
    """The motions of one or more splits of a store."""

    def __init__(self, folder: Path, parts: Sequence[str] = ("train",)) -> None:
        """Open the store in `folder`. Raises MotionStoreError; ValueError if these splits are empty."""
        self.store = MotionStore(folder)
        self.numbers = np.concatenate([self.store.numbers(part) for part in parts])
        if not len(self.numbers):
            raise ValueError(f"{folder} has no motion in {' or '.join(parts)}: let motion_clips make some")
        index = self.store.index
        self._start = index["start"].to_numpy(np.int64)
        self._frames = np.minimum(index["frames"].to_numpy(np.int64), LONGEST)
        self._whole = index["frames"].to_numpy(np.int64)
        self._lock = threading.Lock()
        self._file = h5py.File(self.store.folder / "motions.h5", "r", locking=False)
        held = int(self._whole.sum()) <= IN_MEMORY_FRAMES
        self._everything = np.asarray(self._file["features"][:]) if held else None
        self._batches = lru_cache(maxsize=4)(self._draw_group)

    @property
    def texts(self) -> list[str]:
        """All texts of these splits."""
        return [text for number in self.numbers for text in self.store.texts[number]]

    def frames(self, start: int, count: int) -> NDArray[np.float32]:
        """Features (count, 63) of consecutive frames of the store."""
        if self._everything is not None:
            return np.asarray(self._everything[start : start + count])
        with self._lock:
            return np.asarray(self._file["features"][start : start + count])

    def scale(self) -> Scale:
        """The principal modes of all frames of these splits; reads one motion at a time."""
        total, products, count = np.zeros(WIDTH), np.zeros((WIDTH, WIDTH)), 0
        for number in self.numbers:
            frames = self.frames(int(self._start[number]), int(self._whole[number])).astype(np.float64)
            total += frames.sum(0)
            products += frames.T @ frames
            count += len(frames)
        mean = total / count
        return Scale.fit(mean, products / count - np.outer(mean, mean))

    def batch(self, numbers: NDArray[np.int64], random: np.random.Generator | None = None) -> MotionBatch:
        """These motions, each with one of its texts: a random one, or the first if `random` is None.

        A motion longer than `LONGEST` is cropped at a random position, or at its start.
        """
        lengths = self._frames[numbers]
        frames = int(-(-lengths.max() // PATCH) * PATCH)
        features = np.zeros((len(numbers), frames, WIDTH), np.float32)
        texts = []
        for row, number in enumerate(numbers):
            spare = int(self._whole[number] - self._frames[number])
            late = int(random.integers(spare + 1)) if random is not None and spare else 0
            features[row, : lengths[row]] = self.frames(int(self._start[number]) + late, int(lengths[row]))
            choices = self.store.texts[number]
            texts.append(choices[int(random.integers(len(choices)))] if random is not None else choices[0])
        return MotionBatch(torch.from_numpy(features), torch.from_numpy(lengths.copy()), tuple(texts))

    def training_batch(self, seed: int, purpose: str, step: int, size: int, reach: float = 1.0) -> MotionBatch:
        """The batch of a step, sampled from the fraction `reach` in (0, 1] of the motions, the shortest ones."""
        group, place = divmod(step, GROUP)
        numbers = self._batches(seed, purpose, group, size, round(reach, 6))[place]
        return self.batch(numbers, numpy_generator(seed, f"{purpose} texts", step))

    def _draw_group(self, seed: int, purpose: str, group: int, size: int, reach: float) -> list[NDArray[np.int64]]:
        random = numpy_generator(seed, f"{purpose} sequences", group)
        order = self.numbers[np.argsort(self._frames[self.numbers], kind="stable")]
        pool = order[: max(1, round(reach * len(order)))]
        drawn = random.choice(pool, GROUP * size)
        drawn = drawn[np.argsort(self._frames[drawn], kind="stable")]
        parts = np.split(drawn, GROUP)
        return [parts[i] for i in random.permutation(GROUP)]


def curriculum_reach(part: float, length: float) -> float:
    """Fraction of the motions to sample from at the fraction `part` of training; 1 from the fraction `length` on."""
    if length <= 0:
        return 1.0
    return min(1.0, SHORTEST_PART + (1 - SHORTEST_PART) * part / length)
