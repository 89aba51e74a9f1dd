"""The loss of a generator and its discriminator: R3GAN (Huang et al., "The GAN is dead; long live the GAN!", 2024)."""

from __future__ import annotations

import torch
from torch import Tensor, nn


def paired_relativistic_loss(better: Tensor, worse: Tensor) -> Tensor:
    """Mean softplus(−(better − worse)) of scores (N,), pair by pair (eq. 2 there)."""
    return nn.functional.softplus(worse - better).mean()


def gradient_penalty(scores: Tensor, *seen: Tensor) -> Tensor:
    """Mean over N of ‖∂score/∂seen‖² (R1 on what is real, R2 on what is generated), for scores (N,) of what a
    discriminator has seen, each (N, …)."""
    gradients = torch.autograd.grad(scores.sum(), seen, create_graph=True)
    return torch.stack([gradient.flatten(1).square().sum(1).mean() for gradient in gradients]).sum()
