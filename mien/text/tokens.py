"""A word-level text encoder with its own vocabulary, trained jointly with the model; nothing is downloaded."""

from __future__ import annotations

import difflib
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from mien.networks.attention import attend
from mien.text.interface import TextEncoder, TextEncoderError, UnknownWord
from mien.text.signs import signs_as_words, unread_signs

PAD, UNKNOWN, START = 0, 1, 2
"""Special ids: padding, out-of-vocabulary word, and the token before every text."""

FIRST_WORD = 3
"""Id of the first word of the vocabulary."""

SUGGESTIONS = 3
"""Maximum number of suggestions for an out-of-vocabulary word."""

_MIN_SIMILARITY = 0.6
_LONGEST_SUGGESTED_FOR = 40
_EQUIVALENT = str.maketrans(dict.fromkeys("’‘ʼ`´", "'") | dict.fromkeys("،、", ","))


def words(text: str) -> list[str]:
    """The words of a text in lower case, in any script; a comma is a word, an apostrophe inside a word is kept.

    Numbers are words ("3"); all other signs are separators. Normalised by NFKC, so that equivalent spellings are equal.
    """
    return list(_words(text))


@lru_cache(maxsize=1 << 16)
def _words(text: str) -> tuple[str, ...]:
    # the accents ` and ´ are apostrophes too, but NFKC makes a space and an accent of ´
    plain = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text.translate(_EQUIVALENT)).lower())
    parts = "".join(map(_word_character, plain.translate(_EQUIVALENT))).split()
    stripped = (part.strip("'") for part in parts)
    return tuple(word for word in stripped if word == "," or any(map(str.isalnum, word)))


def _word_character(letter: str) -> str:
    if letter == ",":
        return " , "
    # combining marks are part of letters in Indian scripts and in decomposed accents
    return letter if letter.isalnum() or letter == "'" or unicodedata.category(letter)[0] == "M" else " "


def vocabulary_of(texts: Iterable[str], least: int = 1) -> tuple[str, ...]:
    """All words that occur at least `least` times in the texts, sorted."""
    counts = Counter(word for text in texts for word in _words(text))
    return tuple(sorted(word for word, count in counts.items() if count >= least))


