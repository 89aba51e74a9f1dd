"""The duration model: seconds per word of a text, learned from the lengths of motions only.

The length of a motion is modelled as the sum of its words' durations, each of which depends on the adjacent words only
("nods three times"). So the total length is enough supervision for the durations, which give each word a place in time
before the motion is sampled. It is like the duration model of speech synthesis (Ren et al., "FastSpeech", NeurIPS
2019), but needs no alignments.
"""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor, nn
from torch.nn import functional

from mien.text.encoder import TextEncoder, TokensEncoder
from mien.text.tokens import FIRST_WORD

HIDDEN = 64

SPARSITY_WEIGHT = 0.005
"""Weight of the sum of √duration over words; it favours solutions in which few words have a long duration."""


@dataclass(frozen=True)
class Alignment:
    """centres (B, L): middle of each word's time, as a fraction of the total. seconds (B,): predicted total."""

    centres: Tensor
    seconds: Tensor

    def doubled(self) -> Alignment:
        """The alignment of the batch concatenated with itself."""
        return Alignment(self.centres.repeat(2, 1), self.seconds.repeat(2))


class DurationModel(nn.Module):
    """Convolutional duration model with a receptive field of two words on either side, apart from the text encoder."""

    def __init__(self, text: TextEncoder) -> None:
        super().__init__()
        self.embedding: nn.Module
        if isinstance(text, TokensEncoder):
            self.embedding = nn.Embedding(FIRST_WORD + len(text.vocabulary), HIDDEN)
        else:
            self.embedding = nn.Linear(text.width, HIDDEN)
        self.conv1 = nn.Conv1d(HIDDEN, HIDDEN, 3, padding=1)
        self.conv2 = nn.Conv1d(HIDDEN, HIDDEN, 3, padding=1)
        self.projection = nn.Linear(HIDDEN, 1)
        nn.init.constant_(self.projection.bias, -2.0)  # softplus(−2) ≈ 1/8 s, so that initial totals are about right

    def forward(self, tokens: Tensor, mask: Tensor) -> Tensor:
        """Seconds (B, L), 0 outside mask (B, L), of token ids (B, L) or features (B, L, W)."""
        x = (self.embedding(tokens).float() * mask[..., None]).transpose(1, 2)
        x = functional.gelu(self.conv1(x)) * mask[:, None]
        x = x + functional.gelu(self.conv2(x)) * mask[:, None]
        return functional.softplus(self.projection(x.transpose(1, 2)).squeeze(-1)) * mask


def align_words(seconds: Tensor) -> Alignment:
    """Consecutive words with durations (B, L) in seconds. Without gradient: durations are learned from lengths only."""
    seconds = seconds.detach()
    total = seconds.sum(1).clamp(min=1e-3)
    return Alignment((seconds.cumsum(1) - seconds / 2) / total[:, None], total)


def duration_loss(seconds: Tensor, lengths: Tensor) -> Tensor:
    """Mean |log Σ durations − log length| for durations (B, L) and lengths (B,) in seconds, plus the sparsity term.

    L1, not L2, because some motions have long pauses that no word states.
    """
    error = (seconds.sum(1).clamp(min=1e-3).log() - lengths.log()).abs().mean()
    return error + SPARSITY_WEIGHT * seconds.clamp(min=1e-6).sqrt().sum(1).mean()
