"""Finding, identifying and loading checkpoints of text models from transformers.

A checkpoint is a name on the Hugging Face hub or a folder. Weights are read as safetensors only, and code that comes
with a checkpoint is never run.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterator, Mapping, Sequence
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
    """A text model whose weights are not loaded yet.

    name: as requested; for a folder, its absolute path.
    weights: folder of the safetensors files (on the hub possibly in another revision than the configuration).
    config, tokenizer: objects of transformers.
    fingerprint: hexadecimal SHA-256 of weights, configuration and the behaviour of the tokenizer.
    """

    name: str
    weights: Path
    config: Any
    tokenizer: Any
    fingerprint: str

    @property
    def text_config(self) -> Any:
        """Configuration of the text part of the model."""
        return getattr(self.config, "text_config", None) or self.config


def transformers() -> Any:
    """The package transformers. Raises TextEncoderError, with a remedy, if it is not installed."""
    try:
        return importlib.import_module("transformers")
    except ImportError as error:
        raise TextEncoderError(
            "a pretrained text encoder needs transformers: install it with `pip install transformers`"
        ) from error


def find_checkpoint(name: str, download: bool = False) -> Checkpoint:
    """The checkpoint in a folder or of a name on the hub; with `download` it is downloaded if it is not in the cache.

    Raises TextEncoderError if it is not on this machine, unusable or without a text part.
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
    """The frozen text model in float32. Raises TextEncoderError if the weights do not match the configuration."""
    library = transformers()
    kind = _text_class(library, checkpoint.name, checkpoint.config)
    model = _load(library, checkpoint, kind, checkpoint.text_config)
    if getattr(checkpoint.text_config, "is_encoder_decoder", False):
        model = model.get_encoder()
    return model.eval().requires_grad_(False)


def load_joint_model(checkpoint: Checkpoint, kinds: Sequence[str]) -> Any:
    """The frozen model of texts and pictures in float32, of one of these types, such as "clip".

    Raises TextEncoderError for another type, and if the weights do not match the configuration.
    """
    library = transformers()
    if checkpoint.config.model_type not in kinds:
        raise TextEncoderError(
            f"{checkpoint.name} is a model of the type {checkpoint.config.model_type!r}, not {' or '.join(kinds)}"
        )
    kind = getattr(library, f"{type(checkpoint.config).__name__.removesuffix('Config')}Model")
    return _load(library, checkpoint, kind, checkpoint.config).eval().requires_grad_(False)


def load_translation_model(checkpoint: Checkpoint, kinds: Mapping[str, str]) -> Any:
    """The frozen model that writes texts, in float32. kinds: type of a configuration, such as "t5" → model's class.

    Raises TextEncoderError for another type, and if the weights do not match the configuration.
    """
    library = transformers()
    if checkpoint.config.model_type not in kinds:
        raise TextEncoderError(
            f"{checkpoint.name} is a model of the type {checkpoint.config.model_type!r}, not {' or '.join(kinds)}"
        )
    kind = getattr(library, kinds[checkpoint.config.model_type])
    return _load(library, checkpoint, kind, checkpoint.config).eval().requires_grad_(False)


def _load(library: Any, checkpoint: Checkpoint, kind: Any, config: Any) -> Any:
    try:
        with _quiet(library):
            model, report = kind.from_pretrained(
                checkpoint.weights,
                config=config,
                dtype=torch.float32,
                use_safetensors=True,
                local_files_only=True,
                trust_remote_code=False,
                output_loading_info=True,
            )
    except _UNUSABLE as error:
        raise _unusable(checkpoint.name, error) from error
    missing = sorted(key for key in report["missing_keys"] if not any(part in key for part in _WITHOUT_USE))
    if missing:
        raise TextEncoderError(f"the weights of {checkpoint.name} lack {missing[0]} and {len(missing) - 1} others")
    return model


def _folder(name: str) -> Path | None:
    try:
        folder = Path(name).expanduser().resolve()
        return folder if folder.is_dir() else None
    except (OSError, RuntimeError, ValueError):  # a name that is too long for a file, an unknown user, a null byte
        return None


class _NotHereError(TextEncoderError):
    """The checkpoint is not on this machine and may be downloaded."""


def _snapshots(name: str) -> tuple[Path, Path]:
    """Folders of the configuration and of the weights of `name` in the hub's cache."""
    hub = importlib.import_module("huggingface_hub")
    try:
        main = Path(hub.snapshot_download(name, local_files_only=True))
    except (OSError, ValueError) as error:
        raise _not_here(name) from error
    # for older models, the hub's bot adds safetensors in a separate revision, which transformers downloads
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
        # the behaviour of the tokenizer is hashed, because its files differ between machines
        tokens = [tokenizer(_PROBE)["input_ids"], sorted(tokenizer.get_vocab().items())]
        weighed = [[path.name, _sha256(path, path.stat().st_size, path.stat().st_mtime_ns)] for path in files]
        identity = fingerprint(weighed, sha256_file(folder / "config.json"), tokens)
    except TextEncoderError:
        raise
    except _UNUSABLE as error:
        raise _unusable(name, error) from error
    return Checkpoint(name, weights, config, tokenizer, identity)


@lru_cache(maxsize=64)
def _sha256(path: Path, size: int, changed: int) -> str:  # noqa: ARG001 - size and time are part of the cache key
    return sha256_file(path)


def _text_class(library: Any, name: str, config: Any) -> Any:
    """The class of the model, of its text tower, or of its encoder. Raises TextEncoderError if there is none."""
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
    """Silence transformers' reports of unused weights, which the text tower of a larger model always has."""
    logging = library.utils.logging
    before, showed = logging.get_verbosity(), logging.is_progress_bar_enabled()
    logging.set_verbosity_error()
    if not bars:
        logging.disable_progress_bar()
    try:
        yield
    finally:
        logging.set_verbosity(before)
        if showed:
            logging.enable_progress_bar()


def _unusable(name: str, error: Exception) -> TextEncoderError:
    return TextEncoderError(f"{name} holds no text encoder that can be used: {_short(error)}")


def _short(error: Exception) -> str:
    return " ".join(str(error).split())[:200]
