"""The champions of the model registry: `python -m mien.tracking.champions [FOLDER]` prints them as JSON.

A server calls it as a process of its own, because the import of mlflow takes seconds and much memory.
"""

from __future__ import annotations

import json
import sys
from dataclasses import asdict, dataclass
from pathlib import Path

from mien.tracking.values import tracking_uri


@dataclass(frozen=True)
class Champion:
    """The champion of a registered model. weights: SHA-256 of its `model.safetensors`.

    figure, value: the figure by which it was chosen, higher is better; empty and None where it was never evaluated.
    """

    name: str
    version: str
    weights: str
    figure: str = ""
    value: float | None = None


def read_champions(folder: Path) -> dict[str, Champion]:
    """Name of each registered model that has a champion → the champion, in the registry of the repository `folder`.

    Empty without a registry, or where none can be reached (a line on stderr says so). Creates no database.
    """
    from mien.tracking.tracking import Tracking

    uri = tracking_uri(folder)
    if uri.startswith("sqlite:///") and not Path(uri.removeprefix("sqlite:///")).exists():
        return {}
    return {one.name: one for one in Tracking.connect(folder).champions()}


def main() -> None:
    """Print the champions of the registry of a folder, by default the current one."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path.cwd()
    print(json.dumps([asdict(one) for one in read_champions(folder).values()]))


if __name__ == "__main__":
    main()
