"""Where the outs of the pipeline are, for a command that is called from any folder."""

from __future__ import annotations

from pathlib import Path

CHECKOUT = Path(__file__).parents[1]
"""The folder that holds this package: the root of the repository that it is installed from."""


def located(path: Path) -> Path:
    """A relative path below the current folder if it exists there, else below the checkout if there, else as it is."""
    beside = CHECKOUT / path
    return beside if not path.exists() and beside.exists() else path
