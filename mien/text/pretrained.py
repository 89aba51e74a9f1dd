"""A frozen pretrained text model from transformers as a text encoder, with a cache of its features.

Any model with a text part is accepted: the text tower of CLIP (Radford et al., ICML 2021) and similar models, the
encoder of T5 (Raffel et al., JMLR 2020), BERT and others. The features are its last hidden state.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from mien.files import fingerprint
from mien.progress import progress_bar
from mien.text.checkpoints import Checkpoint, find_checkpoint, load_model
from mien.text.feature_store import FeatureStore
from mien.text.interface import TextEncoder, TextEncoderError, UnknownWord

LONGEST = 77
"""Default maximum number of tokens of a text, that of CLIP."""

BATCH = 32
"""Batch size; all texts of a batch have the same number of tokens, so that none is padded."""

_AHEAD = 128
_VERSION = 1


class PretrainedEncoder(TextEncoder):
    """A frozen text model; its weights are loaded at the first text that is not in the cache.

    name: name of a checkpoint on the Hugging Face hub, or its folder.
    cache: folder of the feature cache, with a sub-folder per fingerprint of a model; None: in memory only.
    longest: maximum number of tokens of a text; less if the model has fewer positions.
    download: whether the checkpoint may be downloaded if it is not on this machine.

    Its weights are not in `state_dict`, and a deep copy shares the model. Raises TextEncoderError if the checkpoint is
    missing, unusable or without a text part, and if transformers is not installed.
    """

    device_of_features: Tensor

    def __init__(self, name: str, cache: Path | None = None, longest: int = LONGEST, download: bool = False) -> None:
        super().__init__()
        if longest < 2:
            raise TextEncoderError(f"at least 2 tokens of a text must be read, not {longest}")
        checkpoint = find_checkpoint(name, download)
        self.width = int(checkpoint.text_config.hidden_size)
        self.asked_longest = longest
        self._frozen = _FrozenModel(checkpoint, cache, longest)
        # follows the device of the module; not saved
        self.register_buffer("device_of_features", torch.zeros(0), persistent=False)

    @property
    def fingerprint(self) -> str:
        """Hex SHA-256 of weights, configuration and tokenizer."""
        return self._frozen.checkpoint.fingerprint

    @property
    def checkpoint(self) -> Checkpoint:
        """The text model's files."""
        return self._frozen.checkpoint

    def forward(self, texts: Sequence[str]) -> tuple[Tensor, Tensor]:
        """See `TextEncoder.forward`; the features have no gradient."""
        device = self.device_of_features.device
        rows = self._frozen.features(texts, device)
        length = max(map(len, rows), default=1)
        features = np.zeros((len(rows), length, self.width), np.float32)
        mask = np.zeros((len(rows), length), np.bool_)
        for number, row in enumerate(rows):
            features[number, : len(row)] = row
            mask[number, : len(row)] = True
        return torch.from_numpy(features).to(device), torch.from_numpy(mask).to(device)

    def unknown_words(self, text: str) -> tuple[UnknownWord, ...]:  # noqa: ARG002 - the interface's
        """None: its tokenizer splits unknown words into subwords."""
        return ()

    def words_left_out(self, text: str) -> int:
        """Number of tokens at the end of `text` that are cut off."""
        return self._frozen.tokens_left_out(text)

    def prepare(self, texts: Iterable[str]) -> None:
        """Encode those of `texts` that are not in the cache, with a progress bar."""
        # sorted by length, so that batches of equal length are full
        unread = sorted((text for text in dict.fromkeys(texts) if self._frozen.store.get(text) is None), key=len)
        if not unread:
            return
        with progress_bar("text features", len(unread), "texts") as advance:
            for first in range(0, len(unread), _AHEAD):
                some = unread[first : first + _AHEAD]
                self._frozen.features(some, self.device_of_features.device)
                advance(len(some))

    def config(self) -> dict[str, Any]:
        """JSON-serialisable, with name and fingerprint; see `mien.text.encoder.build_encoder`."""
        return {
            "encoder": "pretrained",
            "name": self._frozen.checkpoint.name,
            "fingerprint": self.fingerprint,
            "width": self.width,
            "longest": self.asked_longest,
        }


class _FrozenModel:
    """The model with its feature store; shared by all copies of an encoder."""

    def __init__(self, checkpoint: Checkpoint, cache: Path | None, longest: int) -> None:
        self.checkpoint = checkpoint
        known = getattr(checkpoint.text_config, "max_position_embeddings", None) or longest
        self.longest = min(longest, checkpoint.tokenizer.model_max_length, known)
        key = fingerprint(_VERSION, checkpoint.fingerprint, self.longest)
        self.store = FeatureStore(None if cache is None else cache / key, int(checkpoint.text_config.hidden_size))
        self._model: Any = None
        self._lock = Lock()

    def __deepcopy__(self, _memo: dict[int, Any]) -> _FrozenModel:
        return self

    def tokens_left_out(self, text: str) -> int:
        whole = self.checkpoint.tokenizer(_readable(text), verbose=False)["input_ids"]
        return max(0, len(whole) - self.longest)

    def features(self, texts: Sequence[str], device: torch.device) -> list[NDArray[np.float32]]:
        """float32 (L, width) of each text."""
        known: dict[str, NDArray[np.float32]] = {}
        unread: dict[int, list[tuple[str, list[int]]]] = {}
        for text in dict.fromkeys(texts):
            features = self.store.get(text)
            if features is None:
                ids = self._ids(text)
                unread.setdefault(len(ids), []).append((text, ids))
            else:
                known[text] = features
        for group in unread.values():
            for first in range(0, len(group), BATCH):
                some = group[first : first + BATCH]
                read = self._read([ids for _, ids in some], device)
                for (text, _), features in zip(some, read, strict=True):
                    self.store.put(text, features)
                    known[text] = features
        return [known[text] for text in texts]

    def _ids(self, text: str) -> list[int]:
        tokenizer = self.checkpoint.tokenizer
        ids = tokenizer(_readable(text), truncation=True, max_length=self.longest)["input_ids"]
        if ids:
            return list(ids)
        for special in (tokenizer.bos_token_id, tokenizer.eos_token_id, tokenizer.pad_token_id):
            if special is not None:
                return [special]
        return [0]

    def _read(self, ids: list[list[int]], device: torch.device) -> list[NDArray[np.float32]]:
        with self._lock, torch.no_grad():
            if self._model is None:
                self._model = load_model(self.checkpoint)
            try:
                hidden = self._model.to(device)(input_ids=torch.tensor(ids, device=device)).last_hidden_state
            except (AttributeError, IndexError, RuntimeError, TypeError, ValueError) as error:
                reason = " ".join(str(error).split())[:200]
                raise TextEncoderError(f"{self.checkpoint.name} cannot read a text: {reason}") from error
        if not torch.isfinite(hidden).all():
            raise TextEncoderError(f"{self.checkpoint.name} gives features that are not finite: damaged weights")
        return [np.ascontiguousarray(row) for row in hidden.float().cpu().numpy()]


def _readable(text: str) -> str:
    # a lone surrogate is not a character, and the tokenizers (in Rust) refuse it
    return text.encode("utf-8", "replace").decode("utf-8")
