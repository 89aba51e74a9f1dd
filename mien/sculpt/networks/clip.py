"""CLIP of heads: texts and pictures in one space (Radford et al., ICML 2021), with classifiers of every attribute.

The picture encoder learns the options of all attributes first. The embeddings of pictures are made of what its
classifiers say, those of texts by a reader of the words; both are then learned by contrast.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

import torch
from torch import Tensor, nn
from torch.nn import functional

from mien.networks.text_attention import TextAttention
from mien.sculpt.corpus.truth import option_columns, option_slices
from mien.sculpt.networks.pictures import SharedNetwork, TwoTowers
from mien.text.encoder import TextEncoder, build_encoder, features_of, read_tokens
from mien.training.model_folder import load_network

KIND, JUDGE_KIND = "head_clip", "head_clip_judge"

Architecture = Literal["towers", "shared"]

_QUERIES = 12  # of the text attention
_FLOOR = -6.0  # log-probabilities below it are as good as this
_LEAST = 0.05
_LENGTHS = 4  # groups of texts of similar length in a large batch


class _AttentionReader(nn.Module):
    """Word features (B, L, W) → (B, `width`) by attention pooling."""

    def __init__(self, text_width: int, width: int) -> None:
        super().__init__()
        inner = width * 3 // 8
        self.attention = TextAttention(text_width, inner, _QUERIES)
        self.out = nn.Sequential(nn.Flatten(), nn.Linear(_QUERIES * inner, 2 * width), nn.SiLU())

    def forward(self, words: Tensor, mask: Tensor) -> Tensor:
        return self.out(self.attention(words, mask))  # type: ignore[no-any-return]


class _ConvolutionReader(nn.Module):
    """Word features (B, L, W) → (B, 2 · `width`) by convolutions over words and pooling (Kim, EMNLP 2014)."""

    def __init__(self, text_width: int, width: int) -> None:
        super().__init__()
        self.first, self.second = (nn.Conv1d(before, width, 3, padding=1) for before in (text_width, width))

    def forward(self, words: Tensor, mask: Tensor) -> Tensor:
        valid = mask[:, None]
        x = words.transpose(1, 2) * valid
        for convolution in (self.first, self.second):
            x = functional.silu(convolution(x)) * valid
        largest = x.masked_fill(~valid, -1e4).amax(dim=2)
        return torch.cat([largest, x.sum(dim=2) / valid.sum(dim=2).clamp(min=1)], dim=1)


class HeadClip(nn.Module):
    """Texts and pictures → unit-norm embeddings (N, `embedding`).

    architecture: "towers": whole and face apart and attention to words, the guide; "shared": one network for both and
    convolutions over words, the judge. crops, size: of its pictures. channels, width: of the picture encoder and its
    features.
    """

    chance: Tensor

    def __init__(
        self,
        text: TextEncoder,
        architecture: Architecture,
        crops: Sequence[str],
        size: int,
        channels: int,
        width: int,
        embedding: int,
    ) -> None:
        super().__init__()
        self.text, self.architecture, self.crops, self.size = text, architecture, tuple(crops), size
        self.channels, self.width, self.embedding = channels, width, embedding
        towers = architecture == "towers"
        if len(self.crops) != 2:
            raise ValueError(f"it sees two crops, not {', '.join(self.crops)}")
        self.pictures = (TwoTowers if towers else SharedNetwork)(size, channels, width)
        self.classifiers = nn.Linear(width, option_columns())
        counts = [own.stop - own.start for own in option_slices().values()]
        chance = torch.cat([torch.full((count,), 1 / count) for count in counts])
        self.register_buffer("chance", chance, persistent=False)
        self.reader = (_AttentionReader if towers else _ConvolutionReader)(text.width, width)
        self.refusals = nn.Linear(2 * width, option_columns())
        self.picture_embedding, self.text_embedding = (nn.Linear(option_columns(), embedding, bias=False) for _ in "12")
        nn.init.constant_(self.refusals.bias, -3.0)
        nn.init.orthogonal_(self.picture_embedding.weight)
        with torch.no_grad():  # one projection of options for both: so a text fits before anything was contrasted
            self.text_embedding.weight.copy_(self.picture_embedding.weight)
        self.log_scale = nn.Parameter(torch.tensor(3.2))

    def features(self, pictures: Tensor) -> Tensor:
        """Features (B, `width`) of pictures (B, C, 3, S, S) in [0, 1], with which the classifiers begin."""
        return self.pictures(pictures)  # type: ignore[no-any-return]

    def log_probabilities(self, features: Tensor) -> Tensor:
        """Log-probabilities (B, O) of the options of all attributes, see `option_slices`, of picture features."""
        logits = self.classifiers(features).float()
        return torch.cat([logits[:, own].log_softmax(dim=1) for own in option_slices().values()], dim=1)

    def embed_pictures(self, pictures: Tensor) -> Tensor:
        """Embeddings (B, E) of pictures (B, C, 3, S, S) in [0, 1]."""
        return self.embed_said(self.log_probabilities(self.features(pictures)))

    def embed_said(self, log_probabilities: Tensor) -> Tensor:
        """Embeddings (B, E) of what the classifiers say of pictures.

        Of nothing else, for the features themselves know the people that they were trained on one by one.
        """
        said = log_probabilities.clamp(min=_FLOOR) / -_FLOOR
        centred = torch.cat([one - one.mean(dim=1, keepdim=True) for one in self._apart(said)], dim=1)
        return functional.normalize(self.picture_embedding(centred).float(), dim=1)

    def embed_tokens(self, tokens: Tensor, mask: Tensor) -> Tensor:
        """Embeddings (B, E) of texts; input of `mien.text.encoder.read_tokens`."""
        return self.embed_read(self.read_words(tokens, mask))

    def read_words(self, tokens: Tensor, mask: Tensor) -> Tensor:
        """Logits (B, O) that an option contradicts texts; input of `read_tokens`."""
        # texts of similar length together: half of the padding of a batch is that of its longest texts
        lengths = mask.sum(dim=1)
        order = lengths.argsort(stable=True)
        parts = []
        for rows in order.chunk(_LENGTHS if len(tokens) >= 16 * _LENGTHS else 1):
            longest = int(lengths[rows].max())
            own = tokens[rows, :longest], mask[rows, :longest]
            parts.append(self.reader(features_of(self.text, *own), own[1]))
        return self.refusals(torch.cat(parts)[order.argsort()]).float()  # type: ignore[no-any-return]

    def embed_read(self, refusals: Tensor) -> Tensor:
        """Embeddings (B, E) of logits (B, O) that options contradict texts.

        Of the share of each option among those that a text accepts, beyond the share by chance, where it speaks of the
        attribute at all; so its product with the log-probabilities is about the likelihood of what the text says.
        """
        shares = []
        for refused, chance in zip(self._apart(refusals.sigmoid()), self._apart(self.chance), strict=True):
            stated = refused.amax(dim=1, keepdim=True)
            accepted = (1 - refused) * stated
            shares.append(accepted / accepted.sum(dim=1, keepdim=True).clamp(min=_LEAST) - stated * chance)
        return functional.normalize(self.text_embedding(torch.cat(shares, dim=1)).float(), dim=1)

    def _apart(self, columns: Tensor) -> tuple[Tensor, ...]:
        """Columns (…, O) of all options by attribute."""
        return columns.split([own.stop - own.start for own in option_slices().values()], dim=-1)

    def read(self, texts: Sequence[str]) -> tuple[Tensor, Tensor]:
        """Tokens and mask of texts; one without words is a comma."""
        spelled = [self.text.spelled_out(text) for text in texts]
        return read_tokens(self.text, [text if any(map(str.isalnum, text)) else "," for text in spelled])

    @property
    def device(self) -> torch.device:
        """Where the weights are."""
        return self.log_scale.device

    def config(self) -> dict[str, Any]:
        """JSON-serialisable configuration, without weights."""
        return {
            "text": self.text.config(), "architecture": self.architecture, "crops": list(self.crops),
            "size": self.size, "channels": self.channels, "width": self.width, "embedding": self.embedding,
        }  # fmt: skip

    @classmethod
    def load(cls, folder: Path) -> HeadClip:
        """The model in `folder`, in evaluation mode. Raises ValueError if there is none or it is damaged."""

        def build(content: Mapping[str, Any]) -> HeadClip:
            own = dict(content["model"])
            return cls(build_encoder(own.pop("text")), **own)

        return load_network(folder, (KIND, JUDGE_KIND), build)[0]
