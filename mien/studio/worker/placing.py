"""From the folder in which a job is made to the folder of its result: whole, once, and never over a later attempt."""

from __future__ import annotations

import os
import re
import shutil
from dataclasses import asdict
from pathlib import Path
from typing import Any

from mien.files import read_json, write_json
from mien.studio.database.engine import Database
from mien.studio.database.tables import Job
from mien.studio.files.place import RESULTS, WORK, result_folder
from mien.studio.worker.protocol import Done

OUTCOME = "outcome.json"
"""In a result's folder: the attempt that made it, and all that is then written into the table."""

_ATTEMPT = re.compile(r"([0-9a-f]{32})-([0-9]+)")


def made_before(folder: Path, job: Job) -> Done | None:
    """What an earlier attempt had made and placed when it died before it could say so; None: nothing."""
    found = _outcome(result_folder(folder, job.id))
    if found is None:
        return None
    found.pop("attempt")
    return Done(**{**found, "notes": tuple(found["notes"])})


def place_result(folder: Path, made: Path, job: Job, done: Done) -> bool:
    """Rename the folder `made` to that of the job's result; False: a later attempt has already placed its own.

    What an earlier attempt has left is replaced. Everything is on the disk before the folder has its name.
    """
    write_json(made / OUTCOME, {"attempt": job.attempt, **asdict(done)})
    for entry in made.iterdir():
        _fsync(entry)
    _fsync(made)
    target = result_folder(folder, job.id)
    target.parent.mkdir(parents=True, exist_ok=True)
    there = _outcome(target)
    if there is not None and there["attempt"] > job.attempt:
        return False
    if target.exists():
        old = made.with_name(f"{made.name}.old")
        target.rename(old)
        shutil.rmtree(old, ignore_errors=True)
    made.rename(target)
    _fsync(target.parent)
    return True


def remove_result(folder: Path, job: Job) -> None:
    """Remove what this attempt placed, which nobody wants; a later attempt's stays."""
    target = result_folder(folder, job.id)
    there = _outcome(target)
    if there is not None and there["attempt"] == job.attempt:
        shutil.rmtree(target, ignore_errors=True)


def remove_leftovers(folder: Path, db: Database) -> None:
    """Remove what dead attempts left: folders of attempts that no job is running."""
    place = folder / WORK
    place.mkdir(parents=True, exist_ok=True)
    (folder / RESULTS).mkdir(exist_ok=True)
    names = [entry.name for entry in place.iterdir()]  # before the jobs are read: none of them starts in between
    for name in names:
        match = _ATTEMPT.match(name)
        if match is None:
            continue
        with db.session() as session:
            job = session.get(Job, match[1])
            whole = match.end() == len(name)  # not a result that was just replaced
            runs = whole and job is not None and job.state == "running" and job.attempt == int(match[2])
        if not runs:
            shutil.rmtree(place / name, ignore_errors=True)


def _outcome(folder: Path) -> dict[str, Any] | None:
    try:
        found: dict[str, Any] = read_json(folder / OUTCOME)
    except FileNotFoundError:
        return None
    return found


def _fsync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
