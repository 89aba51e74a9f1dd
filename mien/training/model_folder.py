"""Models as folders: `model.safetensors`, `config.json` (everything needed to rebuild it), `card.md`."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from mien.files import atomic_directory, read_json, sha256_file
from mien.training.distributed import ranks

Module = TypeVar("Module", bound=nn.Module)

FORMAT = 1
"""Raised whenever a model of an older format can no longer be rebuilt."""


@dataclass(frozen=True)
class ModelFiles:
    """What a model folder is made from.

    kind: what it is (`talking_face`, …). config: JSON-serialisable, everything needed to build the module again.
    card: makes the text of `card.md` from the content of `config.json`. data: digest of the training
    data. tensors: further files of tensors by name, such as the discriminators of a GAN.
    """

    kind: str
    module: nn.Module
    config: Mapping[str, Any]
    options: BaseModel
    data: str
    figures: Mapping[str, float]
    card: Callable[[Mapping[str, Any]], str]
    tensors: Mapping[str, Mapping[str, Tensor]] = field(default_factory=dict)


def save_models(out: Path, models: Mapping[str, ModelFiles]) -> None:
    """Write model folders, the one named "" to `out` itself and the others below it; all of them or none.

    In a distributed training only rank 0 writes.
    """
    if not ranks().main:
        return
    with atomic_directory(out) as folder:
        for name, model in models.items():
            (folder / name).mkdir(exist_ok=True)
            _write(folder / name, model)


def _write(folder: Path, model: ModelFiles) -> None:
    config = {
        **model.config,
        "options": model.options.model_dump(mode="json"),
        "data": model.data,
        "figures": dict(model.figures),
    }
    for name, tensors in {"model": model.module.state_dict(), **model.tensors}.items():
        kept = {key: tensor.detach().cpu().contiguous() for key, tensor in tensors.items()}
        save_file(kept, folder / f"{name}.safetensors")
    content = {"kind": model.kind, "format": FORMAT, "sha256": sha256_file(folder / "model.safetensors"), **config}
    (folder / "config.json").write_text(json.dumps(content, indent=2, sort_keys=True) + "\n")
    (folder / "card.md").write_text(model.card(config))


def count_parameters(module: nn.Module) -> int:
    """Number of a module's parameters."""
    return sum(parameter.numel() for parameter in module.parameters())


def read_config(folder: Path, kinds: tuple[str, ...]) -> dict[str, Any]:
    """The content of `config.json`; raises ValueError in one sentence when it is not a model of one of the kinds."""
    path = folder / "config.json"
    try:
        content = read_json(path)
    except FileNotFoundError as error:
        raise ValueError(f"{folder} is not a model folder: it has no config.json; train the model first") from error
    except (OSError, ValueError) as error:
        raise ValueError(f"{path} is damaged ({error}): train the model again") from error
    if not isinstance(content, dict) or content.get("kind") not in kinds:
        kind = content.get("kind") if isinstance(content, dict) else None
        raise ValueError(f"{folder} holds {kind or 'something else'}, not {' or '.join(kinds)}")
    if content.get("format") != FORMAT:
        raise ValueError(
            f"{folder} has format {content.get('format')}, this version reads format {FORMAT}: train the model again"
        )
    return content


def read_weights(folder: Path, config: Mapping[str, Any]) -> dict[str, Tensor]:
    """The tensors of `model.safetensors`; raises ValueError when the file is missing or not the one that was saved."""
    path = folder / "model.safetensors"
    try:
        if sha256_file(path) != config.get("sha256"):
            raise ValueError(f"{path} is damaged: its digest is not the one in config.json")
        return load_file(path)
    except FileNotFoundError as error:
        raise ValueError(f"{folder} is not a whole model: it has no model.safetensors") from error
    except (OSError, SafetensorError) as error:
        raise ValueError(f"{path} is damaged ({error})") from error


def load_into(module: nn.Module, folder: Path, config: Mapping[str, Any]) -> None:
    """Fill a module with the folder's tensors; raises ValueError when they do not fit."""
    try:
        module.load_state_dict(read_weights(folder, config))
    except RuntimeError as error:
        raise ValueError(f"{folder}: the weights do not fit config.json ({str(error).splitlines()[0]})") from error


def load_network(
    folder: Path, kinds: tuple[str, ...], build: Callable[[Mapping[str, Any]], Module]
) -> tuple[Module, dict[str, Any]]:
    """The module of a model folder, in evaluation mode and without gradients, and the content of its config.json.

    build: content of config.json → the module, with any weights. Raises ValueError in one sentence when the folder
    is missing, damaged, or of another kind or format.
    """
    content = read_config(folder, kinds)
    try:
        module = build(content)
    except (KeyError, TypeError) as error:
        raise ValueError(f"{folder / 'config.json'} is damaged ({error}): train the model again") from error
    load_into(module, folder, content)
    return module.eval().requires_grad_(False), content
