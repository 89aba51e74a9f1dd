"""Texts → scenes: p(x | text) = Π_a p(x_a | x_1 … x_{a-1}, text), a categorical distribution of each attribute in turn.

A word enters as itself, as its form without accents, and as the three-letter groups of that form, so that `múa`, `mua`
and words with a common stem meet. Every attribute reads the words by an attention query of its own, so that
combinations that no caption had are composed of what their words mean elsewhere; the attributes before it tell what
goes with what. In a training they are often hidden, or it would learn by heart which combinations do not occur.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from mien.follow.scenes.attributes import ATTRIBUTES
from mien.follow.scenes.reading import LANGUAGES, ReadText
from mien.follow.scenes.vocabulary import Vocabulary
from mien.networks.text_attention import TextAttention

GROUPS = 1024
"""Hashed groups of three letters; 0 is padding."""

_MASKED = -1e4

ALONE = ("top_colour", "pattern_colour", "bottom_colour", "hat_colour", "place")
"""Attributes that are drawn from the text alone. In the corpus they depend on no other, but for the combinations that
are held out, and what is before them would teach only that these do not occur."""

Favour = Callable[[int, Sequence[Tensor]], Tensor]


class SceneNetwork(nn.Module):
    """See the module. width: features of a word and of an attribute; hidden: of each attribute's layer."""

    missing: Tensor
    groups: Tensor

    def __init__(self, vocabulary: Vocabulary, width: int, hidden: int) -> None:
        super().__init__()
        self.vocabulary, self.width, self.hidden = vocabulary, width, hidden
        sizes = [len(options) for options in ATTRIBUTES.values()]
        count, largest = len(sizes), max(sizes)
        self.word = nn.Embedding(1 + len(vocabulary.words), width)
        self.form = nn.Embedding(1 + len(vocabulary.plain_forms), width)
        self.group = nn.EmbeddingBag(GROUPS, width, mode="mean", padding_idx=0)
        self.language = nn.Embedding(len(LANGUAGES), width)
        for table in (self.word, self.form, self.group, self.language):
            nn.init.normal_(table.weight, std=0.1)
        self.attention = TextAttention(width, width, count)
        self.before = nn.Parameter(torch.randn(count, largest, width) * 0.1)
        self.first = nn.Parameter(torch.randn(count, 2 * width, hidden) * (2 * width) ** -0.5)
        self.first_bias = nn.Parameter(torch.zeros(count, 1, hidden))
        self.second = nn.Parameter(torch.randn(count, hidden, largest) * hidden**-0.5)
        self.second_bias = nn.Parameter(torch.zeros(count, 1, largest))
        missing = torch.tensor([[number >= size for number in range(largest)] for size in sizes])
        self.register_buffer("missing", missing, persistent=False)
        self.register_buffer("groups", _letter_groups(vocabulary.plain_forms), persistent=False)

    def pooled(self, words: Tensor, mask: Tensor) -> Tensor:
        """What each attribute reads: (A, B, width). words int64 (B, L, 2), mask bool (B, L); see `tokens`."""
        forms = torch.cat([self.form.weight[:1] * 0, self.group(self.groups)]) + self.form.weight
        # every word is told the language: an adjective stands before its noun in one and after it in the other
        language = self.language(words[:, :1, 0])
        own = self.word(words[:, 1:, 0]) + forms[words[:, 1:, 1]]
        text = torch.cat([language, own + language], dim=1)
        return self.attention(text * mask[..., None], mask).transpose(0, 1)

    def forward(self, words: Tensor, mask: Tensor, options: Tensor, shown: Tensor) -> Tensor:
        """Logits (A, B, O) of each attribute, given those before it: `options` int64 (B, A) where `shown` (B, A)."""
        pooled = self.pooled(words, mask)
        own = torch.stack([self.before[place, options[:, place]] for place in range(len(ATTRIBUTES))])
        own = own * shown.T[..., None]
        return self._logits(pooled, own.cumsum(0) - own)

    @torch.no_grad()
    def draw(self, pooled: Tensor, uniform: Tensor | None, least: float, favour: Favour | None = None) -> Tensor:
        """Options int64 (B, A), one attribute after the other. pooled: (A, B, width). uniform: (B, A) in [0, 1) that
        choose, None for the most probable ones. least: options less probable than this part of the best are not drawn.
        favour: (attribute, options drawn before) → factors (B, O) by which the others' probabilities are multiplied.
        """
        before = torch.zeros(pooled.shape[1], self.width, device=pooled.device)
        drawn: list[Tensor] = []
        for place in range(len(ATTRIBUTES)):
            alone = tuple(ATTRIBUTES)[place] in ALONE
            context = torch.zeros_like(before) if alone else before
            rates = self._logits_of(place, pooled[place], context).float().softmax(-1)
            if uniform is None:
                chosen = rates.argmax(-1)
            else:
                rates = rates.masked_fill(rates < least * rates.amax(-1, keepdim=True), 0.0)
                rates = rates if favour is None else rates * favour(place, drawn).to(rates.device)
                sums = (rates / rates.sum(-1, keepdim=True)).cumsum(-1)
                chosen = (uniform[:, place, None] >= sums[:, :-1]).sum(-1)
            drawn.append(chosen)
            before = before + self.before[place, chosen]
        return torch.stack(drawn, dim=1)

    def config(self) -> dict[str, Any]:
        """JSON-serialisable configuration, without weights."""
        return {"vocabulary": self.vocabulary.entries(), "width": self.width, "hidden": self.hidden}

    def _logits(self, pooled: Tensor, before: Tensor) -> Tensor:
        hidden = torch.baddbmm(self.first_bias, torch.cat([pooled, before], dim=-1), self.first)
        logits = torch.baddbmm(self.second_bias, functional.silu(hidden), self.second)
        return logits.masked_fill(self.missing[:, None], _MASKED)

    def _logits_of(self, place: int, pooled: Tensor, before: Tensor) -> Tensor:
        hidden = torch.cat([pooled, before], dim=-1) @ self.first[place] + self.first_bias[place]
        logits = functional.silu(hidden) @ self.second[place] + self.second_bias[place]
        return logits.masked_fill(self.missing[place], _MASKED)


def tokens(texts: Sequence[ReadText]) -> tuple[Tensor, Tensor]:
    """Words int64 (B, L, 2) and mask bool (B, L) on the CPU: the language, then the ids of each word and its form."""
    length = 1 + max((len(text.ids) for text in texts), default=0)
    words = torch.zeros(len(texts), length, 2, dtype=torch.int64)
    mask = torch.zeros(len(texts), length, dtype=torch.bool)
    for row, text in enumerate(texts):
        words[row, 0, 0] = LANGUAGES.index(text.language)
        if text.ids:
            words[row, 1 : 1 + len(text.ids)] = torch.tensor(text.ids)
        mask[row, : 1 + len(text.ids)] = True
    return words, mask


def _letter_groups(forms: Sequence[str]) -> Tensor:
    """Hashed groups of three letters of each form, int64 (F, G), padded with 0."""
    rows = []
    for form in forms:
        framed = f"^{form}$"
        groups = [framed[start : start + 3] for start in range(max(1, len(framed) - 2))]
        rows.append([1 + zlib.crc32(group.encode()) % (GROUPS - 1) for group in groups])
    longest = max(map(len, rows), default=1)
    return torch.tensor([row + [0] * (longest - len(row)) for row in rows], dtype=torch.int64).reshape(-1, longest)
