"""Losses over the course of a training, kept with the checkpoint so that a resumed run tells the whole story."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

Log = Callable[[Mapping[str, float], int], None]
"""Called with values by name and the number of samples seen so far."""


def no_log(values: Mapping[str, float], samples: int) -> None:
    """A `Log` that forgets."""


class Curves:
    """A record of (values, samples), each row passed on to `log` once.

    `restore` takes the rows of a checkpoint and passes them on again: the listener of a resumed run hears the same
    rows as the listener of an undisturbed one.
    """

    def __init__(self, log: Log) -> None:
        self.rows: list[dict[str, Any]] = []
        self._log = log

    def record(self, values: Mapping[str, float], samples: int) -> None:
        """Keep the values and pass them on."""
        self.rows.append({"samples": samples, **values})
        self._log(dict(values), samples)

    def restore(self, rows: list[dict[str, Any]]) -> None:
        """Begin again with the rows of a checkpoint."""
        self.rows = []
        for row in rows:
            values = {name: value for name, value in row.items() if name != "samples"}
            self.record(values, int(row["samples"]))
