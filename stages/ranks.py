"""Ranks of a distributed training: a stage starts `execution.ranks` processes of itself.

The stage's own process is rank 0: it alone holds the stage's lock, logs to MLflow and writes outs. Under torchrun,
which sets the same variables, nothing is started here.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from mien.processes import GRACE_SECONDS


class RankFailedError(RuntimeError):
    """A rank of a distributed training ended with an error."""


def rank() -> int:
    """This process's rank; 0 without distributed training."""
    return int(os.environ.get("RANK", 0))


@contextmanager
def started_ranks(name: str, params: Path, count: int) -> Iterator[None]:
    """Ranks 1 … count − 1 of the stage `name`; this process is rank 0. Raises RankFailedError when one of them fails.

    They end with this process, and are stopped when it fails.
    """
    if count == 1 or "RANK" in os.environ:
        yield
        return
    common = {"WORLD_SIZE": str(count), "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(_free_port())}
    command = [sys.executable, "-m", f"stages.{name}", "--params", str(params)]
    others = [
        subprocess.Popen(command, env={**os.environ, **common, "RANK": str(number), "LOCAL_RANK": str(number)})
        for number in range(1, count)
    ]
    own = {**common, "RANK": "0", "LOCAL_RANK": "0"}
    os.environ.update(own)
    try:
        yield
        codes = [other.wait(GRACE_SECONDS * 6) for other in others]
        if any(codes):
            raise RankFailedError(f"of the ranks of {name}, one ended with exit code {next(filter(None, codes))}")
    finally:
        for other in others:
            if other.poll() is None:
                other.terminate()
        for variable in own:
            os.environ.pop(variable, None)


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])
