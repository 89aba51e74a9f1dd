"""Translation of texts by a pretrained model from transformers, such as EnViT5 or Marian, by name or folder.

EnViT5 (Ngo et al., MTet, 2022) is a T5 (Raffel et al., JMLR 2020) that is told the language of a text by a prefix, and
writes that of its answer before it; a Marian model (Junczys-Dowmunt et al., ACL 2018) knows one pair of languages.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from threading import Lock
from typing import Any

import torch

from mien.text.checkpoints import Checkpoint, find_checkpoint, load_translation_model
from mien.text.interface import TextEncoderError

KINDS = {
    "t5": "T5ForConditionalGeneration",
    "mt5": "MT5ForConditionalGeneration",
    "umt5": "UMT5ForConditionalGeneration",
    "marian": "MarianMTModel",
}
"""Types of models that can translate, with their classes."""

LONGEST = 128
"""Maximum number of tokens of a text and of its translation."""

_PREFIX = re.compile(r"^\s*[a-z]{2}\s*:\s*")


class TranslationError(ValueError):
    """A translator cannot be used; the message gives the reason."""


class Translator:
    """Translates texts, deterministically (beam search); the weights are loaded at the first text.

    name: of a checkpoint on the Hugging Face hub, such as VietAI/envit5-translation, or its folder. source, target: the
    languages, for a T5, which is told them. download: whether it may be downloaded if it is not on this machine. beams:
    of the search.

    Raises TranslationError if the checkpoint is missing or unusable, and if transformers is not installed.
    """

    def __init__(
        self, name: str, source: str = "vi", target: str = "en", download: bool = False, beams: int = 4
    ) -> None:
        if beams < 1:
            raise TranslationError(f"a translator searches with at least one beam, not {beams}")
        try:
            self._checkpoint: Checkpoint = find_checkpoint(name, download)
        except TextEncoderError as error:
            raise TranslationError(f"{name[:100]!r} cannot translate: {error}") from error
        self.kind = str(self._checkpoint.config.model_type)
        if self.kind not in KINDS:
            raise TranslationError(
                f"{name[:100]!r} cannot translate: it is a model of the type {self.kind!r}, not {' or '.join(KINDS)}"
            )
        self.name, self.source, self.target, self.beams = self._checkpoint.name, source, target, beams
        self._model: Any = None
        self._lock = Lock()

    @property
    def fingerprint(self) -> str:
        """Hex SHA-256 of weights, configuration and tokenizer."""
        return self._checkpoint.fingerprint

    @torch.no_grad()
    def translate(self, texts: Sequence[str]) -> list[str]:
        """The translation of each text, on one line; "" of an empty one. Further tokens than `LONGEST` are cut off.

        Raises TranslationError if the model cannot write one.
        """
        return [self._translated(text) if text.strip() else "" for text in texts]

    def _translated(self, text: str) -> str:
        tokenizer = self._checkpoint.tokenizer
        read = tokenizer(self._asked(text), truncation=True, max_length=LONGEST, return_tensors="pt")
        with self._lock:
            try:
                if self._model is None:
                    self._model = load_translation_model(self._checkpoint, KINDS)
                written = self._model.generate(
                    input_ids=read["input_ids"],
                    attention_mask=read["attention_mask"],
                    max_new_tokens=LONGEST,
                    num_beams=self.beams,
                    do_sample=False,
                )
            except (TextEncoderError, AttributeError, IndexError, RuntimeError, TypeError, ValueError) as error:
                reason = " ".join(str(error).split())[:200]
                raise TranslationError(f"{self.name[:100]!r} cannot translate a text: {reason}") from error
        answer = " ".join(tokenizer.decode(written[0], skip_special_tokens=True).split())
        return answer if self.kind == "marian" else _PREFIX.sub("", answer)

    def _asked(self, text: str) -> str:
        """The text as the model expects it."""
        # a lone surrogate is not a character, and the tokenizers (in Rust) refuse it
        text = " ".join(text.encode("utf-8", "replace").decode("utf-8").split())
        return text if self.kind == "marian" else f"{self.source}: {text}"
