"""Training data of a CLIP of heads: the people of one part of a corpus, in memory."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from mien.sculpt.corpus.attributes import attributes
from mien.sculpt.corpus.store import HeadsStore
from mien.sculpt.corpus.truth import one_hot_options, refused_options
from mien.sculpt.corpus.visibility import visible


class ClipData:
    """N people with V views and M captions.

    pictures: uint8 (N, V, C, 3, S, S). options: int64 (N, A) by `attributes()`. seen: bool (N, A), see `visible`.
    shown: (N, O) `one_hot_options`. texts: the captions; refused: their `refused_options` (M, O). first_caption,
    caption_counts: (N,) where a person's captions lie. Raises ValueError for a corpus without people in the part,
    ClipStoreError for no corpus.
    """

    def __init__(self, folder: Path, part: str) -> None:
        self.store = HeadsStore(folder)
        self.part = part
        numbers = self.store.numbers_of((part,))
        self.store.load()
        views = np.stack([self.store.views(int(number)) for number in numbers])
        self.pictures = torch.from_numpy(np.ascontiguousarray(np.moveaxis(views, -1, -3)))
        chosen = {name: values[numbers] for name, values in self.store.options.items()}
        self.options = torch.stack([torch.from_numpy(chosen[name]) for name in attributes()], dim=1)
        seen = visible(chosen)
        self.seen = torch.stack([torch.from_numpy(seen[name]) for name in attributes()], dim=1)
        self.shown = one_hot_options(chosen)
        self.texts = self.store.texts_of(numbers)
        self.refused = refused_options([facts for number in numbers for facts in self.store.facts[number]])
        counts = torch.tensor([len(self.store.texts[number]) for number in numbers])
        self.first_caption = counts.cumsum(0) - counts
        self.caption_counts = counts

    def __len__(self) -> int:
        return len(self.pictures)

    def view(self, rows: Tensor, views: Tensor) -> Tensor:
        """uint8 (B, C, 3, S, S) of people `rows` (B,) in views `views` (B,)."""
        return self.pictures[rows, views]


def scaled(pictures: Tensor) -> Tensor:
    """Pictures in [0, 1] from uint8."""
    return pictures.float() / 255
