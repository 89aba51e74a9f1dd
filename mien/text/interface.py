"""What every text encoder is: a module that turns texts into one feature per token."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from torch import Tensor, nn


class TextEncoderError(ValueError):
    """A text encoder that cannot be used, in one sentence."""


@dataclass(frozen=True)
class UnknownWord:
    """A word that an encoder has never seen, and the nearest ones that it knows, the nearest first."""

    word: str
    suggestions: tuple[str, ...]

    @property
    def note(self) -> str:
        """What there is to say of it to someone who wrote it."""
        nearest = f"; the nearest that it knows: {', '.join(self.suggestions)}" if self.suggestions else ""
        return f"the model has never seen the word {self.word[:40]!r}{nearest}"


class TextEncoder(nn.Module, ABC):
    """Texts → features (B, L, `width`) and mask (B, L).

    A text's features do not depend on the texts beside it; they are 0 where the mask is False.
    """

    width: int

    @abstractmethod
    def forward(self, texts: Sequence[str]) -> tuple[Tensor, Tensor]:
        """Features float32 (B, L, width) and mask bool (B, L), True where there is a token; L ≥ 1 even for ""."""

    @abstractmethod
    def unknown_words(self, text: str) -> tuple[UnknownWord, ...]:
        """The words of `text` that the encoder cannot tell from each other, each once, in the text's order."""

    @abstractmethod
    def words_left_out(self, text: str) -> int:
        """How many words or tokens at the end of `text` the encoder does not read, because it is too long."""

    def prepare(self, texts: Iterable[str]) -> None:
        """Read `texts` ahead, with a progress bar, where features are kept; a training then only looks them up."""

    @abstractmethod
    def config(self) -> dict[str, Any]:
        """JSON-able: what `build_encoder` needs to make this encoder again, but for learned weights."""
