"""A map over clips: in order, every item with an outcome, whatever an item does to its process."""

import os
import signal
from functools import partial
from pathlib import Path

import pytest

from mien.clips import ClipError
from mien.execution import Execution
from mien.parallel import map_clips


def work(folder: Path, item: int) -> int:
    """The square of `item`; 3 is refused, 5 kills its process, 7 fails the first time, 9 always."""
    if item == 3:
        raise ClipError("no_face", "in the test")
    if item == 5:
        os.kill(os.getpid(), signal.SIGKILL)
    if item == 7 and not (folder / "seven").exists():
        (folder / "seven").touch()
        raise OSError("first time")
    if item == 9:
        raise OSError("always")
    return item * item


def process(folder: Path, item: int) -> int:
    """Which process works on an item."""
    (folder / str(item)).touch()
    while len(list(folder.iterdir())) < 2:  # until another process works at the same time
        pass
    return os.getpid()


@pytest.mark.crash
@pytest.mark.parametrize("workers", [1, 2])
def test_every_item_has_an_outcome(tmp_path: Path, workers: int) -> None:
    outcomes = map_clips(partial(work, tmp_path), list(range(11)), Execution(workers=workers), "test")
    assert [outcome.value for outcome in outcomes] == [0, 1, 4, None, 16, None, 36, 49, 64, None, 100]
    assert [outcome.reason for outcome in outcomes if outcome.reason] == ["no_face", "crashed", "failed"]
    assert outcomes[9].detail == "OSError: always"


def test_processes_work_side_by_side(tmp_path: Path) -> None:
    outcomes = map_clips(partial(process, tmp_path), [0, 1], Execution(workers=2), "test")
    pids = {outcome.value for outcome in outcomes}
    assert len(pids) == 2
    assert os.getpid() not in pids


def test_dask_cluster_of_two_processes_gives_the_same(tmp_path: Path) -> None:
    items = [0, 1, 2, 3, 4, 7, 9]
    execution = Execution(executor="dask", workers=2)
    outcomes = map_clips(partial(work, tmp_path), items, execution, "test")
    assert [outcome.value for outcome in outcomes] == [0, 1, 4, None, 16, 49, None]
    assert [outcome.reason for outcome in outcomes if outcome.reason] == ["no_face", "failed"]


def test_nothing_to_do() -> None:
    assert map_clips(abs, [], Execution(), "test") == []
