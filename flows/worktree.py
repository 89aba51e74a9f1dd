"""Git worktrees of experiments: the user's current files, overridden parameters, the same DVC cache.

A run with overrides, with a name, or beside another run never touches the user's working tree. It gets a git worktree
below `.mien/worktrees/`: HEAD, plus the user's uncommitted and untracked files, plus the overrides in params.yaml (as
`dvc exp run -S`). DVC's cache, the per-clip caches, the checkpoints of trainings and the raw clips are shared, so only
changed stages run, and a training that was stopped goes on in the next run with the same parameters. After success
`dvc exp save` stores the result as an ordinary DVC experiment (`dvc exp show`, `dvc exp apply NAME`). The worktree is
removed in any case; that of a killed process, when the next run starts.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from flows.dvc_process import dvc_output
from mien.locks import LockHeldError, file_lock

_WORKTREES = Path(".mien") / "worktrees"

OVERRIDE = re.compile(r"^[A-Za-z_]\w*(\.\w+)+=.*$", re.DOTALL)


class OverrideError(ValueError):
    """An override does not fit params.yaml; the message is one sentence."""


def apply_overrides(path: Path, overrides: Sequence[str]) -> None:
    """Set each `section.key=value` (the value is YAML: `1e-4`, `true`, `[1, 2]`) in a params file; comments are kept.

    Raises OverrideError if the section is missing; the key is checked by the stage's options model.
    """
    yaml = YAML()
    yaml.preserve_quotes = True
    yaml.width = 4096
    values: Any = yaml.load(path.read_text(encoding="utf-8")) or {}
    changes: list[tuple[Any, str, Any]] = []
    for override in overrides:
        if not OVERRIDE.match(override):
            raise OverrideError(f"'{override}' is no override; write section.key=value")
        name, text = override.split("=", 1)
        *sections, key = name.split(".")
        owner = values
        for section in sections:
            if not isinstance(owner, dict) or section not in owner:
                known = ", ".join(map(str, owner)) if isinstance(owner, dict) else "nothing"
                raise OverrideError(f"'{name}': params.yaml has no '{section}' there; it has {known}")
            if owner[section] is None:
                owner[section] = {}
            owner = owner[section]
        if not isinstance(owner, dict):
            raise OverrideError(f"'{name}' names no place in params.yaml; write section.key=value")
        changes.append((owner, key, YAML(typ="safe").load(text) if text.strip() else None))
    for owner, key, value in changes:
        owner[key] = value
    with path.open("w", encoding="utf-8") as stream:
        yaml.dump(values, stream)


@contextmanager
def worktree_of(root: Path, name: str, overrides: Sequence[str], environment: Mapping[str, str]) -> Iterator[Path]:
    """The folder of a new worktree for the experiment `name`; removed at the end. The caller holds `lock_of` it."""
    path = root / _WORKTREES / name
    try:
        yield _make(root, path, overrides, environment)
    finally:
        _remove(root, path)


def lock_of(root: Path, name: str) -> Path:
    """The lock that a run of the experiment `name` holds."""
    return root / ".mien" / "locks" / f"experiment-{name}.lock"


def remove_abandoned(root: Path) -> None:
    """Remove the worktrees whose runs were killed: those that no process holds the lock of."""
    folder = root / _WORKTREES
    for path in sorted(folder.iterdir()) if folder.is_dir() else []:
        try:
            with file_lock(lock_of(root, path.name), seconds=0):
                _remove(root, path)
        except LockHeldError:
            continue


def _remove(root: Path, path: Path) -> None:
    shutil.rmtree(path, ignore_errors=True)
    _git(root, "worktree", "prune")


def _make(root: Path, path: Path, overrides: Sequence[str], environment: Mapping[str, str]) -> Path:
    _remove(root, path)
    _git(root, "worktree", "add", "--quiet", "--detach", str(path), "HEAD")
    _copy_changes(root, path)
    _share(root, path)
    dvc_output(path, ["config", "--local", "cache.dir", _cache(root, environment)], environment)
    apply_overrides(path / "params.yaml", overrides)
    dvc_output(path, ["checkout", "--quiet", "--force", "--allow-missing"], environment)
    return path


def keep_experiment(worktree: Path, name: str, environment: Mapping[str, str]) -> None:
    """Save the worktree's result as the DVC experiment `name`."""
    dvc_output(worktree, ["exp", "save", "--force", "--name", name], environment)


def _copy_changes(root: Path, worktree: Path) -> None:
    changes = _git_bytes(root, "diff", "--binary", "HEAD")
    if changes:
        _git_bytes(worktree, "apply", "--whitespace=nowarn", "-", stdin=changes)
    for entry in _git_bytes(root, "ls-files", "--others", "--exclude-standard", "-z").split(b"\0"):
        source = root / entry.decode(errors="surrogateescape")
        if entry and source.is_file():
            target = worktree / source.relative_to(root)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, target, follow_symlinks=False)


def _share(root: Path, worktree: Path) -> None:
    """Link what is named by its content, per-clip caches and checkpoints, and the raw clips, which are only read."""
    shared = [root / ".cache", root / ".resume"]
    for folder in shared:
        folder.mkdir(exist_ok=True)
    raw = root / "data" / "raw"
    if raw.is_dir():
        shared += list(raw.iterdir())
    for source in shared:
        target = worktree / source.relative_to(root)
        if not target.exists() and not target.is_symlink():
            target.parent.mkdir(parents=True, exist_ok=True)
            target.symlink_to(source)


def _cache(root: Path, environment: Mapping[str, str]) -> str:
    return str((root / dvc_output(root, ["cache", "dir"], environment).strip()).resolve())


def _git(folder: Path, *arguments: str) -> str:
    return _git_bytes(folder, *arguments).decode()


def _git_bytes(folder: Path, *arguments: str, stdin: bytes | None = None) -> bytes:
    command = ["git", "-C", str(folder), *arguments]
    answer = subprocess.run(command, input=stdin, capture_output=True, check=False)
    if answer.returncode:
        raise RuntimeError(f"git {' '.join(arguments[:2])}: {answer.stderr.decode(errors='replace').strip()}")
    return answer.stdout
