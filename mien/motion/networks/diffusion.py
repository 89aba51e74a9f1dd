"""Diffusion of motions: noise schedule, loss weights, DDIM sampling and classifier-free guidance.

Variance-preserving diffusion whose log-SNR falls linearly with the noise level (Kingma et al., "Variational Diffusion
Models", NeurIPS 2021), with x0-prediction. Sampling is deterministic DDIM (Song et al., ICLR 2021) with
classifier-free guidance (Ho and Salimans, 2022).
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

STEPS = 50
"""Number of noise levels in training."""


MAX_LOG_SNR, MIN_LOG_SNR = 3.0, -10.0
"""Log-SNR, log(ᾱ / (1 − ᾱ)), of the first and the last level; it falls linearly between them.

A gesture lasts dozens of frames. Under a cosine schedule it can be recognised at all but the last few levels, and the
text is hardly needed. With this schedule half of the levels need the text, and a third decide the exact timing.
"""


def _log_snr(level: Tensor) -> Tensor:
    return MAX_LOG_SNR + (MIN_LOG_SNR - MAX_LOG_SNR) * level.float() / (STEPS - 1)


def signal_variance(level: Tensor) -> Tensor:
    """ᾱ of levels (…) in 0 … 49, the fraction of the variance that is signal: .95 at level 0, 5e-5 at level 49."""
    return torch.sigmoid(_log_snr(level))


def loss_weight(level: Tensor) -> Tensor:
    """Loss weight of levels (…): 1 + 5·SNR / (SNR + e⁻³), from 1 at the highest noise to 6 at the lowest.

    It grows with the SNR and is bounded, like min-SNR weighting with γ = 5 (Hang et al., ICCV 2023). Errors at high
    noise are large and mostly irreducible; unweighted, they would dominate those at low noise, where exact timing and
    counts are learned.
    """
    return 1 + 5 * torch.sigmoid(_log_snr(level) + 3)


def add_noise(clean: Tensor, noise: Tensor, level: Tensor) -> Tensor:
    """The noisy motion of `clean` (B, …) at `level` (B,): √ᾱ·clean + √(1 − ᾱ)·noise."""
    signal = signal_variance(level).to(clean).view(-1, *[1] * (clean.dim() - 1))
    return signal.sqrt() * clean + (1 - signal).sqrt() * noise


def sample(
    predict: Callable[[Tensor, Tensor], Tensor], noise: Tensor, steps: int, known: tuple[Tensor, Tensor] | None = None
) -> Tensor:
    """Clean motion (B, T, D) from `noise` (B, T, D) in `steps` steps of DDIM.

    predict: (noisy (B, T, D), level (B,)) → clean. known: motion (B, T, D) and mask (B, T, 1) of the frames to keep
    (in-painting: at every step they are replaced by the known motion at the current noise level).
    Raises ValueError for fewer than 1 or more than `STEPS` steps.
    """
    if not 1 <= steps <= STEPS:
        raise ValueError(f"sampling takes 1 to {STEPS} steps, not {steps}")
    levels = torch.linspace(STEPS - 1, 0, steps).round().long()
    x = clean = noise
    for number, level in enumerate(levels):
        batch_level = level.expand(len(noise)).to(noise.device)
        if known is not None:
            x = torch.where(known[1], add_noise(known[0], noise, batch_level), x)
        clean = predict(x, batch_level)
        if known is not None:
            clean = torch.where(known[1], known[0], clean)
        if number + 1 == len(levels):
            break
        current, next_signal = signal_variance(level), signal_variance(levels[number + 1])
        direction = (x - current.sqrt() * clean) / (1 - current).sqrt()
        x = next_signal.sqrt() * clean + (1 - next_signal).sqrt() * direction
    return clean


def guided(conditional: Tensor, unconditional: Tensor, scale: float | Tensor) -> Tensor:
    """Classifier-free guidance: unconditional + scale · (conditional − unconditional)."""
    return unconditional + scale * (conditional - unconditional)
