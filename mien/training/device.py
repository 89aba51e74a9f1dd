"""Where the arithmetic happens and in which precision."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext

import torch
from torch import nn


def best_device(name: str = "auto") -> torch.device:
    """The device that `name` asks for; `auto` is CUDA where there is one, else the CPU.

    Raises ValueError when CUDA is asked for and is not there.
    """
    if name == "auto":
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    device = torch.device(name)
    if device.type == "cuda" and not torch.cuda.is_available():
        raise ValueError("device is cuda, but torch sees no CUDA device here: use auto or cpu")
    return device


def mixed_precision(device: torch.device) -> AbstractContextManager[object]:
    """bfloat16 for matrix products on CUDA, full precision on the CPU.

    bfloat16 has float32's exponent range, so no loss scaling is needed.
    """
    if device.type == "cuda":
        return torch.autocast("cuda", torch.bfloat16)
    return nullcontext()


def precise(device: torch.device, precision: str = "auto") -> AbstractContextManager[object]:
    """bfloat16 for matrix products where it is asked for: `float32`, `bfloat16`, or `auto`.

    `auto` takes it on CUDA and on processors that multiply in it, where a product takes half the time.
    """
    native = device.type == "cuda" or torch.cpu._is_avx512_bf16_supported()
    if precision == "bfloat16" or (precision == "auto" and native):
        return torch.autocast(device.type, torch.bfloat16)
    return nullcontext()


def place(module: nn.Module, device: torch.device) -> None:
    """Move a module to `device`, its convolutions' weights as channels-last.

    Tensor cores want it, and a CPU step takes a fifth less time.
    """
    module.to(device)
    for parameter in module.parameters():
        if parameter.dim() == 4:
            parameter.data = parameter.data.contiguous(memory_format=torch.channels_last)


@contextmanager
def core_for_batches() -> Iterator[None]:
    """One core fewer for the arithmetic: the next batch is being made on it.

    Small networks lose more by waiting for a busy core than they gain by using it: on two cores a step with one thread
    takes four fifths of the time of one with two.
    """
    threads = torch.get_num_threads()
    torch.set_num_threads(max(1, threads - 1))
    try:
        yield
    finally:
        torch.set_num_threads(threads)
