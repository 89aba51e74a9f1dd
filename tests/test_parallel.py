"""A map over clips: in order, every item with an outcome, whatever an item does to its process."""

import errno
import os
import signal
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

import psutil
import pytest

from mien.clips import ClipError
from mien.execution import Execution
from mien.files import atomic_file
from mien.machine import KilledError, MachineError
from mien.parallel import map_clips

FAULTS = {
    100: OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)),
    101: MemoryError(),
    102: PermissionError(errno.EACCES, "Permission denied", "/cache"),
    103: RuntimeError("Can't decrement id ref count (errno = 28, error message = 'No space left on device')"),
}


def killed(_item: int) -> None:
    """As the system ends a process when memory runs out."""
    os.kill(os.getpid(), signal.SIGKILL)


def crashing(_item: int) -> None:
    """As a faulty decoder ends a process."""
    os.kill(os.getpid(), signal.SIGSEGV)


def child_killed(item: int) -> int:
    """As where the system ends the ffmpeg of a worker."""
    if item == 2:
        raise KilledError("ffmpeg")
    return item


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
    if item in FAULTS:
        raise FAULTS[item]
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


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_of_the_machine_ends_the_map_and_is_no_outcome(tmp_path: Path, fault: int) -> None:
    with pytest.raises(MachineError) as caught:
        map_clips(partial(work, tmp_path), [1, fault, 2], Execution(workers=1), "test")
    assert "\n" not in str(caught.value)


@pytest.mark.crash
def test_one_killed_process_is_its_items_and_several_are_the_machines() -> None:
    outcomes = map_clips(killed, [1], Execution(workers=1), "test")
    assert [(one.reason, "signal 9" in (one.detail or "")) for one in outcomes] == [("crashed", True)]
    with pytest.raises(MachineError, match="memory"):
        map_clips(killed, [1, 2], Execution(workers=2), "test")


@pytest.mark.crash
def test_processes_that_crash_by_themselves_are_their_items() -> None:
    outcomes = map_clips(crashing, [1, 2], Execution(workers=2, retries=0), "test")
    assert [(one.reason, one.detail) for one in outcomes] == 2 * [("crashed", "the worker process died")]


def test_a_killed_child_process_is_as_a_killed_worker() -> None:
    outcomes = map_clips(child_killed, [1, 2, 3], Execution(workers=1), "test")
    assert [outcome.reason for outcome in outcomes] == [None, "crashed", None]


PARENT = """
import sys
from functools import partial
from pathlib import Path
sys.path.insert(0, sys.argv[2])
from test_parallel import busy
from mien.execution import Execution
from mien.parallel import map_clips

if __name__ == "__main__":
    map_clips(partial(busy, Path(sys.argv[1])), [1, 2, 3], Execution(workers=2), "test")
"""


def busy(folder: Path, item: int) -> None:
    """Write a file with the help of a process, for a long time."""
    with atomic_file(folder / f"{item}.bin") as temporary:
        temporary.touch()
        with subprocess.Popen(["sleep", "60"]) as child:
            try:
                child.wait()
            finally:
                child.kill()


@pytest.mark.crash
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_workers_and_their_files_end_with_their_parent(tmp_path: Path, number: int) -> None:
    (tmp_path / "parent.py").write_text(PARENT)
    out = tmp_path / "out"
    out.mkdir()
    command = [sys.executable, str(tmp_path / "parent.py"), str(out), str(Path(__file__).parent)]
    parent = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + 60
    while len(list(out.iterdir())) < 2:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    family = psutil.Process(parent.pid).children(recursive=True)
    assert len(family) >= 4, "two workers and a child of each"
    parent.send_signal(number)
    parent.wait()
    _, alive = psutil.wait_procs(family, timeout=15)
    assert alive == []
    assert list(out.iterdir()) == []


def test_nothing_to_do() -> None:
    assert map_clips(abs, [], Execution(), "test") == []
