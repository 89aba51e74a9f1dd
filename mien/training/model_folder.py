"""Models as folders: `model.safetensors`, `config.json` (everything needed to rebuild it), `card.md`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from mien.files import sha256_file

FORMAT = 1
"""Raised whenever a model of an older format can no longer be rebuilt."""


def save_model(folder: Path, kind: str, module: nn.Module, config: Mapping[str, Any], card: str) -> None:
    """Write the three files into `folder`, which the caller makes appear whole (`atomic_directory`).

    `kind` names what it is (`talking_face`, …); `config` is JSON-able.
    """
    weights = folder / "model.safetensors"
    save_file({name: tensor.detach().cpu().contiguous() for name, tensor in module.state_dict().items()}, weights)
    content = {"kind": kind, "format": FORMAT, "sha256": sha256_file(weights), **config}
    (folder / "config.json").write_text(json.dumps(content, indent=2, sort_keys=True) + "\n")
    (folder / "card.md").write_text(card)


def read_config(folder: Path, kinds: tuple[str, ...]) -> dict[str, Any]:
    """The content of `config.json`; raises ValueError in one sentence when it is not a model of one of the kinds."""
    path = folder / "config.json"
    try:
        content = json.loads(path.read_text())
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
