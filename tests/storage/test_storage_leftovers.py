"""What killed processes leave is removed by the next writer; nobody else's files are."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from mien.files import atomic_directory
from mien.storage.leftovers import previous_beside, remove_leftovers, temporary_beside

WRITER = """
import sys, time
from pathlib import Path
from mien.files import atomic_directory, atomic_file

one = atomic_file if sys.argv[2] == "file" else atomic_directory
with one(Path(sys.argv[1])) as temporary:
    (temporary if sys.argv[2] == "file" else temporary / "half").write_bytes(b"half")
    print("written", flush=True)
    if sys.argv[3] == "wait":
        time.sleep(60)
"""


def writer(path: Path, kind: str, wait: str) -> subprocess.Popen[bytes]:
    process = subprocess.Popen([sys.executable, "-c", WRITER, str(path), kind, wait], stdout=subprocess.PIPE)
    assert process.stdout is not None
    assert process.stdout.readline() == b"written\n"
    return process


def names(folder: Path) -> list[str]:
    return sorted(entry.name for entry in folder.iterdir())


def dead() -> int:
    """The number of a process that has ended."""
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process.pid


@pytest.mark.crash
@pytest.mark.parametrize("kind", ["file", "folder"])
def test_the_next_writer_removes_what_a_killed_one_left(tmp_path: Path, kind: str) -> None:
    theirs = [".corpus.12345678", ".clip.mp4", ".x.1234abcd.mp4", "a.12345678.123456-1.mp4", ".hidden"]
    for name in theirs:
        (tmp_path / name).write_bytes(b"of the user")
    killed, living = (writer(tmp_path / name, kind, "wait") for name in ("killed.mp4", "living.mp4"))
    killed.send_signal(signal.SIGKILL)
    killed.communicate()
    assert len(names(tmp_path)) == len(theirs) + 2
    writer(tmp_path / "next.mp4", kind, "end").communicate()
    left = [name for name in names(tmp_path) if name not in theirs]
    assert len(left) == 2
    assert left[0].startswith(".living.")
    assert left[1] == "next.mp4"
    assert all((tmp_path / name).read_bytes() == b"of the user" for name in theirs)
    living.kill()
    living.communicate()


def test_only_names_of_ended_processes_of_this_machine_are_removed(tmp_path: Path) -> None:
    own = temporary_beside(tmp_path / "a.mp4").name
    of_dead = own.replace(f"-{os.getpid()}.", f"-{dead()}.")
    elsewhere = of_dead.replace(of_dead.split(".")[3][:6], "0123ab")
    for name in (own, of_dead, elsewhere):
        (tmp_path / name).touch()
    (tmp_path / "deep" / "er").mkdir(parents=True)
    (tmp_path / "deep" / "er" / of_dead).touch()
    remove_leftovers(tmp_path)
    assert names(tmp_path) == sorted([own, elsewhere, "deep"])
    assert names(tmp_path / "deep" / "er") == [of_dead]
    remove_leftovers(tmp_path, tree=True)
    assert names(tmp_path / "deep" / "er") == []
    remove_leftovers(tmp_path / "not there")


def test_a_folder_whose_replacement_was_interrupted_gets_its_name_back(tmp_path: Path) -> None:
    number = dead()
    for name in ("model.v2", "other"):
        previous = previous_beside(tmp_path / name)
        previous = previous.with_name(previous.name.replace(f"-{os.getpid()}.", f"-{number}."))
        previous.mkdir()
        (previous / "weights").write_text("old")
    with atomic_directory(tmp_path / "other") as folder:
        (folder / "weights").write_text("new")
    remove_leftovers(tmp_path)
    assert names(tmp_path) == ["model.v2", "other"]
    assert (tmp_path / "model.v2" / "weights").read_text() == "old"
    assert (tmp_path / "other" / "weights").read_text() == "new"
