"""AdamW as the trainings use it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import torch
from torch import nn

from mien.training.options import TrainingOptions

Groups = Iterable[nn.Parameter] | list[dict[str, Any]]


def adamw(parameters: Groups, options: TrainingOptions, betas: tuple[float, float] = (0.9, 0.99)) -> torch.optim.AdamW:
    """AdamW on parameters or parameter groups, with the options' rate and weight decay (Loshchilov and Hutter 2019)."""
    return torch.optim.AdamW(parameters, options.lr, betas=betas, weight_decay=options.weight_decay, fused=True)


def two_rates(module: nn.Module, part: nn.Module, lr: float, factor: float) -> list[dict[str, Any]]:
    """Two parameter groups: `module` without `part` at the rate `lr`, and `part` at `factor` times that rate."""
    known = {id(parameter) for parameter in part.parameters()}
    others = [parameter for parameter in module.parameters() if id(parameter) not in known]
    return [{"params": others, "lr": lr}, {"params": list(part.parameters()), "lr": lr * factor}]
