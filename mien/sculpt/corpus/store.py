"""Pictures of heads on disk, see `mien.storage.clip_store`: a clip is a person, its frames are the pictures of it.

Further columns of the table are `latents`, the JSON of `Latents`, `facts`, the JSON of what each text states, and
`crops`, what the pictures of a view show.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import pandas as pd
import torch
from numpy.typing import NDArray
from torch import Tensor

from mien.heads.head import HeadError
from mien.heads.latents.latents import Latents, stack
from mien.sculpt.corpus.attributes import Indices, attributes, read_options
from mien.sculpt.corpus.captions import Caption
from mien.sculpt.corpus.lexicon.phrases import Facts
from mien.storage.clip_store import ClipStore, ClipStoreError, Layout, StoredClip, write_clip_store

PARTS = ("train", "val")

LAYOUT = Layout("heads.h5", "pictures", 1, "heads", "heads_corpus", PARTS)


@dataclass(frozen=True)
class HeadClip:
    """A person: `pictures` uint8 (V * C, S, S, 3) sRGB of V views in C crops; `latents`: a batch of 1."""

    clip_id: str
    part: str
    captions: Sequence[Caption]
    latents: Latents
    crops: Sequence[str]
    pictures: NDArray[np.uint8]

    def stored(self) -> StoredClip:
        """What is written of it."""
        facts = [{name: sorted(options) for name, options in caption.facts.items()} for caption in self.captions]
        extra = {
            "latents": json.dumps(self.latents.to_json()),
            "facts": json.dumps(facts),
            "crops": ",".join(self.crops),
        }
        return StoredClip(self.clip_id, self.part, [caption.text for caption in self.captions], self.pictures, extra)


def write_heads(folder: Path, clips: Iterable[HeadClip]) -> pd.DataFrame:
    """Write people; see `write_clip_store`."""
    return write_clip_store(folder, LAYOUT, (clip.stored() for clip in clips))


class HeadsStore(ClipStore):
    """The people of a folder. crops: what the pictures of a view show; size: side of a picture in pixels.

    Raises ClipStoreError for a folder without a complete store.
    """

    layout = LAYOUT

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        try:
            self.crops = tuple(str(self.index["crops"].iloc[0]).split(","))
            self.facts: list[tuple[Facts, ...]] = [_facts(content) for content in self.index["facts"]]
            shape = self.read(0).shape
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise self._damaged() from error
        sizes = [len(facts) for facts in self.facts] != [len(texts) for texts in self.texts]
        if sizes or shape[1] != shape[2] or shape[0] % len(self.crops):
            raise ClipStoreError(f"{folder} is damaged: run the heads_corpus stage again")
        self.size = int(shape[1])

    @cached_property
    def latents(self) -> Latents:
        """The latents of all people."""
        try:
            return stack([Latents.from_json(json.loads(content)) for content in self.index["latents"]])
        except (HeadError, ValueError) as error:
            raise self._damaged() from error

    @cached_property
    def options(self) -> dict[str, Indices]:
        """The options of all people: attribute → (N,)."""
        return read_options(self.latents)

    def views(self, number: int) -> NDArray[np.uint8]:
        """The pictures of a person: uint8 (V, C, S, S, 3)."""
        pictures = self.read(number)
        return pictures.reshape(-1, len(self.crops), *pictures.shape[1:])

    def pictures(self, numbers: Sequence[int] | NDArray[np.int64], view: int = 0) -> Tensor:
        """One view of several people: float32 (N, C, 3, S, S) in [0, 1]; a view beyond the last one is the first."""
        chosen = [self.views(int(number)) for number in numbers]
        return as_pictures(np.stack([views[view % len(views)] for views in chosen]))


def as_pictures(pictures: NDArray[np.uint8]) -> Tensor:
    """float32 (…, 3, S, S) in [0, 1] of uint8 (…, S, S, 3)."""
    return torch.from_numpy(np.moveaxis(pictures, -1, -3).astype(np.float32) / np.float32(255))


def _facts(content: str) -> tuple[Facts, ...]:
    known = attributes()
    found = []
    for one in json.loads(content):
        facts = {str(name): frozenset(map(str, options)) for name, options in one.items()}
        if any(name not in known or options - set(known[name].options) for name, options in facts.items()):
            raise ValueError("facts about unknown attributes or options")
        found.append(facts)
    return tuple(found)
