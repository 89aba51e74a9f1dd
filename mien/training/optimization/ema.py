"""Exponential moving average (EMA) of a network's weights."""

from __future__ import annotations

import copy
from typing import Generic, TypeVar

import torch
from torch import nn

Module = TypeVar("Module", bound=nn.Module)


class Ema(Generic[Module]):
    """Holds `average`, a copy of a module that follows it: average ← d·average + (1 − d)·module.

    `decay` d in [0, 1) is reached gradually, d(t) = min(decay, (1 + t) / (10 + t)), so that random first weights are
    soon forgotten; a `pretrained` module has the full decay from the first step. Buffers are copied.
    """

    def __init__(self, module: Module, decay: float, pretrained: bool = False) -> None:
        self.module, self.decay, self.pretrained = module, decay, pretrained
        self.average = copy.deepcopy(module).eval().requires_grad_(False)

    @torch.no_grad()
    def update(self, step: int) -> None:
        """Update the average; `step` counts updates from 0."""
        decay = self.decay if self.pretrained else min(self.decay, (1 + step) / (10 + step))
        averages = [parameter.data for parameter in self.average.parameters()]
        current = [parameter.data for parameter in self.module.parameters()]
        torch._foreach_lerp_(averages, current, 1 - decay)
        for kept, buffer in zip(self.average.buffers(), self.module.buffers(), strict=True):
            kept.copy_(buffer)
