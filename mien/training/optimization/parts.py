"""Everything that a training saves, restores and schedules, by name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TypeVar

import torch
from torch import Tensor, nn

from mien.training.checkpoint import load_module, load_optimizer, module_tensors, optimizer_tensors
from mien.training.device import place
from mien.training.optimization.ema import Ema
from mien.training.options import Precision

Module = TypeVar("Module", bound=nn.Module)
Optimizer = TypeVar("Optimizer", bound=torch.optim.Optimizer)


class Parts:
    """Modules, averaged weights and optimisers of a training, each under a name.

    Whatever the next step depends on is registered here, so that `tensors` and `restore` make a checkpoint complete.
    """

    def __init__(self) -> None:
        self.modules: dict[str, nn.Module] = {}
        self.averages: dict[str, Ema[nn.Module]] = {}
        self.optimizers: dict[str, torch.optim.Optimizer] = {}

    def module(self, name: str, module: Module) -> Module:
        """Register a module."""
        self.modules[name] = module
        return module

    def average(self, name: str, module: Module, decay: float, pretrained: bool = False) -> Ema[Module]:
        """Register an exponential moving average of a registered module; see `Ema`."""
        ema = Ema(module, decay, pretrained)
        self.averages[name] = ema  # type: ignore[assignment]  # Ema is invariant, the average is only read
        return ema

    def optimizer(self, name: str, optimizer: Optimizer, scheduled: bool = True) -> Optimizer:
        """Register an optimiser. scheduled: its rates follow the schedule, else they stay constant."""
        for group in optimizer.param_groups:
            group["peak_lr"], group["scheduled"] = group["lr"], scheduled
        self.optimizers[name] = optimizer
        return optimizer

    def include(self, other: Parts) -> None:
        """Register what `other` holds, under the same names."""
        self.modules |= other.modules
        self.averages |= other.averages
        self.optimizers |= other.optimizers

    def place(self, device: torch.device, precision: Precision = "float32") -> None:
        """Move modules and averages to a device, for training in `precision`; before the first step."""
        for module in (*self.modules.values(), *(ema.average for ema in self.averages.values())):
            place(module, device, precision)

    def set_rates(self, factor: float) -> None:
        """Set each scheduled learning rate to its peak times `factor` in (0, 1]."""
        for optimizer in self.optimizers.values():
            for group in optimizer.param_groups:
                group["lr"] = group["peak_lr"] * (factor if group["scheduled"] else 1.0)

    def tensors(self) -> dict[str, Tensor]:
        """Everything that the next step depends on, by name."""
        found: dict[str, Tensor] = {}
        for name, module in self.modules.items():
            found |= module_tensors(name, module)
        for name, ema in self.averages.items():
            found |= module_tensors(name, ema.average)
        for name, optimizer in self.optimizers.items():
            found |= optimizer_tensors(name, optimizer)
        return found

    def restore(self, tensors: Mapping[str, Tensor]) -> None:
        """Load what `tensors` returned. Raises RuntimeError when names or shapes do not fit."""
        for name, module in self.modules.items():
            load_module(name, module, tensors)
        for name, ema in self.averages.items():
            load_module(name, ema.average, tensors)
        for name, optimizer in self.optimizers.items():
            load_optimizer(name, optimizer, tensors)


def minimise(optimizer: torch.optim.Optimizer, loss: Tensor, gradient_norm: float | None = None) -> None:
    """One step of an optimiser on a scalar loss; gradients are clipped to a total norm of `gradient_norm`."""
    optimizer.zero_grad(set_to_none=True)
    loss.backward()
    if gradient_norm is not None:
        nn.utils.clip_grad_norm_(_parameters(optimizer), gradient_norm)
    optimizer.step()


def _parameters(optimizer: torch.optim.Optimizer) -> Iterable[Tensor]:
    return (parameter for group in optimizer.param_groups for parameter in group["params"])
