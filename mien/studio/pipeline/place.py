"""The repository whose pipeline the studio shows, and the servers that `make ui` started for it."""

from __future__ import annotations

import base64
import os
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from mien import checkout
from mien.files import read_json
from mien.processes import Process
from mien.studio.settings import Settings
from mien.tracking.values import main_root


def repository() -> Path:
    """The current folder where it is a repository of the pipeline, else the checkout that mien is installed from."""
    here = Path.cwd()
    return here if (here / "dvc.yaml").is_file() else checkout.CHECKOUT


@dataclass(frozen=True)
class Server:
    """A server: its address without a path, the page for a browser, and the header that it asks for, if any."""

    address: str
    page: str
    authorization: str | None = None


def prefect_server(settings: Settings) -> Server:
    """Prefect's server: the one that `make ui` runs for the repository, else the one of the settings.

    The password of `make ui` is sent to its own server only; any other one is given `PREFECT_API_AUTH_STRING`.
    """
    root = main_root(repository())
    own = _started(root, "prefect")
    address = own or settings.prefect.rstrip("/")
    secret = os.environ.get("PREFECT_API_AUTH_STRING") if own is None else _password(root)
    basic = f"Basic {base64.b64encode(secret.strip().encode()).decode()}" if secret else None
    return Server(address, address, basic)


def mlflow_server(settings: Settings) -> Server:
    """MLflow's server: the one that `make ui` runs for the repository, else the one of the settings."""
    root = main_root(repository())
    address = _started(root, "mlflow") or settings.mlflow.rstrip("/")
    return Server(address, _started(root, "mlflow", "page") or address)


def _started(root: Path, name: str, key: str = "address") -> str | None:
    """The address of a server in the state file of `make ui`, where its process is alive and it is on loopback."""
    try:
        entry = read_json(root / ".mien" / "ui.json")[name]
        process = Process(int(entry["pid"]), float(entry["started"]))
        address, found = str(entry["address"]), str(entry[key])
    except (OSError, ValueError, KeyError, TypeError):
        return None
    if urlsplit(address).hostname not in ("127.0.0.1", "localhost", "::1") or not process.alive():
        return None
    return (found or address).rstrip("/")


def _password(root: Path) -> str | None:
    try:
        return (root / ".mien" / "prefect" / "password").read_text(encoding="utf-8")
    except OSError:
        return None
