"""Interface of text encoders: a module that maps texts to one feature vector per token."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from torch import Tensor, nn


class TextEncoderError(ValueError):
    """A text encoder cannot be used; the message gives the reason."""


@dataclass(frozen=True)
class UnknownWord:
    """An out-of-vocabulary word, or an unread sign, and the words of the vocabulary most similar to it, in order."""

    word: str
    suggestions: tuple[str, ...]

    @property
    def note(self) -> str:
        """Message for the user."""
        kind = "word" if any(map(str.isalnum, self.word)) else "sign"
        nearest = f"; the nearest that it knows: {', '.join(self.suggestions)}" if self.suggestions else ""
        return f"the model has never seen the {kind} {self.word[:40]!r}{nearest}"


class TextEncoder(nn.Module, ABC):
    """Texts → features (B, L, `width`) and mask (B, L).

    The features of a text do not depend on the other texts of the batch; they are 0 where the mask is False.
    """

    width: int

    @abstractmethod
    def forward(self, texts: Sequence[str]) -> tuple[Tensor, Tensor]:
        """Features float32 (B, L, width) and mask bool (B, L), True where there is a token; L ≥ 1 even for ""."""

    def spelled_out(self, text: str) -> str:
        """The text of a user in the form of the training texts, for generation; the same text where signs are known."""
        return text

    @abstractmethod
    def unknown_words(self, text: str) -> tuple[UnknownWord, ...]:
        """The out-of-vocabulary words of `text` and then its unknown signs, each once, in the order of the text."""

    @abstractmethod
    def words_left_out(self, text: str) -> int:
        """Number of words or tokens at the end of `text` that are cut off because it is too long."""

    def prepare(self, texts: Iterable[str]) -> None:
        """Encode `texts` in advance, with a progress bar, if features are cached; training then only looks them up."""

    @abstractmethod
    def config(self) -> dict[str, Any]:
        """JSON-serialisable configuration from which `build_encoder` rebuilds this encoder, without trained weights."""
