"""Training batches of clips: pure functions of (seed, step)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from mien.progress import counted
from mien.shapes.data.decompose import decompose_clips
from mien.shapes.data.layers import Layers, concatenate
from mien.shapes.data.store import ShapesStore
from mien.text.encoder import TextEncoder, read_tokens
from mien.training.randomness import numpy_generator

IN_MEMORY_CLIPS = 100_000
"""Up to this number, clips are kept in memory as layers, about 3 KB each; more are decomposed at every step."""

_AT_ONCE = 32

Rows = NDArray[np.int64]
"""Indices into `ShapesData.numbers`."""


@dataclass(frozen=True)
class LayersBatch:
    """Clips as layers, and tokens and mask of one prompt of each: see `read_tokens`."""

    layers: Layers
    tokens: Tensor
    mask: Tensor


@dataclass(frozen=True)
class FramesBatch:
    """Single frames (B, 3, 64, 64) in [−1, 1], and tokens and mask of one prompt of each frame's clip."""

    frames: Tensor
    tokens: Tensor
    mask: Tensor


class ShapesData:
    """The clips of one or more parts of a store."""

    def __init__(self, folder: Path, parts: Sequence[str] = ("train",)) -> None:
        """Open the store in `folder`. Raises ClipStoreError; ValueError when these parts are empty."""
        self.store = ShapesStore(folder)
        self.numbers = self.store.numbers_of(parts)
        self._cached: Layers | None = None

    @property
    def prompts(self) -> list[str]:
        """All prompts of these parts."""
        return self.store.texts_of(self.numbers)

    def cache_layers(self) -> None:
        """Decompose all clips into layers once and keep them, where they fit into memory; shows a progress bar."""
        count = len(self.numbers)
        if count > IN_MEMORY_CLIPS:
            return
        batches = np.array_split(np.arange(count), range(_AT_ONCE, count, _AT_ONCE))
        cached = [_quantised(self._decompose(rows)) for rows in counted(batches, "layers", len(batches), "batches")]
        self._cached = concatenate(cached)

    def layers(self, rows: Rows) -> Layers:
        """Layers of these clips."""
        if self._cached is None:
            layers = _quantised(self._decompose(rows))
        else:
            chosen = torch.from_numpy(rows)
            layers = self._cached.map(lambda tensor: tensor[chosen])
        return replace(layers, pictures=layers.pictures.float() / 255)

    def _decompose(self, rows: Rows) -> Layers:
        return decompose_clips(torch.from_numpy(self.store.videos(self.numbers[rows])))

    def layers_batch(self, encoder: TextEncoder, seed: int, purpose: str, step: int, size: int) -> LayersBatch:
        """The batch of a training step."""
        random = numpy_generator(seed, f"{purpose} clips", step)
        rows = random.integers(len(self.numbers), size=size)
        return LayersBatch(self.layers(rows), *self._tokens(encoder, rows, random))

    def frames_batch(
        self, encoder: TextEncoder, seed: int, purpose: str, step: int, size: int, per_clip: int
    ) -> FramesBatch:
        """The batch of a training step: `per_clip` random frames of each of `size` clips, grouped by clip."""
        random = numpy_generator(seed, f"{purpose} clips", step)
        rows = random.integers(len(self.numbers), size=size)
        clips = self.store.videos(self.numbers[rows])
        chosen = random.permuted(np.tile(np.arange(clips.shape[1]), (size, 1)), axis=1)[:, :per_clip]
        frames = torch.from_numpy(clips[np.arange(size)[:, None], chosen]).flatten(0, 1).permute(0, 3, 1, 2)
        tokens, mask = self._tokens(encoder, rows, random)
        return FramesBatch(
            frames.float() / 127.5 - 1, tokens.repeat_interleave(per_clip, 0), mask.repeat_interleave(per_clip, 0)
        )

    def _tokens(self, encoder: TextEncoder, rows: Rows, random: np.random.Generator) -> tuple[Tensor, Tensor]:
        prompts = [self.store.texts[number] for number in self.numbers[rows]]
        return read_tokens(encoder, [choices[int(random.integers(len(choices)))] for choices in prompts])


def _quantised(layers: Layers) -> Layers:
    """With 8-bit pictures, as they are cached, so that the cache does not change a batch."""
    return replace(layers, pictures=(layers.pictures * 255).round().to(torch.uint8))
