"""The evaluator: texts and motions in one embedding space.

As that of Guo et al., "Generating Diverse and Natural 3D Human Motions from Text", CVPR 2022. Its architecture differs
from that of the evaluated models: convolutions and recurrent layers, no attention, no diffusion, its own vocabulary.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional
from torch.nn.utils.rnn import pack_padded_sequence, pad_sequence

from mien.motion.data.batches import pad_motions, valid_frames
from mien.motion.data.features import WIDTH
from mien.motion.networks.transformer import LONGEST
from mien.text.tokens import words
from mien.training.model_folder import load_network

KIND = "motion_judge"

DOWNSAMPLINGS = 3
"""Convolutions of stride 2 before the recurrent layer, whose time step is then 8 frames (0.32 s)."""

FRAME_MULTIPLE = 2**DOWNSAMPLINGS
"""The number of frames of a batch is a multiple of this."""

LONGEST_TEXT = 128
"""Maximum number of words of a text; further words are cut off."""

BATCH = 64

_UNKNOWN, _FIRST_WORD = 0, 1


class _RecurrentEncoder(nn.Module):
    """Sequences (B, N, W) of lengths (B,) → unit-norm embeddings (B, D): last states of a bi-GRU, then an MLP."""

    def __init__(self, width: int, embedding: int) -> None:
        super().__init__()
        self.gru = nn.GRU(width, width, batch_first=True, bidirectional=True)
        self.out = nn.Sequential(nn.Linear(2 * width, 2 * width), nn.GELU(), nn.Linear(2 * width, embedding))

    def forward(self, x: Tensor, lengths: Tensor) -> Tensor:
        # packed, so that an embedding does not depend on the other sequences of the batch
        packed = pack_padded_sequence(x.float(), lengths.cpu(), batch_first=True, enforce_sorted=False)
        with torch.autocast(x.device.type, enabled=False):
            last = self.gru(packed)[1].transpose(0, 1).flatten(1)
            return functional.normalize(self.out(last), dim=-1)


class MotionEvaluator(nn.Module):
    """Texts and motions → unit-norm embeddings (N, `embedding`); matching pairs are close to each other.

    vocabulary: the known words, without duplicates. width: of both encoders. `mean` and `deviation` (63,): of the
    features of its training motions, set by the training.
    """

    mean: Tensor
    deviation: Tensor

    def __init__(self, vocabulary: Sequence[str], width: int, embedding: int) -> None:
        super().__init__()
        self.vocabulary, self.width, self.embedding = tuple(vocabulary), width, embedding
        self._ids = {word: _FIRST_WORD + number for number, word in enumerate(self.vocabulary)}
        self.word_embedding = nn.Embedding(_FIRST_WORD + len(self.vocabulary), width)
        self.text_encoder = _RecurrentEncoder(width, embedding)
        sizes = [WIDTH, *[width] * DOWNSAMPLINGS]
        self.convolutions = nn.ModuleList(
            nn.Conv1d(before, after, 4, stride=2, padding=1) for before, after in pairwise(sizes)
        )
        self.norm = nn.LayerNorm(width)
        self.motion_encoder = _RecurrentEncoder(width, embedding)
        self.register_buffer("mean", torch.zeros(WIDTH))
        self.register_buffer("deviation", torch.ones(WIDTH))

    def config(self) -> dict[str, Any]:
        """JSON-serialisable configuration, without weights."""
        return {"vocabulary": list(self.vocabulary), "width": self.width, "embedding": self.embedding}

    def tokenise(self, texts: Sequence[str]) -> tuple[Tensor, Tensor]:
        """Ids (B, L) and lengths (B,) of texts; a text without words is one unknown word."""
        rows = [[self._ids.get(word, _UNKNOWN) for word in words(text)[:LONGEST_TEXT]] or [_UNKNOWN] for text in texts]
        ids = pad_sequence([torch.tensor(row) for row in rows], batch_first=True, padding_value=_UNKNOWN)
        return ids, torch.tensor([len(row) for row in rows])

    def encode_text(self, ids: Tensor, lengths: Tensor) -> Tensor:
        """Embeddings (B, D) of the output of `tokenise`."""
        return self.text_encoder(self.word_embedding(ids), lengths)  # type: ignore[no-any-return]

    def encode_motion(self, features: Tensor, lengths: Tensor) -> Tensor:
        """Embeddings (B, D) of features (B, T, 63) with lengths (B,); T is a multiple of `FRAME_MULTIPLE`."""
        scaled = (features - self.mean) / self.deviation
        x = (scaled * valid_frames(lengths, features.shape[1])).transpose(1, 2)
        for convolution in self.convolutions:
            lengths = (lengths + 1).div(2, rounding_mode="floor")
            x = functional.gelu(convolution(x)) * valid_frames(lengths, x.shape[-1] // 2).transpose(1, 2)
        return self.motion_encoder(self.norm(x.transpose(1, 2)), lengths)  # type: ignore[no-any-return]

    @torch.no_grad()
    def embed_texts(self, texts: Sequence[str]) -> NDArray[np.float64]:
        """Embeddings float64 (N, D); equal texts have equal embeddings."""
        distinct = list(dict.fromkeys(texts))
        embeddings: dict[str, NDArray[np.float64]] = {}
        for start in range(0, len(distinct), BATCH):
            chunk = distinct[start : start + BATCH]
            ids, lengths = self.tokenise(chunk)
            embedded = self.encode_text(ids.to(self.mean.device), lengths).double().cpu().numpy()
            embeddings.update(zip(chunk, embedded, strict=True))
        return np.stack([embeddings[text] for text in texts])

    @torch.no_grad()
    def embed_motions(self, motions: Sequence[NDArray[np.float32]]) -> NDArray[np.float64]:
        """Embeddings float64 (N, D) of the first 10 s of features (T_i, 63)."""
        device = self.mean.device
        order = sorted(range(len(motions)), key=lambda number: len(motions[number]))
        embeddings = np.empty((len(motions), self.embedding))
        for start in range(0, len(order), BATCH):
            chunk = order[start : start + BATCH]
            features, lengths = pad_motions([motions[number][:LONGEST] for number in chunk], FRAME_MULTIPLE)
            embeddings[chunk] = self.encode_motion(features.to(device), lengths.to(device)).double().cpu().numpy()
        return embeddings

    @classmethod
    def load(cls, folder: Path) -> MotionEvaluator:
        """The evaluator in `folder`, in evaluation mode. Raises ValueError if there is none or it is damaged."""
        return load_network(folder, (KIND,), lambda content: cls(**content["model"]))[0]
