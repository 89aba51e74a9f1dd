"""`mien worker`: a process that makes the jobs of a studio."""

from __future__ import annotations

import signal
import threading
from pathlib import Path
from types import FrameType
from typing import Annotated

import typer

from mien.commands.studio_options import (
    FOLDER,
    DatabaseUrl,
    Folder,
    LimitValues,
    limits_of,
    open_database,
    refuse_no_studio,
)


def worker(
    folder: Folder = FOLDER,
    database: DatabaseUrl = None,
    limit: LimitValues = None,
    systems: Annotated[str, typer.Option(hidden=True)] = "mien.makers.systems:SYSTEMS",
    parent: Annotated[int | None, typer.Option(hidden=True)] = None,
) -> None:
    """Make the jobs of a studio, one after the other, until it is stopped.

    `mien serve` starts its own; further ones run beside it, or on another machine with the same database and folder. A
    worker may be killed at any time: its job goes back to its place in the queue.
    """
    import psutil

    from mien.processes import Process, watch
    from mien.studio.settings import Settings
    from mien.studio.worker.supervisor import Supervisor

    stop = threading.Event()

    def end(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, end)
    settings = Settings(folder=folder, database=database, limits=limits_of(limit))
    refuse_no_studio(settings)
    db = open_database(settings)
    try:
        if parent is not None:
            try:
                watch(Process.of(parent), stop.set)
            except psutil.NoSuchProcess:  # it ended while this process started
                return
        Supervisor(settings, db, systems, Path.cwd()).run(stop)
    finally:
        db.close()
