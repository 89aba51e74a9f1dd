"""Weights stored compactly: float16, or 8-bit integers with a scale for each block of values.

Nothing of the pipeline uses it: trained models keep the precision they were trained with.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

import torch
from torch import Tensor

Precision = Literal["float16", "int8"]

BLOCK = 64
"""Values that share a scale."""
SMALLEST_INT8 = 4096
"""Tensors of fewer values are stored as float16: their scales and biases matter more than their bytes."""
SCALES = "#scales"
"""What the name of a tensor's scales ends with."""

_DTYPES = {"float32": torch.float32, "float64": torch.float64, "float16": torch.float16, "bfloat16": torch.bfloat16}


def compact(tensors: Mapping[str, Tensor], precision: Precision) -> tuple[dict[str, Tensor], dict[str, Any]]:
    """The tensors as they are stored, and how: name → stored kind, dtype and shape of the original, as JSON.

    Integers and booleans are stored as they are, tensors of one dimension or of few values as float16 in any case.
    Raises ValueError for a value that float16 cannot hold.
    """
    stored: dict[str, Tensor] = {}
    layout: dict[str, Any] = {}
    for name, tensor in tensors.items():
        kind = _kind(tensor, precision)
        layout[name] = {"stored": kind, "dtype": str(tensor.dtype).removeprefix("torch."), "shape": list(tensor.shape)}
        if kind == "same":
            stored[name] = tensor.contiguous()
        elif kind == "float16":
            stored[name] = _half(name, tensor)
        else:
            stored[name], stored[name + SCALES] = _blocks(name, tensor)
    return stored, layout


def restore(stored: Mapping[str, Tensor], layout: Mapping[str, Any]) -> dict[str, Tensor]:
    """The tensors in their original dtypes and shapes, from what `compact` returned.

    Raises ValueError where a tensor is missing or has another size than the layout says.
    """
    tensors: dict[str, Tensor] = {}
    expected = set(layout) | {name + SCALES for name, how in layout.items() if how["stored"] == "int8"}
    if set(stored) != expected:
        raise ValueError(f"the stored tensors are not those of the layout: {min(set(stored) ^ expected)}")
    for name, how in layout.items():
        tensor = stored[name]
        if how["stored"] == "int8":
            shape = torch.Size(how["shape"])
            if tensor.numel() != shape.numel():
                raise ValueError(f"{name} has {tensor.numel()} values, not {shape.numel()}")
            tensor = _unblocked(tensor, stored[name + SCALES]).reshape(shape)
        elif list(tensor.shape) != how["shape"]:
            raise ValueError(f"{name} has the shape {list(tensor.shape)}, not {how['shape']}")
        tensors[name] = tensor if how["stored"] == "same" else tensor.to(_DTYPES[how["dtype"]]).contiguous()
    return tensors


def _kind(tensor: Tensor, precision: Precision) -> str:
    if not tensor.is_floating_point():
        return "same"
    large = tensor.ndim > 1 and tensor.numel() >= SMALLEST_INT8
    return "int8" if precision == "int8" and large else "float16"


def _half(name: str, tensor: Tensor) -> Tensor:
    half = tensor.to(torch.float16).contiguous()
    if not bool(torch.isfinite(half).all()):
        raise ValueError(f"{name} has values that float16 cannot hold")
    return half


def _blocks(name: str, tensor: Tensor) -> tuple[Tensor, Tensor]:
    """8-bit integers (N,), and the float16 scale of each block."""
    flat = tensor.to(torch.float32).flatten()
    padded = torch.nn.functional.pad(flat, (0, -len(flat) % BLOCK)).reshape(-1, BLOCK)
    scales = _half(name, padded.abs().amax(1) / 127)
    # divided by the scale that is stored; a block whose scale is 0 in float16 holds nothing but zeros
    safe = torch.where(scales > 0, scales, torch.ones_like(scales)).to(torch.float32)
    integers = (padded / safe[:, None]).round().clamp(-127, 127)
    integers[scales == 0] = 0
    return integers.to(torch.int8).flatten()[: len(flat)].contiguous(), scales


def _unblocked(integers: Tensor, scales: Tensor) -> Tensor:
    if len(scales) != -(-integers.numel() // BLOCK):
        raise ValueError(f"there are {len(scales)} scales for {integers.numel()} values")
    return integers.to(torch.float32) * scales.to(torch.float32).repeat_interleave(BLOCK)[: integers.numel()]
