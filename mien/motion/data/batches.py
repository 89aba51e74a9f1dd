"""Training batches of motions of similar length; each is a function of (seed, step) only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from mien.motion.corpus.timeline import CHANNELS, Placed, Timeline, timeline_channels
from mien.motion.data.features import FPS, ROTATION, WIDTH
from mien.motion.data.store import MotionStore
from mien.motion.networks.transformer import LONGEST, PATCH
from mien.training.randomness import numpy_generator

GROUP_BATCHES = 8
"""Batches that are sampled together and sorted by length, so that there is little padding."""

CURRICULUM_START = 0.25
"""Fraction of the sequences, the shortest ones, with which the curriculum starts."""

IN_MEMORY_FRAMES = 4_000_000
"""Up to this number of frames (1 GB) all motions are kept in memory; larger stores are read on demand."""

FITTED_MOTIONS = 4000
"""Motions to which the linear part of the network is fitted before its training."""

SWAY_DEVIATION = 0.04
"""Standard deviation (radians, head units, expression weights) below which a mode is mostly sway and is scaled down."""


ROTATION_SCALE = 3.5
"""Factor on modes of head rotation, since nods are small and short while expressions are held."""


@dataclass(frozen=True)
class Whitening:
    """PCA whitening of features: principal modes of the training motions, with standard deviation of about 1, or of
    `ROTATION_SCALE` for rotations.

    A smile moves eight expressions at once, a nod one angle. As modes both are one number and have equal weight. A mode
    of standard deviation σ is scaled to σ / √(σ² + SWAY_DEVIATION²), so modes that hardly move stay below 1.

    mean (63,); to_modes (63, 63): features − mean → modes; from_modes (63, 63): modes → features − mean.
    """

    mean: Tensor
    to_modes: Tensor
    from_modes: Tensor

    @classmethod
    def fit(cls, mean: NDArray[np.float64], covariance: NDArray[np.float64]) -> Whitening:
        """From the mean (63,) and the covariance (63, 63) of the features of all frames."""
        variances, modes = np.linalg.eigh(covariance)
        # an eigenvector's sign is arbitrary: its largest entry is made positive, so that all machines agree
        modes = modes * np.sign(modes[np.abs(modes).argmax(0), np.arange(len(modes))])
        rotation_fraction = (modes[ROTATION] ** 2).sum(0)  # fraction of each mode that is rotation
        scale_factors = np.sqrt(np.maximum(variances, 0) + SWAY_DEVIATION**2) / (
            1 + (ROTATION_SCALE - 1) * rotation_fraction
        )
        arrays = (mean, modes / scale_factors, (modes * scale_factors).T)
        return cls(*(torch.tensor(array, dtype=torch.float32) for array in arrays))

    @classmethod
    def identity(cls) -> Whitening:
        """The identity, to be overwritten by values from a file."""
        return cls(torch.zeros(WIDTH), torch.eye(WIDTH), torch.eye(WIDTH))

    def apply(self, features: Tensor) -> Tensor:
        """Features (…, 63) → modes (…, 63)."""
        return (features - self.mean) @ self.to_modes

    def invert(self, modes: Tensor) -> Tensor:
        """Modes (…, 63) → features (…, 63)."""
        return modes @ self.from_modes + self.mean


@dataclass(frozen=True)
class MotionBatch:
    """Features (B, T, 63), zero after the end of each motion; lengths (B,) in frames; one text per motion.

    timelines: (B, T, `CHANNELS`), see `timeline_channels`, 0 for a motion without one; planned: bool (B,), with one.
    """

    features: Tensor
    lengths: Tensor
    texts: tuple[str, ...]
    timelines: Tensor
    planned: Tensor


def pad_motions(motions: Sequence[NDArray[np.float32]], multiple: int = 1) -> tuple[Tensor, Tensor]:
    """Features (B, T, 63), zero-padded to a multiple of frames, and lengths (B,) of motions (T_i, 63)."""
    lengths = [len(motion) for motion in motions]
    features = np.zeros((len(motions), -(-max(lengths, default=0) // multiple) * multiple, WIDTH), np.float32)
    for row, motion in zip(features, motions, strict=True):
        row[: len(motion)] = motion
    return torch.from_numpy(features), torch.tensor(lengths, dtype=torch.int64)


def pad_timelines(timelines: Sequence[Sequence[Placed] | None], frames: int) -> Tensor:
    """Channels (B, `frames`, `CHANNELS`) of timelines; 0 for None."""
    channels = torch.zeros(len(timelines), frames, CHANNELS)
    for row, placed in enumerate(timelines):
        if placed:
            channels[row] = torch.from_numpy(timeline_channels(placed, frames, float(FPS)))
    return channels


def random_crop(features: NDArray[np.float32], random: np.random.Generator) -> NDArray[np.float32]:
    """Features (T, 63) of a motion, cropped to `LONGEST` frames at a random position if it is longer."""
    slack = len(features) - LONGEST
    start = int(random.integers(slack + 1)) if slack > 0 else 0
    return features[start : start + LONGEST]


def valid_frames(lengths: Tensor, frames: int) -> Tensor:
    """Mask (B, `frames`, 1) for lengths (B,): 1 for frames within the length, else 0."""
    inside = torch.arange(frames, device=lengths.device)[None] < lengths[:, None]
    return inside[..., None].float()


class MotionData:
    """The motions of one or more splits of a store."""

    def __init__(self, folder: Path, parts: Sequence[str] = ("train",)) -> None:
        """Open the store in `folder`. Raises ClipStoreError; ValueError if these splits are empty."""
        self.store = MotionStore(folder)
        self.indices = self.store.numbers_of(parts)
        stored_frames = self.store.index["frames"].to_numpy(np.int64)
        self._frames = np.minimum(stored_frames, LONGEST)
        if int(stored_frames.sum()) <= IN_MEMORY_FRAMES:
            self.store.load()
        self._batches = lru_cache(maxsize=4)(self._draw_group)

    @property
    def texts(self) -> list[str]:
        """All texts of these splits."""
        return self.store.texts_of(self.indices)

    def timelines(self) -> list[tuple[Timeline, float]]:
        """The timelines of these splits' computed motions, with the length of each motion in seconds."""
        found = ((self.store.timeline(int(index)), index) for index in self.indices)
        frames = self.store.index["frames"].to_numpy(np.int64)
        return [(timeline, float(frames[index] / FPS)) for timeline, index in found if timeline is not None]

    def whitening(self) -> Whitening:
        """The principal modes of all frames of these splits; reads one motion at a time."""
        total, products, count = np.zeros(WIDTH), np.zeros((WIDTH, WIDTH)), 0
        for index in self.indices:
            frames = self.store.features(index).astype(np.float64)
            total += frames.sum(0)
            products += frames.T @ frames
            count += len(frames)
        mean = total / count
        return Whitening.fit(mean, products / count - np.outer(mean, mean))

    def timeline_weights(self, whitening: Whitening) -> Tensor:
        """The linear map (63, `CHANNELS`) from timelines to modes, by ridge regression on the planned motions.

        Of more than `FITTED_MOTIONS`, as many are used, at even distances. 0 without any.
        """
        planned = [int(index) for index in self.indices if self.store.timeline(int(index)) is not None]
        inputs, products = np.eye(CHANNELS), np.zeros((CHANNELS, WIDTH))
        for index in planned[:: max(1, len(planned) // FITTED_MOTIONS)]:
            features, timeline = self.store.features(index), self.store.timeline(index)
            assert timeline is not None
            channels = timeline_channels(timeline.placed, len(features), float(FPS)).astype(np.float64)
            modes = whitening.apply(torch.from_numpy(features)).double().numpy()
            inputs += channels.T @ channels
            products += channels.T @ modes
        return torch.from_numpy(np.linalg.solve(inputs, products).T).float()

    def batch(self, indices: NDArray[np.int64], random: np.random.Generator | None = None) -> MotionBatch:
        """These motions, each with one of its texts: a random one, or the first if `random` is None.

        A motion longer than `LONGEST` is cropped at a random position, or at its start.
        """
        motions, texts, timelines = [], [], []
        for index in indices:
            features, choices = self.store.features(index), self.store.texts[index]
            timeline = self.store.timeline(int(index)) if len(features) <= LONGEST else None
            motions.append(features[:LONGEST] if random is None else random_crop(features, random))
            texts.append(choices[0] if random is None else choices[int(random.integers(len(choices)))])
            timelines.append(timeline)
        padded, lengths = pad_motions(motions, PATCH)
        channels = pad_timelines([None if one is None else one.placed for one in timelines], padded.shape[1])
        planned = torch.tensor([timeline is not None for timeline in timelines])
        return MotionBatch(padded, lengths, tuple(texts), channels, planned)

    def training_batch(self, seed: int, purpose: str, step: int, size: int, fraction: float = 1.0) -> MotionBatch:
        """The batch of a step, sampled from the `fraction` in (0, 1] of the motions, the shortest ones."""
        group, position = divmod(step, GROUP_BATCHES)
        indices = self._batches(seed, purpose, group, size, round(fraction, 6))[position]
        return self.batch(indices, numpy_generator(seed, f"{purpose} texts", step))

    def _draw_group(self, seed: int, purpose: str, group: int, size: int, fraction: float) -> list[NDArray[np.int64]]:
        random = numpy_generator(seed, f"{purpose} sequences", group)
        order = self.indices[np.argsort(self._frames[self.indices], kind="stable")]
        pool = order[: max(1, round(fraction * len(order)))]
        sampled = random.choice(pool, GROUP_BATCHES * size)
        sampled = sampled[np.argsort(self._frames[sampled], kind="stable")]
        parts = np.split(sampled, GROUP_BATCHES)
        return [parts[i] for i in random.permutation(GROUP_BATCHES)]


def curriculum_fraction(part: float, length: float) -> float:
    """Fraction of the motions to sample from at the fraction `part` of training; 1 from the fraction `length` on."""
    if length <= 0:
        return 1.0
    return min(1.0, CURRICULUM_START + (1 - CURRICULUM_START) * part / length)
