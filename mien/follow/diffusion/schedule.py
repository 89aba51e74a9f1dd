"""Noise of the video diffusion: schedule, scaling of the network, noise that frames share, sampling.

Variance-preserving diffusion with x0-prediction; the log-SNR falls linearly with the level (Kingma et al., NeurIPS
2021). The network's output is scaled as in EDM (Karras et al., NeurIPS 2022). Frames of a clip share part
of their noise (PYoCo: Ge et al., ICCV 2023). Sampling is deterministic DDIM (Song et al., ICLR 2021).
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

MAX_LOG_SNR, MIN_LOG_SNR = -1.0, -9.0
"""Log-SNR at levels 0 and 1. The end is low: means over thousands of pixels show large areas through much noise.

The start is low too: the last prediction is the mean of what noise of that level leaves open. A network that is trained
for a minute and a half learns where and in which colours things are; it does not learn to take fine noise away, and
frames that are denoised further are grainy instead of soft (root-mean-square error .19 instead of .17).
"""

DATA_DEVIATION = 0.5
"""Standard deviation of pixels in [−1, 1]."""

SHARED = 0.5
"""Part of the noise variance that is the same in all frames of a clip."""


def log_snr(level: Tensor) -> Tensor:
    """Log-SNR of levels (…) in [0, 1]."""
    return MAX_LOG_SNR + (MIN_LOG_SNR - MAX_LOG_SNR) * level


def signal_variance(level: Tensor) -> Tensor:
    """ᾱ of levels (…): the fraction of the variance that is signal."""
    return torch.sigmoid(log_snr(level))


def add_noise(clean: Tensor, noise: Tensor, level: Tensor) -> Tensor:
    """The noisy frames of `clean` (B, …) at `level` (B,): √ᾱ·clean + √(1 − ᾱ)·noise."""
    signal = _rows(signal_variance(level), clean)
    return signal.sqrt() * clean + (1 - signal).sqrt() * noise


def scales(level: Tensor) -> tuple[Tensor, Tensor]:
    """(skip, output) of levels (B,): x0 = skip · noisy + output · network(skip · noisy).

    The skip term is the linear minimum-mean-square-error estimate of x0, the output factor its residual deviation. It
    is also the network's input, so that nearly nothing enters where there is nearly nothing but noise.
    """
    signal = signal_variance(level)
    total = signal * DATA_DEVIATION**2 + 1 - signal
    return signal.sqrt() * DATA_DEVIATION**2 / total, DATA_DEVIATION * ((1 - signal) / total).sqrt()


def scaled(values: Tensor, factor: Tensor) -> Tensor:
    """Values (B, …) times factors (B,)."""
    return values * _rows(factor, values)


def clip_noise(shared: Tensor, own: Tensor) -> Tensor:
    """Noise (B, T, 3, h, w) of unit variance from the clip's (B, 3, h, w) and the frames' own (B, T, 3, h, w)."""
    return SHARED**0.5 * shared[:, None] + (1 - SHARED) ** 0.5 * own


def sample(predict: Callable[[Tensor, Tensor], Tensor], noise: Tensor, steps: int) -> Tensor:
    """Clean frames (B, …) from `noise` (B, …) in `steps` steps. predict: (noisy (B, …), level (B,)) → clean.

    Raises ValueError for fewer than 1 step.
    """
    if steps < 1:
        raise ValueError(f"sampling takes at least 1 step, not {steps}")
    levels = torch.linspace(1, 0, steps, device=noise.device)
    x = clean = noise
    for number, level in enumerate(levels):
        clean = predict(x, level.expand(len(noise))).clamp(-1, 1)
        if number + 1 == steps:
            break
        current, following = signal_variance(level), signal_variance(levels[number + 1])
        direction = (x - current.sqrt() * clean) / (1 - current).sqrt()
        x = following.sqrt() * clean + (1 - following).sqrt() * direction
    return clean


def _rows(factor: Tensor, values: Tensor) -> Tensor:
    return factor.to(values).view(-1, *[1] * (values.dim() - 1))
