"""Data-parallel training: one process a rank, started by torchrun; each computes its rows of the global batch."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, fields, is_dataclass, replace
from typing import Any, TypeVar

import torch
from torch import Tensor, nn
from torch import distributed as dist
from torch.distributed.nn.functional import all_gather
from torch.nn.parallel import DistributedDataParallel

Batch = TypeVar("Batch")
Loss = Callable[..., tuple[Tensor, dict[str, Tensor]]]


@dataclass(frozen=True)
class Ranks:
    """This process's rank and how many there are."""

    rank: int = 0
    count: int = 1

    @property
    def main(self) -> bool:
        """Whether this rank logs, validates and writes files."""
        return self.rank == 0

    def rows(self, count: int) -> slice:
        """This rank's rows of a global batch of `count`. Raises ValueError when the ranks cannot share it evenly."""
        if count % self.count:
            raise ValueError(
                f"a batch of {count} cannot be shared by {self.count} ranks: use a multiple of {self.count}"
            )
        own = count // self.count
        return slice(self.rank * own, (self.rank + 1) * own)


def ranks() -> Ranks:
    """Of the environment that torchrun sets; one rank without it."""
    return Ranks(int(os.environ.get("RANK", 0)), int(os.environ.get("WORLD_SIZE", 1)))


@contextmanager
def process_group(device: torch.device) -> Iterator[Ranks]:
    """Join the other ranks: NCCL on CUDA, gloo on the CPU; nothing to do with one rank."""
    own = ranks()
    if own.count > 1 and not dist.is_initialized():
        dist.init_process_group("nccl" if device.type == "cuda" else "gloo")
    yield own


def distribute(loss: Loss, modules: Mapping[str, nn.Module], device: torch.device) -> Loss:
    """`loss` with gradients of `modules` averaged over all ranks by DistributedDataParallel; as it is with one rank."""
    if not dist.is_initialized() or not any(p.requires_grad for m in modules.values() for p in m.parameters()):
        return loss
    devices = [device.index or 0] if device.type == "cuda" else None
    return DistributedDataParallel(_Loss(loss, modules), device_ids=devices, find_unused_parameters=True)


class _Loss(nn.Module):
    """A loss as a module, which is what DistributedDataParallel wraps."""

    def __init__(self, loss: Loss, modules: Mapping[str, nn.Module]) -> None:
        super().__init__()
        self.loss, self.parts = loss, nn.ModuleDict(modules)

    def forward(self, *arguments: Any) -> tuple[Tensor, dict[str, Tensor]]:
        return self.loss(*arguments)


def map_tensors(batch: Batch, change: Callable[[Tensor], Tensor]) -> Batch:
    """A batch with `change` applied to each tensor in it: dataclasses, tuples and dicts of them."""
    if isinstance(batch, Tensor):
        return change(batch)  # type: ignore[return-value]
    if is_dataclass(batch) and not isinstance(batch, type):
        changed = {field.name: map_tensors(getattr(batch, field.name), change) for field in fields(batch)}
        return replace(batch, **changed)
    if isinstance(batch, tuple):
        parts = [map_tensors(item, change) for item in batch]
        return type(batch)(*parts) if hasattr(batch, "_fields") else type(batch)(parts)  # type: ignore[return-value]
    if isinstance(batch, dict):
        return {name: map_tensors(item, change) for name, item in batch.items()}  # type: ignore[return-value]
    return batch


def local_batch(batch: Batch, own: Ranks, device: torch.device) -> Batch:
    """This rank's rows (along the first axis of every tensor) of a global batch, on its device."""

    def change(tensor: Tensor) -> Tensor:
        return tensor[own.rows(len(tensor))].to(device, non_blocking=True)

    return map_tensors(batch, change)


_alone: ContextVar[bool] = ContextVar("alone", default=False)


@contextmanager
def one_rank() -> Iterator[None]:
    """`gather` and `global_mean` concern this rank alone in here: rank 0 validates without the others."""
    token = _alone.set(True)
    try:
        yield
    finally:
        _alone.reset(token)


def _collective() -> bool:
    return dist.is_initialized() and not _alone.get()


def gather(rows: Tensor) -> Tensor:
    """Rows (B / ranks, …) of every rank as the global (B, …), differentiable; for losses that compare a whole batch."""
    return torch.cat(all_gather(rows)) if _collective() else rows


def global_mean(total: Tensor, count: Tensor) -> Tensor:
    """total / count over the global batch, scaled so that the mean over ranks of the result is that quotient."""
    if not _collective():
        return total / count
    everyone = count.detach().clone()
    dist.all_reduce(everyone)
    return total * dist.get_world_size() / everyone


def mean_over_ranks(values: Mapping[str, Tensor | float]) -> dict[str, float]:
    """Scalars averaged over all ranks; the names are the same on each."""
    if not dist.is_initialized():
        return {name: float(value) for name, value in values.items()}
    device = next((value.device for value in values.values() if isinstance(value, Tensor)), torch.device("cpu"))
    packed = torch.tensor([float(value) for value in values.values()], dtype=torch.float64, device=device)
    dist.all_reduce(packed)
    return dict(zip(values, (packed / dist.get_world_size()).tolist(), strict=True))
