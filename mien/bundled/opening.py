"""Opening a model wherever it is; one that is stored compactly is expanded into a temporary folder of this process."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

from mien.bundled.contents import COMPACT, WEIGHTS, BundleError, check_files, is_compact, read_contents
from mien.bundled.place import Place
from mien.files import sha256_file
from mien.storage.checksummed_json import read_checksummed_json, write_checksummed_json
from mien.storage.leftovers import remove_leftovers_once, temporary_beside
from mien.systems.errors import RequestError
from mien.systems.model import ModelFolder, TrainedModel

_expanded: dict[str, Path] = {}
_lock = threading.Lock()


def open_model(model: ModelFolder, place: Place) -> TrainedModel:
    """The model at a place. Raises RequestError when it cannot be used."""
    if not is_compact(place.folder):
        return model.open(place.folder)
    try:
        if place.bundled:
            _check(place.folder)
        own = model.config(place.folder)
        compact = read_checksummed_json(place.folder / COMPACT)
        version = f"{own['kind']} {str(compact['sha256'])[:12]} ({'bundled' if place.bundled else 'compact'})"
        return replace(model.open(expand(place.folder)), version=version)
    except (ValueError, OSError, KeyError) as error:
        raise RequestError(f"the model in {place.folder} cannot be used: {error}") from error


def bundle_note(model: ModelFolder, place: Place) -> str | None:
    """A sentence that says that a bundled model is used; None for any other."""
    if not place.bundled:
        return None
    try:
        own = read_contents(place.folder.parent).models.get(place.folder.name)
    except BundleError as error:
        raise RequestError(str(error)) from error
    return f"using the bundled model of {model.what}: trained on {own.seen if own else 'unknown data'}"


def _check(folder: Path) -> None:
    own = read_contents(folder.parent).models.get(folder.name)
    if own is None:
        raise BundleError(f"{folder.name} is not listed in the bundle")
    check_files(folder, own)


def expand(folder: Path) -> Path:
    """A folder as the pipeline writes it, with the weights of a compact one; it lives as long as this process.

    Parts that are loaded later find their files there. Folders of processes that were killed are removed by the next
    one. Raises ValueError for damaged files, OSError for a disk that is full.
    """
    key = f"{folder.absolute()} {sha256_file(folder / COMPACT)}"
    with _lock:
        found = _expanded.get(key)
        if found is None or not found.is_dir():
            found = _expanded[key] = _expand(folder)
        return found


def _expand(folder: Path) -> Path:
    above = Path(tempfile.gettempdir())
    remove_leftovers_once(above)
    out = temporary_beside(above / f"mien-{folder.name}")
    out.mkdir(mode=0o700)
    atexit.register(_remove, out, os.getpid())
    try:
        for compact in sorted(folder.rglob(COMPACT)):
            expand_into(compact.parent, out / compact.parent.relative_to(folder))
    except BaseException:
        shutil.rmtree(out, ignore_errors=True)
        raise
    return out


def _remove(folder: Path, process: int) -> None:
    if os.getpid() == process:  # a forked child must not remove what its parent uses
        shutil.rmtree(folder, ignore_errors=True)


def expand_into(folder: Path, out: Path) -> None:
    """Write `model.safetensors`, `config.json` and `card.md` of one compact folder to `out`."""
    from safetensors import SafetensorError
    from safetensors.torch import load_file, save_file

    from mien.training.compact import restore

    how: dict[str, Any] = read_checksummed_json(folder / COMPACT)
    config = read_checksummed_json(folder / "config.json")
    weights = folder / WEIGHTS
    if sha256_file(weights) != how.get("sha256"):
        raise ValueError(f"{weights} is damaged: its digest is not the one in {COMPACT}")
    try:
        tensors = restore(load_file(weights), how["tensors"])
    except (KeyError, TypeError, SafetensorError) as error:
        raise ValueError(f"{weights} is damaged ({error})") from error
    out.mkdir(parents=True, exist_ok=True)
    save_file(tensors, out / "model.safetensors")
    write_checksummed_json(out / "config.json", {**config, "sha256": sha256_file(out / "model.safetensors")})
    shutil.copyfile(folder / "card.md", out / "card.md")
