"""What a system says about one training: its parts, its batches and its loss."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any, ClassVar, Generic, TypeVar

import torch
from torch import Tensor

from mien.training.device import autocast
from mien.training.distributed import Ranks
from mien.training.optimization.adversarial import Adversary
from mien.training.optimization.parts import Parts
from mien.training.options import TrainingOptions
from mien.training.randomness import torch_generator

Batch = TypeVar("Batch")
Values = dict[str, Tensor]


@dataclass(frozen=True)
class Step:
    """One step of a training: how far it is, and its random numbers.

    Random numbers are a function of (seed, purpose, step, index in the global batch): they do not depend on the number
    of ranks, nor on where a training was interrupted. number: steps before this one; steps: in all.
    """

    number: int
    steps: int
    options: TrainingOptions
    device: torch.device = field(default_factory=lambda: torch.device("cpu"))
    ranks: Ranks = field(default_factory=Ranks)

    @property
    def progress(self) -> float:
        """Fraction of the training that is done, in [0, 1)."""
        return self.number / self.steps

    def generator(self, purpose: str) -> torch.Generator:
        """A CPU generator for this purpose, the same on every rank."""
        return torch_generator(self.options.seed, purpose, self.number)

    def normal(self, purpose: str, count: int, *shape: int) -> Tensor:
        """Standard normal (count, *shape) for this rank's `count` rows."""
        drawn = torch.randn(count * self.ranks.count, *shape, generator=self.generator(purpose))
        return self._own(drawn)

    def uniform(self, purpose: str, count: int, *shape: int) -> Tensor:
        """Uniform in [0, 1), (count, *shape), for this rank's rows."""
        return self._own(torch.rand(count * self.ranks.count, *shape, generator=self.generator(purpose)))

    def integers(self, purpose: str, count: int, high: int) -> Tensor:
        """Integers in [0, high), (count,), for this rank's rows."""
        return self._own(torch.randint(high, (count * self.ranks.count,), generator=self.generator(purpose)))

    def autocast(self) -> AbstractContextManager[object]:
        """The precision of the network's arithmetic; see `mien.training.device.autocast`."""
        return autocast(self.device, self.options.precision)

    def _own(self, drawn: Tensor) -> Tensor:
        return drawn[self.ranks.rows(len(drawn))].to(self.device)


class Trainer(ABC, Generic[Batch]):
    """One training. A subclass registers its parts in `__init__` and defines `batch` and `loss`.

    name: of the training, part of every random seed. unit: what a sample is. gradient_norm: to which gradients are
    clipped. validations: how often over the training `validate` is called. light_batches: a batch is so cheap to make
    that no core is kept free for it.
    """

    name: ClassVar[str]
    unit: ClassVar[str] = "samples"
    gradient_norm: ClassVar[float | None] = None
    validations: ClassVar[int] = 4
    light_batches: ClassVar[bool] = False

    def __init__(self, options: TrainingOptions, samples_per_item: int = 1) -> None:
        """samples_per_item: samples of one item of a batch, such as the frames taken of a clip."""
        self.options, self.parts = options, Parts()
        self.adversaries: Sequence[Adversary[Any]] = ()
        self.samples_per_step = options.batch * samples_per_item

    @property
    def steps(self) -> int:
        """Steps until `options.samples` are reached or exceeded."""
        return -(-self.options.samples // self.samples_per_step)

    @property
    def optimizer(self) -> torch.optim.Optimizer:
        """The optimiser that minimises `loss`: the part named `optimizer`."""
        return self.parts.optimizers["optimizer"]

    def all_parts(self) -> Parts:
        """The training's parts and its adversaries'."""
        parts = Parts()
        for one in (self.parts, *(adversary.parts for adversary in self.adversaries)):
            parts.include(one)
        return parts

    @abstractmethod
    def batch(self, step: int) -> Batch:
        """The global batch of a step, on the CPU: a function of the seed and the step."""

    @abstractmethod
    def loss(self, batch: Batch, step: Step) -> tuple[Tensor, Values]:
        """The scalar to minimise on this rank's rows of the batch, and detached values for the curves.

        Adversaries take their step in here, on the same batch, before they are used in the loss.
        """

    def validate(self) -> Mapping[str, float]:
        """Figures on held-out data; empty when there is none."""
        return {}
