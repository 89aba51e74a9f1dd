"""Where the arithmetic runs and in which precision."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext

import torch
from torch import nn

from mien.training.options import Precision


def best_device(name: str = "auto") -> torch.device:
    """The device that `name` asks for; `auto` is CUDA if available, else the CPU. A rank of torchrun gets its own GPU.

    Raises ValueError when CUDA is asked for and not available.
    """
    if name == "cpu" or (name == "auto" and not torch.cuda.is_available()):
        return torch.device("cpu")
    if not torch.cuda.is_available():
        raise ValueError("device is cuda, but torch finds no CUDA device: use auto or cpu")
    return torch.device("cuda", int(os.environ.get("LOCAL_RANK", 0)))


def autocast(device: torch.device, precision: Precision = "auto") -> AbstractContextManager[object]:
    """The autocast context for matrix products and convolutions: `float32`, `bfloat16` or `auto`.

    `auto` is bfloat16 on CUDA and on CPUs with native bfloat16 products. bfloat16 has float32's exponent range, so no
    loss scaling is needed.
    """
    return torch.autocast(device.type, torch.bfloat16) if in_bfloat16(device, precision) else nullcontext()


def in_bfloat16(device: torch.device, precision: Precision) -> bool:
    """Whether `autocast` computes in bfloat16."""
    native = device.type == "cuda" or torch.cpu._is_avx512_bf16_supported()
    return precision == "bfloat16" or (precision == "auto" and native)


def place(module: nn.Module, device: torch.device, precision: Precision = "float32") -> None:
    """Move a module to `device`, with the weights of its convolutions in the memory format that is fastest there.

    That is channels-last for tensor cores and for float32 on a CPU (a step takes a fifth less time). In bfloat16 on a
    CPU it is the default format: group normalisation takes four times as long in channels-last there.
    """
    module.to(device)
    if device.type == "cpu" and in_bfloat16(device, precision):
        return
    for parameter in module.parameters():
        if parameter.dim() == 4:
            parameter.data = parameter.data.contiguous(memory_format=torch.channels_last)


@contextmanager
def core_for_batches() -> Iterator[None]:
    """Leave one core to the thread that makes batches.

    Small networks lose more by waiting for a busy core than they gain by using it: on two cores a step with one thread
    takes four fifths of the time of one with two.
    """
    threads = torch.get_num_threads()
    torch.set_num_threads(max(1, threads - 1))
    try:
        yield
    finally:
        torch.set_num_threads(threads)
