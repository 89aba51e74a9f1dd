"""When the words of a sentence have their turn: how long each takes, learned from the lengths of motions alone.

What a sentence asks for takes as long as its words together, and every word's time depends on the words right beside it
only ("nods three times"). So one number a motion, its length, is enough to tell the words' own times apart, and the
words are laid out in time before anything moves. It is what a duration model is to speech synthesis (Ren et al.,
"FastSpeech", NeurIPS 2019), without its alignments.
"""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor, nn
from torch.nn import functional

from mien.text.encoder import TextEncoder, TokensEncoder
from mien.text.tokens import FIRST_WORD

WIDTH = 64

FEW_WORDS = 0.005
"""Weight of the sum of the square roots of all words' times: of all ways to share a length out, one to few words."""


@dataclass(frozen=True)
class Layout:
    """centres (B, L): the middle of each word's time, a part of the whole. seconds (B,): the whole, at usual pace."""

    centres: Tensor
    seconds: Tensor

    def twice(self) -> Layout:
        """For a batch that stands there twice."""
        return Layout(self.centres.repeat(2, 1), self.seconds.repeat(2))


class WordTimes(nn.Module):
    """Seconds for each word from itself and two words on either side, whatever reads the sentence for the motion."""

    def __init__(self, text: TextEncoder) -> None:
        super().__init__()
        self.enter: nn.Module
        if isinstance(text, TokensEncoder):
            self.enter = nn.Embedding(FIRST_WORD + len(text.vocabulary), WIDTH)
        else:
            self.enter = nn.Linear(text.width, WIDTH)
        self.near = nn.Conv1d(WIDTH, WIDTH, 3, padding=1)
        self.farther = nn.Conv1d(WIDTH, WIDTH, 3, padding=1)
        self.leave = nn.Linear(WIDTH, 1)
        nn.init.constant_(self.leave.bias, -2.0)  # an eighth of a second: sentences start out about as long as they are

    def forward(self, tokens: Tensor, mask: Tensor) -> Tensor:
        """Seconds (B, L), 0 beyond mask (B, L), for ids (B, L) or features (B, L, W) of tokens."""
        x = (self.enter(tokens).float() * mask[..., None]).transpose(1, 2)
        x = functional.gelu(self.near(x)) * mask[:, None]
        x = x + functional.gelu(self.farther(x)) * mask[:, None]
        return functional.softplus(self.leave(x.transpose(1, 2)).squeeze(-1)) * mask


def lay_out(seconds: Tensor) -> Layout:
    """One word after the other, for seconds (B, L). Nothing flows back: what a word's time is, only lengths say."""
    seconds = seconds.detach()
    whole = seconds.sum(1).clamp(min=1e-3)
    return Layout((seconds.cumsum(1) - seconds / 2) / whole[:, None], whole)


def length_error(seconds: Tensor, lengths: Tensor) -> Tensor:
    """How far words' seconds (B, L) are from lengths (B,) in seconds, in logarithms, plus `FEW_WORDS`' part.

    Absolute, not squared: some motions rest for long, and no word says so.
    """
    off = (seconds.sum(1).clamp(min=1e-3).log() - lengths.log()).abs().mean()
    return off + FEW_WORDS * seconds.clamp(min=1e-6).sqrt().sum(1).mean()
