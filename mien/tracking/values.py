"""Tracked values (data sets, models, metrics, parameters, git state), and the configuration of MLflow."""

from __future__ import annotations

import logging
import os
import socket
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlparse

_LONGEST_PARAMETER = 6000
PROBE_SECONDS = 2.0
"""Time limit for a connection to the tracking server, after which it counts as unreachable."""


@dataclass(frozen=True)
class Dataset:
    """Input data of a run: its name (a path in the repository) and its digest (DVC's md5, at most 36 characters)."""

    name: str
    digest: str


@dataclass(frozen=True)
class ServedModel:
    """A model folder to log and register, with its loader and its signature.

    `loader` is the module whose `_load_pyfunc(folder)` loads it, so nothing is pickled. `inputs` and `outputs` map a
    name to (NumPy dtype, shape with −1 for a free length). `example` is a batch of 2, because a traced batch size of 1
    would become fixed.
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
    """The metric that decides between two versions of a model, with its evaluation.

    `evaluation`: fingerprint of the evaluation (data, judges, options); figures are comparable only if it is equal.
    `data`: digest of the evaluation data.
    """

    name: str
    value: float
    higher_is_better: bool
    evaluation: str
    data: str

    def better_than(self, other: float) -> bool:
        return self.value > other if self.higher_is_better else self.value < other


def main_root(folder: Path) -> Path:
    """Root of the main repository of `folder`: the parent of git's common directory; without git `folder` itself."""
    folder = folder.resolve()
    parts = folder.parts
    for index in range(len(parts) - 2):
        if parts[index : index + 3] == (".dvc", "tmp", "exps"):
            return Path(*parts[:index])
    command = ["git", "-C", str(folder), "rev-parse", "--path-format=absolute", "--git-common-dir"]
    answer = subprocess.run(command, capture_output=True, text=True, check=False)
    common = Path(answer.stdout.strip())
    return common.parent if answer.returncode == 0 and common.name == ".git" else folder


def tracking_uri(folder: Path) -> str:
    """`MLFLOW_TRACKING_URI`; if unset, the SQLite file at the root of the main repository."""
    return os.environ.get("MLFLOW_TRACKING_URI") or f"sqlite:///{main_root(folder) / 'mlflow.db'}"


def reachable(uri: str) -> bool:
    """Whether the server at `uri` accepts connections; always True for a database file."""
    address = urlparse(uri)
    if address.scheme not in {"http", "https"} or address.hostname is None:
        return True
    port = address.port or (443 if address.scheme == "https" else 80)
    try:
        socket.create_connection((address.hostname, port), timeout=PROBE_SECONDS).close()
    except OSError:
        return False
    return True


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
    """Tags with the git commit and whether tracked files differ from it; empty outside a git repository."""

    def git(*arguments: str) -> str | None:
        answer = subprocess.run(["git", "-C", str(folder), *arguments], capture_output=True, text=True, check=False)
        return answer.stdout.strip() if answer.returncode == 0 else None

    commit = git("rev-parse", "HEAD")
    if commit is None:
        return {}
    dirty = bool(git("status", "--porcelain", "--untracked-files=no"))
    return {"mlflow.source.git.commit": commit, "git.revision": commit, "git.dirty": str(dirty).lower()}


def numbers(values: Mapping[str, Any], prefix: str = "") -> dict[str, float]:
    """The numbers of a nested mapping as `a.b` → float; other values are left out."""
    flat: dict[str, float] = {}
    for key, value in values.items():
        if isinstance(value, Mapping):
            flat.update(numbers(value, f"{prefix}{key}."))
        elif isinstance(value, int | float) and not isinstance(value, bool):
            flat[f"{prefix}{key}"] = float(value)
    return flat


def configure_mlflow() -> None:
    """Configure MLflow for short time-outs and no telemetry or log messages; settings of the user take precedence."""
    defaults = {
        "MLFLOW_DISABLE_TELEMETRY": "true",
        "DO_NOT_TRACK": "true",
        "MLFLOW_HTTP_REQUEST_TIMEOUT": "5",
        "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "1",
        "MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR": "false",
        "GIT_PYTHON_REFRESH": "quiet",
        "MLFLOW_LOGGING_LEVEL": "ERROR",
    }
    for name, value in defaults.items():
        os.environ.setdefault(name, value)
    for name in ("mlflow", "alembic"):
        logging.getLogger(name).setLevel(logging.ERROR)
