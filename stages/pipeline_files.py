"""Reading of dvc.yaml, dvc.lock and params.yaml without importing dvc, which is slow."""

from __future__ import annotations

import fcntl
import hashlib
import re
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from mien.files import fingerprint, sha256_file

LOCK_SECONDS = 60.0
"""Timeout for another dvc process that is writing dvc.lock."""
_TEMPLATE = re.compile(r"\$\{([\w.-]+)\}")


class PipelineFileError(ValueError):
    """A pipeline file is missing or unreadable; the message is one sentence."""


def read_yaml(path: Path) -> dict[str, Any]:
    """A YAML 1.2 mapping, read as DVC reads it (`1e-4` is a number)."""
    try:
        value = YAML(typ="safe").load(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise PipelineFileError(f"{path} does not exist") from None
    except (YAMLError, UnicodeDecodeError, OSError) as error:
        raise PipelineFileError(f"{path} cannot be read: {' '.join(str(error).split())[:300]}") from None
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise PipelineFileError(f"{path} must hold a mapping of sections, not a {type(value).__name__}")
    return value


class PipelineFiles:
    """The pipeline of the dvc.yaml in `root`; without the file, a pipeline without stages."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._stages: dict[str, Any] = _optional(root / "dvc.yaml").get("stages") or {}
        self._params = _optional(root / "params.yaml")
        with _unwritten(root):
            self._lock: dict[str, Any] = _optional(root / "dvc.lock").get("stages") or {}

    def stages(self) -> list[str]:
        """The names of all stages."""
        return list(self._stages)

    def stages_with_params(self) -> list[str]:
        """The stages whose `params` include the section with their name."""
        return [name for name, definition in self._stages.items() if name in (definition.get("params") or [])]

    def dependencies(self, stage: str) -> list[str]:
        """Paths of the stage's `deps`."""
        return self._paths(self._stages.get(stage, {}).get("deps"))

    def outputs(self, stage: str) -> list[str]:
        """Paths of the stage's `outs`, `metrics` and `plots`."""
        definition = self._stages.get(stage, {})
        return [path for key in ("outs", "metrics", "plots") for path in self._paths(definition.get(key))]

    def inputs(self) -> list[str]:
        """Paths of the `deps` that no stage makes: code, and data of the user."""
        made = [path for name in self._stages for path in self.outputs(name)]
        needed = dict.fromkeys(path for name in self._stages for path in self.dependencies(name))
        return [path for path in needed if _holder(path, made) is None]

    def code_table(self, stage: str) -> str | None:
        """The stage's dependency that is an out of the stage `code`; None where there is none."""
        tables = self.outputs("code")
        return next((path for path in self.dependencies(stage) if path in tables), None)

    def ancestors(self, stage: str) -> list[str]:
        """All upstream stages of `stage`, nearest first."""
        makers = {path: name for name in self._stages for path in self.outputs(name)}
        found: list[str] = []
        queue = [stage]
        while queue:
            for dependency in self.dependencies(queue.pop(0)):
                maker = makers.get(_holder(dependency, makers) or "")
                if maker is not None and maker != stage and maker not in found:
                    found.append(maker)
                    queue.append(maker)
        return found

    def entry_digest(self, stage: str) -> str | None:
        """SHA-256 of the stage's entry in dvc.lock; None where it has none."""
        entry = self._lock.get(stage)
        return None if entry is None else fingerprint(entry)

    def data_digests(self, stage: str) -> dict[str, str]:
        """Dependencies that are tracked as data (outs of stages, or files of `dvc add`) → DVC's MD5."""
        known = {out["path"]: str(out["md5"]) for entry in self._lock.values() for out in entry.get("outs", [])}
        digests = {}
        for path in self.dependencies(stage):
            if path == self.code_table(stage):
                continue
            added = _optional(self.root / f"{path}.dvc").get("outs")
            if path in known:
                digests[path] = known[path]
            elif _holder(path, known) and (self.root / path).is_file():
                digests[path] = hashlib.md5((self.root / path).read_bytes(), usedforsecurity=False).hexdigest()
            elif added:
                digests[path] = str(added[0].get("md5", ""))
        return digests

    def inputs_as_recorded(self, stage: str) -> bool:
        """Whether all inputs from other stages have the digests that dvc.lock records for the last run of `stage`."""
        makers = [path for name in self._stages for path in self.outputs(name)]
        recorded = {entry["path"]: entry.get("md5") for entry in self._lock.get(stage, {}).get("deps", [])}
        now = self.data_digests(stage)
        made = [path for path in self.dependencies(stage) if _holder(path, makers)]
        return all(path in now and now[path] == recorded.get(path) for path in made)

    def dependency_digests(self, stage: str) -> dict[str, str]:
        """Dependency → digest: DVC's MD5 for data, else SHA-256 of the content, which is read."""
        known = self.data_digests(stage)
        return {path: known.get(path) or _digest(self.root / path) for path in self.dependencies(stage)}

    def _paths(self, entries: Iterable[str | Mapping[str, Any]] | None) -> list[str]:
        paths = (entry if isinstance(entry, str) else next(iter(entry)) for entry in entries or [])
        return [_TEMPLATE.sub(self._parameter, path) for path in paths]

    def _parameter(self, match: re.Match[str]) -> str:
        value: Any = self._params
        for key in match[1].split("."):
            value = value.get(key) if isinstance(value, dict) else None
        return match[0] if value is None else str(value)


def _optional(path: Path) -> dict[str, Any]:
    return read_yaml(path) if path.is_file() else {}


@contextmanager
def _unwritten(root: Path) -> Iterator[None]:
    """Keep other dvc processes from writing dvc.lock: it is written in place, so a reader could get a partial file.

    dvc holds the exclusive lock of `.dvc/tmp/lock` while it writes, and not while a stage's command runs.
    """
    path = root / ".dvc" / "tmp" / "lock"
    if not path.is_file():
        yield
        return
    with path.open("rb") as stream:
        deadline = time.monotonic() + LOCK_SECONDS
        while True:
            try:
                fcntl.flock(stream, fcntl.LOCK_SH | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() > deadline:
                    raise PipelineFileError(f"a dvc has held {path} for {LOCK_SECONDS:.0f} s") from None
                time.sleep(0.02)
        yield


def _holder(path: str, outs: Iterable[str]) -> str | None:
    """The out that is `path` or contains it."""
    return next((out for out in outs if path == out or path.startswith(f"{out}/")), None)


def _digest(path: Path) -> str:
    if path.is_file():
        return sha256_file(path)
    files = sorted(p for p in path.rglob("*") if p.is_file() and p.suffix != ".pyc")
    return fingerprint([[str(p.relative_to(path)), sha256_file(p)] for p in files])
