"""Where a training keeps its state, sends its curves, and runs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from mien.execution import Execution
from mien.training.curves import Log, no_log


@dataclass(frozen=True)
class Run:
    """resume: folder of the checkpoints. identity: fingerprint of everything that the result depends on, the one by
    which a checkpoint is accepted. log: listener of the curves. execution: what changes no result."""

    resume: Path
    identity: str
    log: Log = no_log
    execution: Execution = field(default_factory=Execution)

    def phase(self, name: str, prefix: str = "") -> Run:
        """A run inside this one, with checkpoints of its own; `prefix` stands before the names of its curves."""

        def log(values: Mapping[str, float], samples: int) -> None:
            self.log({f"{prefix}{key}": value for key, value in values.items()}, samples)

        return replace(self, resume=self.resume / name, log=log)
