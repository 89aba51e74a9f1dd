"""What is tracked, as plain values: data sets, models, the deciding figure, parameters, the state of git."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_LONGEST_PARAMETER = 6000


@dataclass(frozen=True)
class Dataset:
    """Data that a run read: its name (a path in the repository) and its digest (DVC's md5, at most 36 characters)."""

    name: str
    digest: str


@dataclass(frozen=True)
class ServedModel:
    """A model folder to log and register: how to load it, what goes in and comes out.

    `loader` is the module whose `_load_pyfunc(folder)` loads it, so nothing is pickled. `inputs` and `outputs` map a
    name to (NumPy dtype, shape with −1 for a free length); `example` is a batch of 2, because the traced batch size
    of an example of 1 would become a fixed one.
    """

    name: str
    folder: Path
    loader: str
    inputs: Mapping[str, tuple[str, tuple[int, ...]]]
    outputs: Mapping[str, tuple[str, tuple[int, ...]]]
    example: Mapping[str, Any]
    requirements: Sequence[str] = ("mien",)


@dataclass(frozen=True)
class Figure:
    """The figure that decides between two versions of a model."""

    name: str
    value: float
    higher_is_better: bool

    def better_than(self, other: float) -> bool:
        return self.value > other if self.higher_is_better else self.value < other


def main_root(folder: Path) -> Path:
    """The root of the main repository to which `folder` belongs: git's common directory's parent, else `folder`."""
    folder = folder.resolve()
    parts = folder.parts
    for index in range(len(parts) - 2):
        if parts[index : index + 3] == (".dvc", "tmp", "exps"):
            return Path(*parts[:index])
    command = ["git", "-C", str(folder), "rev-parse", "--path-format=absolute", "--git-common-dir"]
    answer = subprocess.run(command, capture_output=True, text=True, check=False)
    common = Path(answer.stdout.strip())
    return common.parent if answer.returncode == 0 and common.name == ".git" else folder


def flatten(values: Mapping[str, Any], prefix: str = "") -> dict[str, str]:
    """Nested parameters as `section.key` → text."""
    flat: dict[str, str] = {}
    for key, value in values.items():
        name = f"{prefix}{key}"
        if isinstance(value, Mapping) and value:
            flat.update(flatten(value, f"{name}."))
        else:
            flat[name] = str(value)[:_LONGEST_PARAMETER]
    return flat


def git_tags(folder: Path) -> dict[str, str]:
    """The commit and whether tracked files differ from it; nothing outside a git repository."""

    def git(*arguments: str) -> str | None:
        answer = subprocess.run(["git", "-C", str(folder), *arguments], capture_output=True, text=True, check=False)
        return answer.stdout.strip() if answer.returncode == 0 else None

    commit = git("rev-parse", "HEAD")
    if commit is None:
        return {}
    dirty = bool(git("status", "--porcelain", "--untracked-files=no"))
    return {"mlflow.source.git.commit": commit, "git.revision": commit, "git.dirty": str(dirty).lower()}


def numbers(values: Mapping[str, Any], prefix: str = "") -> dict[str, float]:
    """The numbers of a nested mapping as `a.b` → float; everything else is left out."""
    flat: dict[str, float] = {}
    for key, value in values.items():
        if isinstance(value, Mapping):
            flat.update(numbers(value, f"{prefix}{key}."))
        elif isinstance(value, int | float) and not isinstance(value, bool):
            flat[f"{prefix}{key}"] = float(value)
    return flat