class TokensEncoder(TextEncoder):
    """Learned word and position embeddings, followed by a small pre-norm transformer (Xiong et al., ICML 2020).

    The first token is always <start>; its feature (index 0) represents the whole text.

    vocabulary: the known words, as returned by `words`, without duplicates; their order defines the ids.
    width: features per token, a multiple of `heads`.
    layers: of the transformer; with 0 a feature depends on the word and its position only.
    longest: maximum number of words of a text; further words are cut off (`words_left_out`).
    dropout: of embeddings and residual branches, in training only.

    Raises TextEncoderError for an invalid vocabulary or invalid sizes.
    """

    def __init__(
        self,
        vocabulary: Sequence[str],
        width: int = 128,
        layers: int = 2,
        heads: int = 4,
        longest: int = 64,
        dropout: float = 0.0,
    ) -> None:
        super().__init__()
        _check(vocabulary, width, layers, heads, longest, dropout)
        self.vocabulary = tuple(vocabulary)
        self.width, self.heads, self.longest, self.dropout = width, heads, longest, dropout
        self._ids = {word: FIRST_WORD + number for number, word in enumerate(self.vocabulary)}
        self.embedding = nn.Embedding(FIRST_WORD + len(self.vocabulary), width)
        self.positions = nn.Parameter(torch.empty(longest + 1, width))
        nn.init.normal_(self.embedding.weight, std=0.02)
        nn.init.normal_(self.positions, std=0.02)
        self.blocks = nn.ModuleList(_Block(width, heads, dropout) for _ in range(layers))
        self.norm = nn.LayerNorm(width)

    def forward(self, texts: Sequence[str]) -> tuple[Tensor, Tensor]:
        """See `TextEncoder.forward`; `tokenise` and `forward_ids` in one."""
        ids, mask = (tensor.to(self.positions.device) for tensor in self.tokenise(texts))
        return self.forward_ids(ids, mask), mask

    def tokenise(self, texts: Sequence[str]) -> tuple[Tensor, Tensor]:
        """Ids int64 (B, L) and mask bool (B, L) on the CPU; uses no weights, so any thread may call it."""
        rows = [self._ids_of(text) for text in texts]
        ids = np.full((len(rows), max(map(len, rows), default=1)), PAD, np.int64)
        for row, own in zip(ids, rows, strict=True):
            row[: len(own)] = own
        tokens = torch.from_numpy(ids)
        return tokens, tokens != PAD

    def forward_ids(self, ids: Tensor, mask: Tensor) -> Tensor:
        """Features float32 (B, L, width) of the output of `tokenise`, on the device of the weights; L ≤ longest + 1."""
        x = self.embedding(ids) + self.positions[: ids.shape[1]]
        x = functional.dropout(x, self.dropout, self.training)
        for block in self.blocks:
            x = block(x, mask[:, None, None, :])
        return self.norm(x).masked_fill(~mask[..., None], 0.0)

    def spelled_out(self, text: str) -> str:
        """The text with signs as the words that they stand for, `&` as `and`, where these are in the vocabulary."""
        return signs_as_words(text, self._ids)

    def unknown_words(self, text: str) -> tuple[UnknownWord, ...]:
        """The out-of-vocabulary words with suggestions, then the unknown signs, each once; never punctuation."""
        plain = self.spelled_out(text)
        unknown = dict.fromkeys(word for word in _words(plain) if word not in self._ids and word != ",")
        known = (UnknownWord(word, self._suggestions(word)) for word in unknown)
        return (*known, *(UnknownWord(sign, ()) for sign in unread_signs(plain)))

    def words_left_out(self, text: str) -> int:
        """Number of words at the end of `text` that are cut off."""
        return max(0, len(_words(text)) - self.longest)

    def config(self) -> dict[str, Any]:
        """JSON-serialisable, with the vocabulary; see `mien.text.encoder.build_encoder`."""
        return {
            "encoder": "tokens",
            "vocabulary": list(self.vocabulary),
            "width": self.width,
            "layers": len(self.blocks),
            "heads": self.heads,
            "longest": self.longest,
            "dropout": self.dropout,
        }

    def _ids_of(self, text: str) -> list[int]:
        return [START, *(self._ids.get(word, UNKNOWN) for word in _words(text)[: self.longest])]

    def _suggestions(self, word: str) -> tuple[str, ...]:
        if len(word) > _LONGEST_SUGGESTED_FOR:
            return ()
        return tuple(difflib.get_close_matches(word, self.vocabulary, SUGGESTIONS, _MIN_SIMILARITY))


class _Block(nn.Module):
    """Pre-norm self-attention and a GELU layer of four times the width, each with a residual connection."""

    def __init__(self, width: int, heads: int, dropout: float) -> None:
        super().__init__()
        self.heads, self.dropout = heads, dropout
        self.norm_attention, self.norm_hidden = nn.LayerNorm(width), nn.LayerNorm(width)
        self.query_key_value = nn.Linear(width, 3 * width)
        self.output = nn.Linear(width, width)
        self.linear1, self.linear2 = nn.Linear(width, 4 * width), nn.Linear(4 * width, width)

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        """`x` (B, L, width); `mask`: bool (B, 1, 1, L), True for tokens that are attended to."""
        split = self.query_key_value(self.norm_attention(x)).unflatten(-1, (3, self.heads, -1))
        queries, keys, values = split.permute(2, 0, 3, 1, 4)
        attended = attend(queries, keys, values, mask)
        x = x + functional.dropout(self.output(attended.transpose(1, 2).flatten(2)), self.dropout, self.training)
        hidden = self.linear2(functional.gelu(self.linear1(self.norm_hidden(x)), approximate="tanh"))
        return x + functional.dropout(hidden, self.dropout, self.training)


def _check(vocabulary: Sequence[str], width: int, layers: int, heads: int, longest: int, dropout: float) -> None:
    if len(set(vocabulary)) != len(vocabulary):
        twice = next(word for word, count in Counter(vocabulary).items() if count > 1)
        raise TextEncoderError(f"the vocabulary has the word {twice!r} more than once")
    for word in vocabulary:
        if _words(word) != (word,):
            raise TextEncoderError(f"the vocabulary's {word[:40]!r} is not one word in lower case")
    if min(width, heads, longest) < 1 or layers < 0 or width % heads:
        raise TextEncoderError(
            f"width, heads and longest must be at least 1, the width a multiple of the heads and layers at least 0, "
            f"not {width}, {heads}, {longest} and {layers}"
        )
    if not 0 <= dropout < 1:
        raise TextEncoderError(f"the dropout must be at least 0 and under 1, not {dropout}")
