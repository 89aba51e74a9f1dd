"""Models as folders: `model.safetensors`, `config.json` (everything needed to rebuild it), `card.md`."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import torch
from pydantic import BaseModel
from safetensors import SafetensorError, safe_open
from safetensors.torch import load_file, save_file
from torch import Tensor, nn
from torch.nn.modules.module import (
    register_module_buffer_registration_hook,
    register_module_module_registration_hook,
    register_module_parameter_registration_hook,
)

from mien.files import atomic_directory, sha256_file
from mien.storage.checksummed_json import read_checksummed_json, write_checksummed_json
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
    write_checksummed_json(folder / "config.json", content)
    (folder / "card.md").write_text(model.card(config))
    for path in folder.glob("*.safetensors"):  # safetensors makes files for their owner only
        path.chmod((folder / "card.md").stat().st_mode)


def count_parameters(module: nn.Module) -> int:
    """Number of a module's parameters."""
    return sum(parameter.numel() for parameter in module.parameters())


def read_config(folder: Path, kinds: tuple[str, ...]) -> dict[str, Any]:
    """The content of `config.json`; raises ValueError in one sentence when it is not a model of one of the kinds."""
    path = folder / "config.json"
    try:
        content = read_checksummed_json(path)
    except FileNotFoundError as error:
        raise ValueError(f"{folder} is not a model folder: it has no config.json; train the model first") from error
    except (OSError, ValueError) as error:
        raise ValueError(f"{path} is damaged ({error}): train the model again") from error
    if content.get("kind") not in kinds:
        raise ValueError(f"{folder} holds {content.get('kind') or 'something else'}, not {' or '.join(kinds)}")
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


def check_build(build: Callable[[], nn.Module], folder: Path) -> None:
    """Compare the tensors of the module that `build` makes with those in model.safetensors, before any is allocated.

    Raises ValueError where names or shapes differ: config.json alone could ask for any amount of memory.
    """
    path = folder / "model.safetensors"
    try:
        with safe_open(path, "pt") as file:
            stored = {name: tuple(file.get_slice(name).get_shape()) for name in file.keys()}  # noqa: SIM118
    except FileNotFoundError as error:
        raise ValueError(f"{folder} is not a whole model: it has no model.safetensors") from error
    except (OSError, SafetensorError) as error:
        raise ValueError(f"{path} is damaged ({error})") from error
    with _limited_members(1000 + 20 * len(stored), folder), torch.device("meta"):
        built = {name: tuple(tensor.shape) for name, tensor in build().state_dict().items()}
    differing = sorted(name for name in built.keys() | stored.keys() if built.get(name) != stored.get(name))
    if differing:
        name = differing[0]
        raise ValueError(
            f"{folder}: the weights do not fit config.json ({len(differing)} tensors, such as {name}: "
            f"{stored.get(name, 'not')} stored, {built.get(name, 'not')} described)"
        )


@contextmanager
def _limited_members(most: int, folder: Path) -> Iterator[None]:
    """Within it, a module may have at most `most` parameters, buffers and sub-modules."""
    count = 0

    thread = threading.get_ident()  # the hooks are global: other threads may build modules meanwhile

    def counted(*_: object) -> None:
        nonlocal count
        count += threading.get_ident() == thread
        if count > most:
            raise ValueError(f"{folder}: config.json describes far more layers than model.safetensors holds")

    handles = [
        register(counted)
        for register in (
            register_module_parameter_registration_hook,
            register_module_buffer_registration_hook,
            register_module_module_registration_hook,
        )
    ]
    try:
        yield
    finally:
        for handle in handles:
            handle.remove()


def load_network(
    folder: Path, kinds: tuple[str, ...], build: Callable[[Mapping[str, Any]], Module]
) -> tuple[Module, dict[str, Any]]:
    """The module of a model folder, in evaluation mode and without gradients, and the content of its config.json.

    build: content of config.json → the module, with any weights. Raises ValueError in one sentence when the folder
    is missing, damaged, or of another kind or format.
    """
    content = read_config(folder, kinds)
    try:
        check_build(lambda: build(content), folder)
        module = build(content)
    except (KeyError, TypeError, RuntimeError, OverflowError) as error:
        raise ValueError(f"{folder / 'config.json'} is damaged ({error}): train the model again") from error
    module.load_state_dict(read_weights(folder, content))
    return module.eval().requires_grad_(False), content
