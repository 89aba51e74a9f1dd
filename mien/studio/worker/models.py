"""The models that a process keeps loaded between jobs, the latest used first, within a bound of memory."""

from __future__ import annotations

import ctypes
import gc
import sys
from collections import OrderedDict
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from mien.bundled.opening import bundle_note, open_model
from mien.bundled.place import Place, find_model
from mien.systems.model import NO_MODEL, ModelFolder, TrainedModel
from mien.systems.request import Request
from mien.systems.system import Loaded, System

Stamp = tuple[Path, int, int]
"""Folder of a model, and time (ns) and size of its config.json, which a new training writes anew."""


@dataclass(frozen=True)
class _Kept:
    stamp: Stamp
    model: TrainedModel


class WarmModels:
    """Loaded models by command and name. root: relative folders of models are looked for here first."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._kept: OrderedDict[tuple[str, str], _Kept] = OrderedDict()

    @property
    def commands(self) -> tuple[str, ...]:
        """Commands of which a model is loaded, each once."""
        return tuple(dict.fromkeys(command for command, _ in self._kept))

    def folders(self, system: System[Any]) -> dict[str, Path]:
        """The folders of the system's models that are found below `root`, by option name."""
        named = {"model": system.model, **{one.name: one.model for one in system.extras}}
        found = {name: self.root / model.folder for name, model in named.items()}
        return {name: folder for name, folder in found.items() if (folder / "config.json").is_file()}

    def is_warm(self, system: System[Any], request: Request) -> bool:
        """Whether all models that a request needs are loaded."""
        return all((system.command, name) in self._kept for name in _needed(system, request))

    def loaded(self, system: System[Any], request: Request) -> Loaded:
        """The models that a request needs, loaded where they are not yet. Raises RequestError where one is unusable."""
        folders = self.folders(system)
        needed = _needed(system, request)
        places = {name: find_model(model, folders.get(name)) for name, model in needed.items()}
        models = {name: self._open(system.command, name, model, places[name]) for name, model in needed.items()}
        notes = tuple(note for name, place in places.items() if (note := bundle_note(needed[name], place)))
        return Loaded(system, models.pop("model", NO_MODEL), models, notes)

    def shrink(self, most_bytes: int) -> int:
        """Forget the models that were used longest ago until the process has at most `most_bytes`; returns its bytes.

        At least the last one is kept: whoever asked for the memory starts a new process where that is too much.
        """
        resident = _resident()
        while resident > most_bytes and len(self._kept) > 1:
            self._kept.popitem(last=False)
            gc.collect()
            if sys.platform == "linux":  # the allocator keeps what is freed, unless it is told
                ctypes.CDLL(None).malloc_trim(0)
            resident = _resident()
        return resident

    def _open(self, command: str, name: str, model: ModelFolder, place: Place) -> TrainedModel:
        stamp = _stamp(place.folder)
        kept = self._kept.get((command, name))
        if kept is not None and kept.stamp != stamp:
            kept = None  # the memory of an outdated model is free before the new one is loaded
            del self._kept[command, name]
        if kept is None:
            kept = self._kept[command, name] = _Kept(stamp, open_model(model, place))
        self._kept.move_to_end((command, name))
        return kept.model


def _needed(system: System[Any], request: Request) -> dict[str, ModelFolder]:
    needed = {"model": system.model} if system.needs_model(request) else {}
    return needed | {one.name: one.model for one in system.extras if one.needed(request)}


def _stamp(folder: Path) -> Stamp:
    try:
        found = (folder / "config.json").stat()
    except OSError:  # whoever opens it says so
        return folder, 0, 0
    return folder, found.st_mtime_ns, found.st_size


def _resident() -> int:
    return int(psutil.Process().memory_info().rss)
