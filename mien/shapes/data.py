"""Clips for training: batches that are functions of (seed, step) and of nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn.functional import avg_pool2d

from mien.shapes.seeing import SMALL_SIDE
from mien.shapes.store import ShapesStore
from mien.shapes.vocabulary import SIDE
from mien.text.encoder import TextEncoder, read_tokens
from mien.training.randomness import numpy_generator

IN_MEMORY_BYTES = 1_000_000_000
"""Up to so much all clips are held in memory; more are read as they are needed."""


@dataclass(frozen=True)
class ShapesBatch:
    """Clips (B, T, 3, 64, 64) in [−1, 1], the same at half the size, and the words of one prompt of each: see
    `read_tokens`."""

    clips: Tensor
    small: Tensor
    tokens: Tensor
    mask: Tensor


class ShapesData:
    """The clips of one or more parts of a store."""

    def __init__(self, folder: Path, parts: Sequence[str] = ("train",)) -> None:
        """Open the store in `folder`. Raises ShapesStoreError; ValueError when these parts are empty."""
        self.store = ShapesStore(folder)
        self.numbers = np.concatenate([self.store.numbers(part) for part in parts])
        if not len(self.numbers):
            raise ValueError(f"{folder} has no clip in {' or '.join(parts)}: let shapes_corpus make some")
        size = len(self.numbers) * self.store.video(int(self.numbers[0])).nbytes
        self._everything = self.store.videos(self.numbers) if size <= IN_MEMORY_BYTES else None

    @property
    def prompts(self) -> list[str]:
        """All prompts of these parts."""
        return [prompt for number in self.numbers for prompt in self.store.prompts[number]]

    def batch(
        self, encoder: TextEncoder, rows: NDArray[np.int64], random: np.random.Generator | None = None
    ) -> ShapesBatch:
        """These clips, by their place in `numbers`, each with a drawn one of its prompts, or the first."""
        every = self._everything
        clips = self.store.videos(self.numbers[rows]) if every is None else every[rows]
        prompts = []
        for number in self.numbers[rows]:
            choices = self.store.prompts[number]
            prompts.append(choices[int(random.integers(len(choices)))] if random is not None else choices[0])
        whole = pixels(torch.from_numpy(clips).permute(0, 1, 4, 2, 3).contiguous())
        small = avg_pool2d(whole.flatten(0, 1), SIDE // SMALL_SIDE).unflatten(0, whole.shape[:2])
        return ShapesBatch(whole, small, *read_tokens(encoder, prompts))

    def training_batch(self, encoder: TextEncoder, seed: int, purpose: str, step: int, size: int) -> ShapesBatch:
        """The batch of a step."""
        random = numpy_generator(seed, f"{purpose} clips", step)
        return self.batch(encoder, random.integers(len(self.numbers), size=size), random)


def pixels(clips: Tensor) -> Tensor:
    """Clips uint8 as the networks have them: float32 in [−1, 1]."""
    return clips.float() / 127.5 - 1
