"""The prior: text → a distribution over latents, a mixture whose components are the options of the attributes.

    p(z | text) = Π_a Σ_o p(o | text, a) p(z_a | o)

The network gives p(o | text, a) for every attribute a, and the probability that the text speaks of a at all, so that a
request for a change moves nothing else; p(z_a | o), the latents of an option, are those of the corpus.
Every attribute reads the words by an attention query of its own, so that combinations that no caption had are composed
of what their words mean elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from mien.networks.text_attention import TextAttention
from mien.sculpt.corpus.attributes import attributes
from mien.sculpt.corpus.lexicon.other_words import OTHER_WORDS
from mien.sculpt.corpus.lexicon.related import RELATED
from mien.sculpt.corpus.lexicon.shown import unshown
from mien.text.encoder import TextEncoder, TokensEncoder, build_encoder, features_of, read_tokens, words
from mien.text.interface import UnknownWord
from mien.text.spelling import corrected, distance
from mien.text.unshown import unshown_notes
from mien.training.model_folder import load_network

KIND = "head_prior"

_SHORTEST_MISSPELT = 5
"""Letters from which on a word is told to be near a known one: shorter ones are rather words of their own."""

_UNDER_18 = (
    r"(?:\d|1[0-7]|(?<!ty )(?<!ty-)(?<!hundred and )(?:one|two|three|four|five|six|seven|eight|nine)|ten|eleven|twelve|"
    r"(?:thir|four|fif|six|seven)teen)"
)
"""A number under 18, in figures or words, and no end of a larger one: "thirty five"."""
_CHILD = re.compile(
    rf"\b{_UNDER_18}(?P<years>(?:\s|-)*(?:years?|yrs?)\b)(?!\s+(?:older|younger|more|less)\b)|"
    rf"\b(?P<aged>aged|age|age of)\s+{_UNDER_18}\b(?!-)|"
    rf"\b(?P<person>boy|girl|kid|child|lad|man|woman|person|guy|lady|male|female)\s+of\s+{_UNDER_18}\b"
    r"(?=\s*(?:$|[,.;!?]|(?:with|and|in|who|smiling|wearing|having)\b))",
    re.IGNORECASE,
)
"""An age under 18; all heads are adults, so it is read as 18."""
_CHILDREN = re.compile(
    r"\b(?:kids?|child|children|toddlers?|infants?|newborns?|(?:little|small) (?:boy|girl)s?|schoolchild|preschooler|"
    r"bab(?:y|ies)(?!['’]|(?:\s|-)+(?:blue|pink|face|faced|smooth|soft|skin|hair|fringe|bangs)\b))\b(?!['’-])",
    re.IGNORECASE,
)


def names_a_child(text: str) -> bool:
    """Whether a text asks for a child, or gives an age under 18."""
    return _CHILD.search(text) is not None or _CHILDREN.search(text) is not None


def as_adult(text: str) -> str:
    """The text with an age under 18 as 18."""
    return _CHILD.sub(_of_18, text)


def _of_18(found: re.Match[str]) -> str:
    if found["years"]:
        return f"18{found['years']}"
    return f"{found['aged']} 18" if found["aged"] else f"{found['person']} aged 18"


@dataclass(frozen=True, eq=False)
class Reading:
    """What a text says. options: log-probabilities (O,) of the options of every attribute; named: how probable it is
    that the text speaks of the attribute, in [0, 1]."""

    options: Mapping[str, NDArray[np.float64]]
    named: Mapping[str, float]

    def asked(self, least: float = 0.5) -> tuple[str, ...]:
        """The attributes of which the text speaks."""
        return tuple(name for name, rate in self.named.items() if rate > least)

    def likeliest(self) -> dict[str, str]:
        """The most probable option of every attribute."""
        return {name: attributes()[name].options[int(logs.argmax())] for name, logs in self.options.items()}


class HeadPrior(nn.Module):
    """Texts → logits of the options of every attribute. width: of the attention; hidden: of each attribute's layer."""

    missing: Tensor

    def __init__(self, text: TextEncoder, width: int, hidden: int) -> None:
        super().__init__()
        self.text, self.width, self.hidden = text, width, hidden
        self.sizes = {name: len(one.options) for name, one in attributes().items()}
        count, largest = len(self.sizes), max(self.sizes.values())
        self.attention = TextAttention(text.width, width, count)
        self.first = nn.Parameter(torch.randn(count, width, hidden) * width**-0.5)
        self.first_bias = nn.Parameter(torch.zeros(count, 1, hidden))
        self.second = nn.Parameter(torch.randn(count, hidden, largest + 1) * hidden**-0.5)
        self.second_bias = nn.Parameter(torch.zeros(count, 1, largest + 1))
        missing = torch.tensor([[number >= size for number in range(largest)] for size in self.sizes.values()])
        self.register_buffer("missing", missing, persistent=False)

    def forward(self, tokens: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        """Logits (A, B, O) of the options of A attributes, and (A, B) of their being named; input of `read_tokens`.

        Beyond the options of an attribute the logits are -1e4.
        """
        words = features_of(self.text, tokens, mask)
        pooled = self.attention(words, mask).transpose(0, 1)
        hidden = torch.nn.functional.silu(torch.baddbmm(self.first_bias, pooled, self.first))
        logits = torch.baddbmm(self.second_bias, hidden, self.second)
        return logits[..., :-1].masked_fill(self.missing[:, None], -1e4), logits[..., -1]

    @torch.no_grad()
    def read(self, texts: Sequence[str]) -> list[Reading]:
        """What the network makes of each text."""
        device = self.first.device
        tokens, mask = (tensor.to(device) for tensor in read_tokens(self.text, [self.plain(text) for text in texts]))
        logits, named = self(tokens, mask)
        logs, rates = logits.float().cpu().log_softmax(dim=-1), named.float().cpu().sigmoid()
        return [
            Reading(
                {
                    name: logs[place, row, :size].double().numpy()
                    for place, (name, size) in enumerate(self.sizes.items())
                },
                {name: float(rates[place, row]) for place, name in enumerate(self.sizes)},
            )
            for row in range(len(texts))
        ]

    def plain(self, text: str) -> str:
        """The text as the network reads it: without unknown words, and one comma where no word is left."""
        text = as_adult(text)
        if not isinstance(self.text, TokensEncoder):
            return text if any(map(str.isalnum, text)) else ","
        known = set(self.text.vocabulary)
        kept = [word for word in words(self.text.spelled_out(text)) if word == "," or word in known]
        return " ".join(kept) if set(kept) - {","} else ","

    def unknown_words(self, text: str) -> tuple[UnknownWord, ...]:
        """The words that the network has never seen, with the nearest known ones: by meaning, else by spelling."""
        found = self.text.unknown_words(text)
        return tuple(UnknownWord(one.word, RELATED.get(one.word, one.suggestions)) for one in found)

    def unshown_notes(self, text: str) -> tuple[str, ...]:
        """What of a text no head shows, known word or not, in one sentence; signs that are not read, one each."""
        unknown = self.unknown_words(text)
        if not isinstance(self.text, TokensEncoder):
            return tuple(one.note for one in unknown)
        left = unshown(as_adult(self.text.spelled_out(text)))
        nearest = {word: RELATED.get(word) or _meant(word, self.text.vocabulary) for word in left}
        signs = (one.note for one in unknown if not any(map(str.isalnum, one.word)))
        return (*unshown_notes(left, nearest), *signs)

    def config(self) -> dict[str, Any]:
        """JSON-serialisable configuration, without weights."""
        return {"text": self.text.config(), "width": self.width, "hidden": self.hidden}

    @classmethod
    def load(cls, folder: Path) -> HeadPrior:
        """The prior in `folder`, in evaluation mode. Raises ValueError if there is none or it is damaged."""

        def build(content: Mapping[str, Any]) -> HeadPrior:
            own = dict(content["model"])
            return cls(build_encoder(own.pop("text")), **own)

        return load_network(folder, (KIND,), build)[0]


def _meant(word: str, vocabulary: Sequence[str]) -> tuple[str, ...]:
    """The known word that an unknown one may be a misspelling of: a slip away from it."""
    if len(word) < _SHORTEST_MISSPELT or word in vocabulary or word in OTHER_WORDS:
        return ()
    meant = corrected(word, vocabulary)
    return () if meant is None or distance(word, meant) > 1 else (meant,)
