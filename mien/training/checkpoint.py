"""Checkpoints: tensors as safetensors, everything else as JSON.

A checkpoint counts only when its JSON file exists, names this run's identity, and holds the right digests of the
tensors and of itself: whatever a killed process leaves behind, or a damaged disk returns, is skipped.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from mien.files import atomic_file, fingerprint, sha256_file

KEPT = 2
"""Checkpoints of its own that a run keeps: the newest, and one more in case that is damaged."""


@dataclass(frozen=True)
class Checkpoint:
    """Tensors by name and the JSON-serialisable rest; `samples`: processed when it was saved."""

    samples: int
    tensors: dict[str, Tensor]
    state: dict[str, Any]


def _pattern(identity: str) -> str:
    return f"{identity[:16]}-*.json"


def save_checkpoint(folder: Path, identity: str, checkpoint: Checkpoint) -> Path:
    """Write a checkpoint into `folder` and remove this run's older ones; returns the JSON file's path.

    `identity` is the fingerprint of everything that the result depends on. Other runs' files are left alone.
    """
    folder.mkdir(parents=True, exist_ok=True)
    metadata = folder / f"{identity[:16]}-{checkpoint.samples:012d}.json"
    weights = metadata.with_suffix(".safetensors")
    metadata.unlink(missing_ok=True)  # never an old JSON beside new tensors
    with atomic_file(weights) as temporary:
        save_file({name: tensor.detach().cpu().contiguous() for name, tensor in checkpoint.tensors.items()}, temporary)
    content = {
        "identity": identity,
        "samples": checkpoint.samples,
        "tensors_sha256": sha256_file(weights),
        "state": checkpoint.state,
    }
    content["digest"] = fingerprint(content)
    with atomic_file(metadata) as temporary:
        temporary.write_text(json.dumps(content) + "\n")
    for old in sorted(folder.glob(_pattern(identity)))[:-KEPT]:
        old.unlink()
        old.with_suffix(".safetensors").unlink(missing_ok=True)
    return metadata


def load_checkpoint(folder: Path, identity: str) -> Checkpoint | None:
    """The newest whole checkpoint of this identity in `folder`, or None.

    Checkpoints of another configuration are left alone and damaged ones skipped, with a line on stderr for each.
    """
    others = [path for path in folder.glob("*.json") if not path.name.startswith(identity[:16])]
    if others:
        print(f"{folder}: {len(others)} checkpoint(s) of another configuration or data are not used", file=sys.stderr)
    for metadata in sorted(folder.glob(_pattern(identity)), reverse=True):
        weights = metadata.with_suffix(".safetensors")
        try:
            content = json.loads(metadata.read_text())
            whole = content.pop("digest") == fingerprint(content)
            if whole and content["identity"] == identity and content["tensors_sha256"] == sha256_file(weights):
                return Checkpoint(int(content["samples"]), load_file(weights), content["state"])
        except (OSError, ValueError, KeyError, TypeError, AttributeError, SafetensorError):
            pass
        print(f"{metadata}: damaged, skipped", file=sys.stderr)
    return None


def module_tensors(prefix: str, module: nn.Module) -> dict[str, Tensor]:
    """A module's parameters and buffers by name, each name behind `prefix.`."""
    return {f"{prefix}.{name}": tensor for name, tensor in module.state_dict().items()}


def load_module(prefix: str, module: nn.Module, tensors: Mapping[str, Tensor]) -> None:
    """Fill a module from what `module_tensors` gave; every name and shape must fit (RuntimeError otherwise)."""
    module.load_state_dict(_below(prefix, tensors))


def optimizer_tensors(prefix: str, optimizer: torch.optim.Optimizer) -> dict[str, Tensor]:
    """An optimiser's moments and step counts by name."""
    state = optimizer.state_dict()["state"]
    return {f"{prefix}.{index}.{key}": value for index, values in state.items() for key, value in values.items()}


def load_optimizer(prefix: str, optimizer: torch.optim.Optimizer, tensors: Mapping[str, Tensor]) -> None:
    """Fill an optimiser from what `optimizer_tensors` gave; its groups (rates, betas) stay as they were built."""
    parameters = [parameter for group in optimizer.param_groups for parameter in group["params"]]
    state: dict[int, dict[str, Tensor]] = {}
    for name, tensor in _below(prefix, tensors).items():
        index, key = name.split(".", 1)
        parameter = parameters[int(index)]
        if tensor.shape == parameter.shape:
            # Fused optimisers read raw storage: moments need their parameter's memory format.
            tensor = torch.empty_like(parameter, dtype=tensor.dtype).copy_(tensor)
        state.setdefault(int(index), {})[key] = tensor
    optimizer.load_state_dict({"state": state, "param_groups": optimizer.state_dict()["param_groups"]})


def _below(prefix: str, tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    return {name[len(prefix) + 1 :]: value for name, value in tensors.items() if name.startswith(prefix + ".")}
