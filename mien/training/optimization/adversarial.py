"""Adversaries: a discriminator with its optimiser, and R3GAN's losses.

Huang et al., "The GAN is dead; long live the GAN! A modern GAN baseline", NeurIPS 2024.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any, Generic, TypeVar

import torch
from torch import Tensor, nn

from mien.training.distributed import distribute
from mien.training.optimization.parts import Parts, minimise

Discriminator = TypeVar("Discriminator", bound=nn.Module)
Values = dict[str, Tensor]


class Adversary(ABC, Generic[Discriminator]):
    """A discriminator and its optimiser: `train_step` trains it, a subclass adds the generator's loss.

    name: prefix of its parts in a checkpoint. scheduled: whether its learning rate follows the training's schedule.
    """

    def __init__(
        self,
        name: str,
        discriminator: Discriminator,
        lr: float,
        betas: tuple[float, float],
        weight_decay: float = 0.0,
        scheduled: bool = False,
        optimizer: type[torch.optim.Adam] = torch.optim.AdamW,
    ) -> None:
        self.discriminator, self.parts = discriminator, Parts()
        self.parts.module(f"{name}_discriminator", discriminator)
        trained = [parameter for parameter in discriminator.parameters() if parameter.requires_grad]
        self.optimizer = self.parts.optimizer(
            f"{name}_optimizer", optimizer(trained, lr, betas, weight_decay=weight_decay), scheduled
        )
        self._objective: Callable[..., tuple[Tensor, Values]] = self.objective

    @abstractmethod
    def objective(self, *batch: Any) -> tuple[Tensor, Values]:
        """The discriminator's loss, a scalar, and detached values for the curves."""

    def distribute(self, device: torch.device) -> None:
        """Synchronise gradients between the ranks of a distributed training, where there are several."""
        self._objective = distribute(self.objective, {"discriminator": self.discriminator}, device)

    def train_step(self, *batch: Any) -> Values:
        """One step of the discriminator on `objective`; returns its values."""
        loss, values = self._objective(*batch)
        minimise(self.optimizer, loss)
        return values


def paired_relativistic_loss(better: Tensor, worse: Tensor) -> Tensor:
    """Mean softplus(−(better − worse)) of scores (N,), pair by pair (eq. 2 there)."""
    return nn.functional.softplus(worse - better).mean()


def gradient_penalty(scores: Tensor, *inputs: Tensor) -> Tensor:
    """Mean over N of ‖∂score/∂input‖² (R1 on real, R2 on generated samples), for scores (N,) of inputs (N, …)."""
    gradients = torch.autograd.grad(scores.sum(), inputs, create_graph=True)
    return torch.stack([gradient.flatten(1).square().sum(1).mean() for gradient in gradients]).sum()
