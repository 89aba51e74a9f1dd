"""Words near in meaning: cosine similarity of the input embeddings of a pretrained text model."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

import torch
from torch import Tensor
from torch.nn import functional

from mien.text.checkpoints import Checkpoint, find_checkpoint, load_model
from mien.text.interface import TextEncoderError


class WordVectors(Protocol):
    """Finds the word that is nearest in meaning."""

    def nearest(self, word: str, words: Sequence[str]) -> tuple[str, float] | None:
        """The word of `words` nearest to `word`, and their similarity in [−1, 1]; None if nothing is known of it."""
        ...


class EmbeddingVectors:
    """The mean of the input embeddings of a word's tokens, relative to the mean of all embeddings.

    The mean of all is removed because it is in every vector and would make all words alike (Mu and Viswanath,
    "All-but-the-Top", ICLR 2018). The weights are loaded at the first question.
    """

    def __init__(self, checkpoint: Checkpoint) -> None:
        self.checkpoint = checkpoint
        self._table: Tensor | None = None

    @classmethod
    def load(cls, name: str, download: bool = False) -> EmbeddingVectors:
        """Of a checkpoint on the Hugging Face hub or in a folder. Raises TextEncoderError if it cannot be used."""
        return cls(find_checkpoint(name, download))

    def nearest(self, word: str, words: Sequence[str]) -> tuple[str, float] | None:
        """See `WordVectors.nearest`; None if the model has no token for the word or for any of `words`."""
        own = self._vector(word)
        vectors = {other: vector for other in words if (vector := self._vector(other)) is not None}
        if own is None or not vectors:
            return None
        similarities = functional.cosine_similarity(own[None], torch.stack(list(vectors.values())))
        best = int(similarities.argmax())
        return list(vectors)[best], float(similarities[best])

    def _vector(self, word: str) -> Tensor | None:
        """Vector (W,) of a word, None without a token."""
        tokenizer = self.checkpoint.tokenizer
        ids = [
            one
            for one in tokenizer(word, add_special_tokens=False)["input_ids"]
            if one not in (tokenizer.unk_token_id, tokenizer.pad_token_id)
        ]
        if not ids:
            return None
        table = self._embeddings()
        return table[torch.tensor(ids)].mean(0) - table.mean(0)

    def _embeddings(self) -> Tensor:
        """Input embeddings float32 (V, W)."""
        if self._table is None:
            model: Any = load_model(self.checkpoint)
            table = model.get_input_embeddings().weight.detach().float()
            if not torch.isfinite(table).all():
                raise TextEncoderError(f"{self.checkpoint.name} has embeddings that are not finite: damaged weights")
            self._table = table
        return self._table
