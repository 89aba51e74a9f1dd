"""The exponential moving average of a network's weights, which generates better than the weights themselves."""

from __future__ import annotations

import copy
from typing import Generic, TypeVar

import torch
from torch import nn

Module = TypeVar("Module", bound=nn.Module)


class Ema(Generic[Module]):
    """Holds `average`, a copy of a module that follows it: average ← d·average + (1 − d)·module.

    `decay` d in [0, 1) is reached gradually, d(t) = min(decay, (1 + t) / (10 + t)), so that the first random weights
    are soon forgotten. Buffers are copied.
    """

    def __init__(self, module: Module, decay: float) -> None:
        self.decay = decay
        self.average = copy.deepcopy(module).eval().requires_grad_(False)

    @torch.no_grad()
    def update(self, module: Module, step: int) -> None:
        """Take the module's weights into the average; `step` counts updates from 0."""
        decay = min(self.decay, (1 + step) / (10 + step))
        averages = [parameter.data for parameter in self.average.parameters()]
        current = [parameter.data for parameter in module.parameters()]
        torch._foreach_lerp_(averages, current, 1 - decay)
        for kept, buffer in zip(self.average.buffers(), module.buffers(), strict=True):
            kept.copy_(buffer)
