"""Text models of transformers on this machine: where they lie, what identifies them, and how they are read.

A checkpoint is named as on the Hugging Face hub, or is a folder. Weights are read as safetensors only, and no code that
comes with a checkpoint is ever run.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError

from mien.files import fingerprint, sha256_file
from mien.text.interface import TextEncoderError

_PROBE = "She nods twice, then smiles & looks to the LEFT; naïve café 123!"
_UNUSABLE = (OSError, ValueError, KeyError, TypeError, AttributeError, ImportError, RuntimeError, SafetensorError)
_WITHOUT_USE = ("pooler.", "position_ids")


@dataclass(frozen=True)
class Checkpoint:
    """A text model whose weights are not read yet.

    name: as it was asked for; of a folder, its whole path.
    weights: the folder of the safetensors files (the hub may keep them in another revision than the configuration).
    config, tokenizer: transformers' own.
    fingerprint: hex SHA-256 of weights, configuration and what the tokenizer does.
    """

    name: str
    weights: Path
    config: Any
    tokenizer: Any
    fingerprint: str

    @property
    def text_config(self) -> Any:
        """The configuration of the text part."""
        return getattr(self.config, "text_config", None) or self.config


def transformers() -> Any:
    """The transformers package. Raises TextEncoderError with the remedy where it is not installed."""
    try:
        return importlib.import_module("transformers")
    except ImportError as error:
        raise TextEncoderError(
            "a pretrained text encoder needs transformers: install it with `pip install transformers`"
        ) from error


def find_checkpoint(name: str, download: bool = False) -> Checkpoint:
    """The checkpoint of a folder or of a name on the hub; it is fetched only with `download`, and when it is not here.

    Raises TextEncoderError where it is not on this machine, cannot be used or has no text part.
    """
    library = transformers()
    folder = _folder(name)
    if folder is not None:
        return _read(library, str(folder), folder, folder)
    try:
        return _read(library, name, *_snapshots(name))
    except _NotHereError:
        if not download:
            raise
    _fetch(library, name)
    return _read(library, name, *_snapshots(name))


def load_model(checkpoint: Checkpoint) -> Any:
    """The frozen text model in float32. Raises TextEncoderError where the weights do not fit their configuration."""
    library = transformers()
    kind = _text_class(library, checkpoint.name, checkpoint.config)
    try:
        with _quiet(library):
            model, told = kind.from_pretrained(
                checkpoint.weights,
                config=checkpoint.text_config,
                dtype=torch.float32,
                use_safetensors=True,
                local_files_only=True,
                trust_remote_code=False,
                output_loading_info=True,
            )
    except _UNUSABLE as error:
        raise _unusable(checkpoint.name, error) from error
    missing = sorted(key for key in told["missing_keys"] if not any(part in key for part in _WITHOUT_USE))
    if missing:
        raise TextEncoderError(f"the weights of {checkpoint.name} lack {missing[0]} and {len(missing) - 1} others")
    if getattr(checkpoint.text_config, "is_encoder_decoder", False):
        model = model.get_encoder()
    return model.eval().requires_grad_(False)


def _folder(name: str) -> Path | None:
    try:
        folder = Path(name).expanduser().resolve()
        return folder if folder.is_dir() else None
    except (OSError, RuntimeError, ValueError):  # a name too long for a file, a user who is not there, a zero byte
        return None


class _NotHereError(TextEncoderError):
    """The checkpoint is not on this machine, and may be fetched."""


def _snapshots(name: str) -> tuple[Path, Path]:
    """Where the hub's cache has the configuration of `name`, and where its weights."""
    hub = importlib.import_module("huggingface_hub")
    try:
        main = Path(hub.snapshot_download(name, local_files_only=True))
    except (OSError, ValueError) as error:
        raise _not_here(name) from error
    # the hub's bot adds safetensors to older models in a revision of their own, which transformers fetches
    for folder in (main, *sorted(main.parent.iterdir())):
        if (main / "config.json").is_file() and next(folder.glob("*.safetensors"), None):
            return main, folder
    raise _not_here(name)


def _not_here(name: str) -> _NotHereError:
    return _NotHereError(
        f"the text encoder {name[:100]!r} is not on this machine as safetensors: allow its download, "
        f"or name a folder that holds it"
    )


def _fetch(library: Any, name: str) -> None:
    options = {"trust_remote_code": False, "local_files_only": False}
    try:
        with _quiet(library, bars=True):
            config = library.AutoConfig.from_pretrained(name, **options)
            library.AutoTokenizer.from_pretrained(name, **options)
            _text_class(library, name, config).from_pretrained(name, use_safetensors=True, **options)
    except TextEncoderError:
        raise
    except _UNUSABLE as error:
        raise TextEncoderError(f"the text encoder {name[:100]!r} could not be fetched: {_short(error)}") from error


def _read(library: Any, name: str, folder: Path, weights: Path) -> Checkpoint:
    options = {"trust_remote_code": False, "local_files_only": True}
    try:
        with _quiet(library):
            config = library.AutoConfig.from_pretrained(folder, **options)
            _text_class(library, name, config)
            tokenizer = library.AutoTokenizer.from_pretrained(folder, **options)
        files = sorted(weights.glob("*.safetensors"))
        if not files:
            raise OSError("it has no weights as safetensors")
        # by what the tokenizer does, because which of its files are here differs from machine to machine
        tokens = [tokenizer(_PROBE)["input_ids"], sorted(tokenizer.get_vocab().items())]
        weighed = [[path.name, _sha256(path, path.stat().st_size, path.stat().st_mtime_ns)] for path in files]
        identity = fingerprint(weighed, sha256_file(folder / "config.json"), tokens)
    except TextEncoderError:
        raise
    except _UNUSABLE as error:
        raise _unusable(name, error) from error
    return Checkpoint(name, weights, config, tokenizer, identity)


@lru_cache(maxsize=64)
def _sha256(path: Path, size: int, changed: int) -> str:  # noqa: ARG001 - a file that changed is another key
    return sha256_file(path)


def _text_class(library: Any, name: str, config: Any) -> Any:
    """The class of the model, or of its text tower, or of its encoder. Raises TextEncoderError where there is none."""
    kind = None
    if getattr(config, "text_config", None) is not None:
        kind = getattr(library, f"{type(config).__name__.removesuffix('Config')}TextModel", None)
    else:
        for known in (library.MODEL_FOR_TEXT_ENCODING_MAPPING, library.MODEL_MAPPING):
            kind = kind or known.get(type(config), None)
    if isinstance(kind, tuple):
        kind = kind[0]
    inputs = getattr(kind, "main_input_name", None)
    if kind is None or inputs != "input_ids" or not isinstance(_width(config), int):
        raise TextEncoderError(f"{name} is a model of the type {config.model_type!r}, which has no text part")
    return kind


def _width(config: Any) -> Any:
    return getattr(getattr(config, "text_config", None) or config, "hidden_size", None)


@contextmanager
def _quiet(library: Any, bars: bool = False) -> Iterator[None]:
    """Without transformers' tables of unused weights, which a text tower of a larger model always has."""
    told = library.utils.logging
    before, showed = told.get_verbosity(), told.is_progress_bar_enabled()
    told.set_verbosity_error()
    if not bars:
        told.disable_progress_bar()
    try:
        yield
    finally:
        told.set_verbosity(before)
        if showed:
            told.enable_progress_bar()


def _unusable(name: str, error: Exception) -> TextEncoderError:
    return TextEncoderError(f"{name} holds no text encoder that can be used: {_short(error)}")


def _short(error: Exception) -> str:
    return " ".join(str(error).split())[:200]
