"""Motions for training: batches of sequences of like length, each a function of (seed, step) and of nothing else."""

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
"""Batches that are drawn together and sorted by length, so that little of a batch is padding."""

SHORTEST_PART = 0.25
"""Part of the sequences, the shortest, with which a curriculum begins."""

IN_MEMORY_FRAMES = 4_000_000
"""Up to so many frames (1 GB) all motions are held in memory; more are read as they are needed."""

STILLNESS = 0.04
"""What moves less than this (radians, head units, weights of expressions) is sway: it counts for less."""


TURNING = 3.5
"""How much more than a face's movements the head's rotations count: nods are small and soon over, smiles are held."""


@dataclass(frozen=True)
class Scale:
    """How features become what the network sees: principal modes of the training motions, each of about deviation 1,
    rotations of `TURNING`.

    A smile moves eight expressions at once and a nod one angle; as modes both are one number, so that the one does not
    count for eight of the other. Modes that hardly move stay smaller than 1: deviation / √(deviation² + STILLNESS²).

    mean (63,); forward (63, 63): features − mean → modes; backward (63, 63): modes → features − mean.
    """

    mean: Tensor
    forward: Tensor
    backward: Tensor

    @classmethod
    def fit(cls, mean: NDArray[np.float64], covariance: NDArray[np.float64]) -> Scale:
        """From the mean (63,) and the covariance (63, 63) of the features of all frames."""
        variances, modes = np.linalg.eigh(covariance)
        # an eigenvector's sign is arbitrary: its greatest entry is made positive, so that machines agree
        modes = modes * np.sign(modes[np.abs(modes).argmax(0), np.arange(len(modes))])
        turning = (modes[ROTATION] ** 2).sum(0)  # the part of each mode that is rotation
        extent = np.sqrt(np.maximum(variances, 0) + STILLNESS**2) / (1 + (TURNING - 1) * turning)
        arrays = (mean, modes / extent, (modes * extent).T)
        return cls(*(torch.tensor(array, dtype=torch.float32) for array in arrays))

    @classmethod
    def blank(cls) -> Scale:
        """Nothing is changed: to be filled from a file."""
        return cls(torch.zeros(WIDTH), torch.eye(WIDTH), torch.eye(WIDTH))

    def apply(self, features: Tensor) -> Tensor:
        """Features (…, 63) → modes (…, 63)."""
        return (features - self.mean) @ self.forward

    def undo(self, modes: Tensor) -> Tensor:
        """Modes (…, 63) → features (…, 63)."""
        return modes @ self.backward + self.mean


@dataclass(frozen=True)
class MotionBatch:
    """Sequences (B, T, 63) of features, zero after each one's end; lengths (B,); a text for each."""

    features: Tensor
    lengths: Tensor
    texts: tuple[str, ...]


def valid_frames(lengths: Tensor, frames: int) -> Tensor:
    """1 where a frame counts, else 0: (B, `frames`, 1) for lengths (B,)."""
    inside = torch.arange(frames, device=lengths.device)[None] < lengths[:, None]
    return inside[..., None].float()


class MotionData:
    """The motions of one or more parts of a store."""

    def __init__(self, folder: Path, parts: Sequence[str] = ("train",)) -> None:
        """Open the store in `folder`. Raises MotionStoreError; ValueError when these parts are empty."""
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
        """All sentences of these parts."""
        return [text for number in self.numbers for text in self.store.texts[number]]

    def frames(self, start: int, count: int) -> NDArray[np.float32]:
        """Rows of the store (count, 63)."""
        if self._everything is not None:
            return np.asarray(self._everything[start : start + count])
        with self._lock:
            return np.asarray(self._file["features"][start : start + count])

    def scale(self) -> Scale:
        """The principal modes of all frames of these parts, one motion in memory at a time."""
        total, products, count = np.zeros(WIDTH), np.zeros((WIDTH, WIDTH)), 0
        for number in self.numbers:
            frames = self.frames(int(self._start[number]), int(self._whole[number])).astype(np.float64)
            total += frames.sum(0)
            products += frames.T @ frames
            count += len(frames)
        mean = total / count
        return Scale.fit(mean, products / count - np.outer(mean, mean))

    def batch(self, numbers: NDArray[np.int64], random: np.random.Generator | None = None) -> MotionBatch:
        """These motions, each with one of its texts: a drawn one, or the first without `random`.

        A motion that is longer than `LONGEST` is cut to a drawn (or its first) stretch.
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
        """The batch of a step. `reach` in (0, 1]: the part of all motions, the shortest first, that is drawn from."""
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
    """Which part of the motions is drawn from when `part` of the training is done; all after `length` of it."""
    if length <= 0:
        return 1.0
    return min(1.0, SHORTEST_PART + (1 - SHORTEST_PART) * part / length)
