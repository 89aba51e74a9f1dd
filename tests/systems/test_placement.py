"""An output and the files beside it appear together or not at all, and over nothing that others have made."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from mien.files import atomic_directory
from mien.systems.errors import RequestError
from mien.systems.placement import staged

HOLDER = """
import sys, time
from pathlib import Path
from mien.systems.placement import staged

with staged(Path(sys.argv[1])) as path:
    path.write_text("first")
    print("working", flush=True)
    sys.stdin.readline()
"""


def holder(out: Path) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(out)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "working\n"
    return process


def content(folder: Path) -> dict[str, str]:
    return {path.name: path.read_text() for path in folder.iterdir() if path.is_file()}


def no_links(*_: object) -> None:
    raise OSError(errno.EPERM, "Operation not permitted")


@pytest.fixture(params=[True, False], ids=["links", "no links"])
def links(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """With hard links, and as on a file system without them."""
    if not request.param:
        monkeypatch.setattr(os, "link", no_links)


@pytest.mark.usefixtures("links")
def test_all_files_appear_at_once_and_nothing_is_left(tmp_path: Path) -> None:
    with staged(tmp_path / "new" / "a.mp4") as path:
        path.write_text("video")
        path.with_suffix(".vtt").write_text("captions")
        assert content(tmp_path / "new") == {}
    assert content(tmp_path / "new") == {"a.mp4": "video", "a.vtt": "captions"}


@pytest.mark.usefixtures("links")
@pytest.mark.parametrize("theirs", ["a.mp4", "a.vtt", "a.srt"])
def test_what_appeared_meanwhile_stays_and_none_of_ours_is_placed(tmp_path: Path, theirs: str) -> None:
    def make() -> None:
        with staged(tmp_path / "a.mp4") as path:
            for suffix in (".mp4", ".vtt", ".srt"):
                path.with_suffix(suffix).write_text("ours")
            (tmp_path / theirs).write_text("theirs")

    with pytest.raises(RequestError, match=f"{theirs} was made by another process in the meantime"):
        make()
    assert content(tmp_path) == {theirs: "theirs"}


@pytest.mark.usefixtures("links")
def test_with_force_all_are_replaced_or_none(tmp_path: Path) -> None:
    for name in ("a.mp4", "a.vtt"):
        (tmp_path / name).write_text("old")
    with staged(tmp_path / "a.mp4", force=True) as path:
        path.write_text("new")
        path.with_suffix(".vtt").write_text("new")
    assert content(tmp_path) == {"a.mp4": "new", "a.vtt": "new"}
    (tmp_path / "a.mp4").unlink()
    (tmp_path / "a.mp4").mkdir()

    def make() -> None:
        with staged(tmp_path / "a.mp4", force=True) as path:
            path.write_text("newest")
            path.with_suffix(".vtt").write_text("newest")
            path.with_suffix(".srt").write_text("newest")

    with pytest.raises(IsADirectoryError):
        make()
    (tmp_path / "a.mp4").rmdir()
    assert content(tmp_path) == {"a.vtt": "new"}


def test_a_folder_is_placed_over_nothing_but_an_empty_one(tmp_path: Path) -> None:
    (tmp_path / "a.obj").mkdir()
    with staged(tmp_path / "a.obj") as path:
        path.mkdir()
        (path / "0001.obj").write_text("mesh")

    def make() -> None:
        with staged(tmp_path / "a.obj") as path:
            path.mkdir()

    with pytest.raises(RequestError, match="in the meantime"):
        make()
    assert content(tmp_path / "a.obj") == {"0001.obj": "mesh"}


@pytest.mark.crash
def test_a_second_process_is_refused_before_it_works_until_the_first_is_gone(tmp_path: Path) -> None:
    out = tmp_path / "a.mp4"
    first = holder(out)
    with pytest.raises(RequestError, match="just being made by another process"), staged(out):
        pytest.fail("no work is done")
    with staged(tmp_path / "b.mp4") as path:
        path.write_text("another name")
    with staged(tmp_path / "a.gif") as path:
        path.write_text("another format")
    with staged(out, force=True) as path:
        path.write_text("forced")
    assert first.stdin is not None
    first.communicate("\n")
    assert first.returncode != 0, "the forced output stays"
    assert out.read_text() == "forced"
    out.unlink()
    killed = holder(out)
    killed.send_signal(signal.SIGKILL)
    killed.communicate()
    with staged(out) as path:
        path.write_text("after a crash")
    assert out.read_text() == "after a crash"


def test_an_exclusive_folder_replaces_nothing(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    with atomic_directory(tmp_path / "a", exclusive=True) as folder:
        (folder / "x").write_text("first")
    with pytest.raises(FileExistsError), atomic_directory(tmp_path / "a", exclusive=True) as folder:
        (folder / "x").write_text("second")
    assert content(tmp_path / "a") == {"x": "first"}
    assert [path.name for path in tmp_path.iterdir()] == ["a"]
