"""Losses and figures over the course of a training, kept in its checkpoint."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

Log = Callable[[Mapping[str, float], int], None]
"""Called with values by name and the number of samples processed so far."""


def no_log(values: Mapping[str, float], samples: int) -> None:
    """A `Log` that ignores everything."""


class Curves:
    """Rows of values by the number of samples, each passed on to `log` once.

    `restore` loads the rows of a checkpoint and passes them on again, so that the listener of a resumed training gets
    the rows of an undisturbed one.
    """

    def __init__(self, log: Log | None) -> None:
        self.rows: list[dict[str, Any]] = []
        self._log = log or no_log

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
