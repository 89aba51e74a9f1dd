"""Training batches of clips: pure functions of (seed, step)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from mien.progress import progress_bar
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
        """Open the store in `folder`. Raises ShapesStoreError; ValueError when these parts are empty."""
        self.store = ShapesStore(folder)
        self.numbers = np.concatenate([self.store.numbers(part) for part in parts])
        if not len(self.numbers):
            raise ValueError(f"{folder} has no clip in {' or '.join(parts)}: let shapes_corpus make some")
        self._cached: Layers | None = None

    @property
    def prompts(self) -> list[str]:
        """All prompts of these parts."""
        return [prompt for number in self.numbers for prompt in self.store.prompts[number]]

    def cache_layers(self) -> None:
        """Decompose all clips into layers once and keep them, where they fit into memory; shows a progress bar."""
        count = len(self.numbers)
        if count > IN_MEMORY_CLIPS:
            return
        with progress_bar("layers", count, "clips") as advance:
            parted = []
            for start in range(0, count, _AT_ONCE):
                rows = np.arange(start, min(start + _AT_ONCE, count))
                layers = self._part(rows)
                parted.append(Layers(layers.paths, _to_bytes(layers.pictures), layers.colours, layers.presence))
                advance(len(rows))
        self._cached = concatenate(parted)

    def layers(self, rows: Rows) -> Layers:
        """Layers of these clips."""
        if self._cached is None:
            layers = self._part(rows)
        else:
            chosen = torch.from_numpy(rows)
            layers = self._cached.map(lambda part: part[chosen])
        # 8-bit pictures in either case: the result does not depend on what is kept in memory
        pictures = layers.pictures if layers.pictures.dtype == torch.uint8 else _to_bytes(layers.pictures)
        return Layers(layers.paths, pictures.float() / 255, layers.colours, layers.presence)

    def _part(self, rows: Rows) -> Layers:
        return decompose_clips(torch.from_numpy(self.store.videos(self.numbers[rows])))

    def layers_batch(self, encoder: TextEncoder, seed: int, purpose: str, step: int, size: int) -> LayersBatch:
        """The batch of a training step."""
        random = numpy_generator(seed, f"{purpose} clips", step)
        rows = random.integers(len(self.numbers), size=size)
        return LayersBatch(self.layers(rows), *self._read(encoder, rows, random))

    def frames_batch(
        self, encoder: TextEncoder, seed: int, purpose: str, step: int, size: int, per_clip: int
    ) -> FramesBatch:
        """The batch of a training step: `per_clip` random frames of each of `size` clips, grouped by clip."""
        random = numpy_generator(seed, f"{purpose} clips", step)
        rows = random.integers(len(self.numbers), size=size)
        clips = self.store.videos(self.numbers[rows])
        chosen = random.permuted(np.tile(np.arange(clips.shape[1]), (size, 1)), axis=1)[:, :per_clip]
        frames = torch.from_numpy(clips[np.arange(size)[:, None], chosen]).flatten(0, 1).permute(0, 3, 1, 2)
        words = (told.repeat_interleave(per_clip, 0) for told in self._read(encoder, rows, random))
        return FramesBatch(frames.float() / 127.5 - 1, *words)

    def _read(self, encoder: TextEncoder, rows: Rows, random: np.random.Generator) -> tuple[Tensor, Tensor]:
        prompts = [self.store.prompts[number] for number in self.numbers[rows]]
        return read_tokens(encoder, [choices[int(random.integers(len(choices)))] for choices in prompts])


def _to_bytes(pictures: Tensor) -> Tensor:
    return (pictures * 255).round().to(torch.uint8)
