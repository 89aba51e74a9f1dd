"""Diffusion: how motion becomes noise in training, and noise motion in sampling.

Variance-preserving noise whose level rises evenly in the logarithm of the signal-to-noise ratio (Kingma et al.,
"Variational Diffusion Models", NeurIPS 2021); the network predicts the clean motion; sampling is deterministic DDIM
(Song et al., ICLR 2021) with classifier-free guidance (Ho and Salimans, 2022).
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

STEPS = 50
"""Noise levels in training."""


LEAST_NOISE, MOST_NOISE = 3.0, -10.0
"""Logarithms of the ratio of signal to noise (variances) at the first and the last level; between them it falls evenly.

A gesture lasts for dozens of frames: under a cosine schedule it shows through all but the last few levels, and the
words are hardly needed to find it. Here half of the levels need them, and a third decide when exactly it happens.
"""


def signal_part(level: Tensor) -> Tensor:
    """ᾱ of levels (…) in 0 … 49: the part of the variance that is the motion's; .95 at 0, 5e-5 at 49."""
    ratio = LEAST_NOISE + (MOST_NOISE - LEAST_NOISE) * level.float() / (STEPS - 1)
    return torch.sigmoid(ratio)


def weight_of_level(level: Tensor) -> Tensor:
    """How much an error counts at levels (…): from 1 where little but the words is known to 6 where little is hidden.

    Where there is much noise errors are large and cannot be helped; unweighted they would drown what is to be learned
    where there is little: when exactly something happens, and how often.
    """
    ratio = LEAST_NOISE + (MOST_NOISE - LEAST_NOISE) * level.float() / (STEPS - 1)
    return 1 + 5 * torch.sigmoid(ratio + 3)


def noised(clean: Tensor, noise: Tensor, level: Tensor) -> Tensor:
    """What `clean` (B, …) is at `level` (B,): √ᾱ·clean + √(1 − ᾱ)·noise."""
    part = signal_part(level).to(clean).view(-1, *[1] * (clean.dim() - 1))
    return part.sqrt() * clean + (1 - part).sqrt() * noise


def sample(
    predict: Callable[[Tensor, Tensor], Tensor], noise: Tensor, steps: int, known: tuple[Tensor, Tensor] | None = None
) -> Tensor:
    """Clean motion (B, T, D) from `noise` (B, T, D) in `steps` steps of DDIM.

    predict: (noisy (B, T, D), level (B,)) → clean. known: motion (B, T, D) and a mask (B, T, 1) of what is given and
    must come out as it is (in-painting: at every step it is put in with its share of the noise).
    Raises ValueError for fewer than 1 or more than `STEPS` steps.
    """
    if not 1 <= steps <= STEPS:
        raise ValueError(f"sampling takes 1 to {STEPS} steps, not {steps}")
    levels = torch.linspace(STEPS - 1, 0, steps).round().long()
    x = noise
    clean = noise
    for at, level in enumerate(levels):
        batch_level = level.expand(len(noise)).to(noise.device)
        if known is not None:
            x = torch.where(known[1], noised(known[0], noise, batch_level), x)
        clean = predict(x, batch_level)
        if known is not None:
            clean = torch.where(known[1], known[0], clean)
        if at + 1 == len(levels):
            break
        now, after = signal_part(level), signal_part(levels[at + 1])
        direction = (x - now.sqrt() * clean) / (1 - now).sqrt()
        x = after.sqrt() * clean + (1 - after).sqrt() * direction
    return clean


def guided(with_words: Tensor, without: Tensor, scale: float) -> Tensor:
    """Classifier-free guidance: `scale` 1 is the prediction with words itself, more exaggerates what the words do."""
    return without + scale * (with_words - without)
