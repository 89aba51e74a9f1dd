"""Batches: a row, a video; a bad row stops nothing; a batch that is killed goes on where it stopped."""

from __future__ import annotations

import csv
import errno
import signal
import subprocess
import sys
import threading
import time
import unicodedata
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import pytest

from mien.systems import batch
from mien.systems.batch import BatchRow, BatchSummary, read_batch
from mien.systems.errors import RequestError
from mien.systems.request import FileOrText, Request

HEADER = "image,text,emotion,out\n"
VIDEO = (".mp4",)


class Asked(Request):
    """Fields of every kind that a table may have."""

    image: Path | None = None
    text: str | None = None
    emotion: str | None = None
    motion: Annotated[str | None, FileOrText(".npz")] = None
    seed: int = 0


def run_batch(
    table: Path, out: Path, make: Callable[[BatchRow, Path], object], identity: str = "", force: bool = False
) -> BatchSummary:
    return batch.run_batch(table, out, make, read_batch(table, Asked, VIDEO), identity, force)


class Maker:
    """Writes a row's cells as its video and remembers which rows it was called for."""

    def __init__(self) -> None:
        self.calls: list[str] = []

    def __call__(self, row: BatchRow, path: Path) -> None:
        self.calls.append(row.out)
        if row.values.get("text") == "broken":
            raise ValueError("the speech\nis silent")
        path.write_text(" ".join(f"{name}={Path(str(value)).name}" for name, value in row.values.items()))


@pytest.fixture
def table(tmp_path: Path) -> Path:
    (tmp_path / "me.png").write_bytes(b"a face")
    path = tmp_path / "table.csv"
    path.write_text(HEADER + 'me.png,"Good morning, all",HAP,a.mp4\nme.png,Xin chào,,b.mp4\n\nme.png,Three,SAD,\n')
    return path


def record(out: Path) -> dict[str, dict[str, str]]:
    with (out / "batch.csv").open(newline="", encoding="utf-8") as stream:
        return {row["out"]: row for row in csv.DictReader(stream)}


def test_each_row_becomes_a_video_and_a_second_run_makes_nothing(table: Path, tmp_path: Path) -> None:
    out, make = tmp_path / "out", Maker()
    summary = run_batch(table, out, make)
    assert (summary.made, summary.unchanged, summary.failed) == (3, 0, 0)
    assert (out / "a.mp4").read_text() == "image=me.png text=Good morning, all emotion=HAP"
    assert (out / "0003.mp4").read_text() == "image=me.png text=Three emotion=SAD", "named by its number"
    assert {name: row["status"] for name, row in record(out).items()} == dict.fromkeys(
        ("a.mp4", "b.mp4", "0003.mp4"), "made"
    )
    again = Maker()
    assert run_batch(table, out, again) == BatchSummary(0, 3, 0, out / "batch.csv")
    assert again.calls == []
    assert not (out / ".batch" / "making").exists()


def test_only_what_is_asked_otherwise_is_made_anew(table: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    run_batch(table, out, Maker(), identity="model 1")
    table.write_text(table.read_text().replace("Xin chào", "Chào"))
    changed = Maker()
    run_batch(table, out, changed, identity="model 1")
    assert changed.calls == ["b.mp4"]
    assert "text=Chào" in (out / "b.mp4").read_text()
    (tmp_path / "me.png").write_bytes(b"another face")
    another = Maker()
    run_batch(table, out, another, identity="model 1")
    assert len(another.calls) == 3, "a file's content is part of the request"
    newer = Maker()
    run_batch(table, out, newer, identity="model 2")
    assert len(newer.calls) == 3
    (out / "a.mp4").unlink()
    missing = Maker()
    run_batch(table, out, missing, identity="model 2")
    assert missing.calls == ["a.mp4"]


def test_a_full_disk_ends_the_batch_and_no_row_is_to_blame(table: Path, tmp_path: Path) -> None:
    out, made = tmp_path / "out", Maker()

    def make(row: BatchRow, path: Path) -> None:
        if row.out == "b.mp4":
            try:
                raise OSError(errno.ENOSPC, "No space left on device")
            except OSError as error:
                raise RequestError("b.mp4 could not be made") from error
        made(row, path)

    with pytest.raises(RequestError, match="is full"):
        run_batch(table, out, make)
    assert made.calls == ["a.mp4"]
    assert {name: row["status"] for name, row in record(out).items()} == {"a.mp4": "made"}
    assert run_batch(table, out, made).failed == 0
    assert made.calls == ["a.mp4", "b.mp4", "0003.mp4"]


def test_what_another_process_made_meanwhile_is_not_overwritten(table: Path, tmp_path: Path) -> None:
    out, made = tmp_path / "out", Maker()

    def make(row: BatchRow, path: Path) -> None:
        made(row, path)
        if row.out == "b.mp4":
            (out / "b.mp4").write_text("of another process")

    assert run_batch(table, out, make).failed == 1
    assert (out / "b.mp4").read_text() == "of another process"
    assert "b.mp4 was made by another process" in record(out)["b.mp4"]["reason"]
    assert (out / "0003.mp4").is_file()


def test_a_bad_row_is_written_down_with_its_reason_and_tried_again(table: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    good = table.read_text()
    table.write_text(good.replace("Xin chào", "broken"))
    summary = run_batch(table, out, Maker())
    assert (summary.made, summary.unchanged, summary.failed) == (2, 0, 1)
    assert "see" in str(summary)
    row = record(out)["b.mp4"]
    assert (row["status"], row["reason"], row["line"]) == ("failed", "the speech is silent", "3")
    assert not (out / "b.mp4").exists()
    table.write_text(good)
    mended = Maker()
    assert run_batch(table, out, mended).made == 1
    assert mended.calls == ["b.mp4"]
    assert record(out)["b.mp4"]["reason"] == ""


def test_a_row_that_fails_later_keeps_its_earlier_video_as_the_batchs_own(table: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    good = table.read_text()
    run_batch(table, out, Maker())
    before = (out / "b.mp4").read_text()
    table.write_text(good.replace("Xin chào", "broken"))
    assert run_batch(table, out, Maker()).failed == 1
    assert (out / "b.mp4").read_text() == before
    table.write_text(good.replace("Xin chào", "mended"))
    assert run_batch(table, out, Maker()).made == 1
    assert "mended" in (out / "b.mp4").read_text()


def test_a_file_of_somebody_else_is_overwritten_only_when_forced(table: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / "a.mp4").write_text("mine")
    make = Maker()
    assert run_batch(table, out, make).failed == 1
    assert make.calls == ["b.mp4", "0003.mp4"]
    assert (out / "a.mp4").read_text() == "mine"
    assert "not as this batch made it" in record(out)["a.mp4"]["reason"]
    (out / "b.mp4").write_text("edited")
    assert run_batch(table, out, Maker()).failed == 2
    assert (out / "b.mp4").read_text() == "edited"
    assert run_batch(table, out, Maker(), force=True).made == 2
    assert "text=Good" in (out / "a.mp4").read_text()


def test_what_belongs_to_a_video_comes_with_it(table: Path, tmp_path: Path) -> None:
    def make(row: BatchRow, path: Path) -> None:
        path.write_text(row.out)
        path.with_suffix(".vtt").write_text("WEBVTT")
        if row.out == "b.mp4":
            raise RuntimeError("after its captions")

    out = tmp_path / "out"
    out.mkdir()
    (out / "0003.vtt").write_text("mine")
    assert run_batch(table, out, make).failed == 2
    assert sorted(path.name for path in out.iterdir() if path.name[0] != ".") == [
        "0003.vtt", "a.mp4", "a.vtt", "batch.csv",
    ]  # fmt: skip
    assert (out / "0003.vtt").read_text() == "mine"


PROGRAM = """
import os, signal, sys, time
from pathlib import Path
from mien.systems import batch
from mien.systems.request import Request
table, out, log, way = sys.argv[1:]

def make(row, path):
    with open(log, "a") as stream:
        stream.write(row.out + "\\n")
    path.write_text("video of " + row.values["text"])
    if way == "slow" and row.out >= "0003":
        time.sleep(60)

def die(*_):
    os.kill(os.getpid(), signal.SIGKILL)

if way == "before the move":
    replace = Path.replace
    def dying(self, target):
        if self.name == "0003.mp4":
            die()
        return replace(self, target)
    Path.replace = dying
if way == "after the move":
    replace = Path.replace
    def dying(self, target):
        result = replace(self, target)
        if self.name == "0003.mp4":
            die()
        return result
    Path.replace = dying

class Asked(Request):
    text: str

rows = batch.read_batch(Path(table), Asked, (".mp4",))
print(batch.run_batch(Path(table), Path(out), make, rows))
"""


def start(table: Path, out: Path, log: Path, way: str) -> subprocess.Popen[str]:
    root = Path(__file__).parents[2]
    command = [sys.executable, "-c", PROGRAM, str(table), str(out), str(log), way]
    return subprocess.Popen(command, cwd=root, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


@pytest.mark.crash
@pytest.mark.parametrize(
    ("way", "made_twice"), [("slow", {"0003.mp4"}), ("before the move", {"0003.mp4"}), ("after the move", set())]
)
@pytest.mark.parametrize("earlier", [False, True])
def test_kill_9_in_a_batch_costs_at_most_the_video_that_was_being_made(
    way: str, made_twice: set[str], earlier: bool, tmp_path: Path
) -> None:
    table, out, log = tmp_path / "table.csv", tmp_path / "out", tmp_path / "log"
    rows = [f"{number:04}.mp4" for number in range(1, 6)]
    if earlier:  # videos of another request lie there
        table.write_text("text\n" + "".join(f"old {name}\n" for name in rows))
        assert start(table, out, log, "whole").wait(60) == 0
        log.unlink()
    table.write_text("text\n" + "".join(f"new {name}\n" for name in rows))

    process = start(table, out, log, way)
    if way == "slow":
        deadline = time.monotonic() + 60
        while not log.exists() or len(log.read_text().split()) < 3:
            assert process.poll() is None, "it ended before it could be killed"
            assert time.monotonic() < deadline
            time.sleep(0.01)
        process.send_signal(signal.SIGKILL)
    assert process.wait(60) == -signal.SIGKILL
    for name in rows:
        if (out / name).exists():
            assert (out / name).read_text() in (f"video of new {name}", f"video of old {name}"), "whole or not at all"

    again = start(table, out, log, "whole")
    said, _ = again.communicate(timeout=60)
    assert again.returncode == 0
    there = 2 if made_twice else 3
    assert said.strip() == f"{5 - there} made, {there} there already, 0 failed"
    calls = log.read_text().split()
    assert sorted(calls) == sorted([*rows, *made_twice])
    assert [(out / name).read_text() for name in rows] == [f"video of new {name}" for name in rows]
    assert {name: row["status"] for name, row in record(out).items()} == dict.fromkeys(rows, "made")


def test_two_batches_do_not_share_a_folder(table: Path, tmp_path: Path) -> None:
    inside, go = threading.Event(), threading.Event()

    def make(row: BatchRow, path: Path) -> None:
        path.write_text(row.out)
        inside.set()
        assert go.wait(30)

    first = threading.Thread(target=run_batch, args=(table, tmp_path / "out", make))
    first.start()
    try:
        assert inside.wait(30)
        with pytest.raises(RequestError, match="another batch is at work"):
            run_batch(table, tmp_path / "out", Maker())
    finally:
        go.set()
        first.join()


def test_what_is_given_holds_for_rows_that_leave_it_empty(table: Path, tmp_path: Path) -> None:
    (tmp_path / "given.png").write_bytes(b"one")
    table.write_text("text,image,out\nHi,,a.mp4\nHo,me.png,b.mp4\n")
    given = {"image": str(tmp_path / "given.png"), "emotion": "SAD"}

    def made() -> list[str]:
        make = Maker()
        batch.run_batch(table, tmp_path / "out", make, read_batch(table, Asked, VIDEO, given))
        return make.calls

    assert made() == ["a.mp4", "b.mp4"]
    assert (tmp_path / "out/a.mp4").read_text() == "image=given.png emotion=SAD text=Hi"
    assert (tmp_path / "out/b.mp4").read_text() == "image=me.png emotion=SAD text=Ho"
    (tmp_path / "given.png").write_bytes(b"another")
    assert made() == ["a.mp4"], "the content of a file that is given is part of the request"
    given["emotion"] = "HAP"
    assert made() == ["a.mp4", "b.mp4"]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "names no column"),
        (b"image,text\n", "no row below its header"),
        (b"image;colour\na;b\n", "unknown column 'colour'"),
        (b'text,out\na,x.mp4\n"b,y.mp4\n', "line 3 cannot be read"),
        (b"PK\x03\x04\x14", "save it as CSV"),
        (b"image,colour\na,b\n", "unknown column 'colour'"),
        (b"image,image\na,b\n", "names no column or one of them twice"),
        (b"image,text\na,b,c\n", "line 2: there are more cells than columns"),
        (b"text,out\na,x.mp4\nb,X.mp4\n", "line 3: X.mp4 is already the output of line 2"),
        (b"text,out\na,0002.mp4\nb,\n", "line 3: 0002.mp4 is already the output of line 2"),
        (b"text,out\na,../x.mp4\n", "line 2: out is the plain name of a file"),
        (b"text,out\na,.mp4\n", "line 2: out is the plain name of a file"),
        (b"text,out\na,x.avi\n", "line 2: out is the plain name of a file"),
        (b"text\n\xff\xfe\n", "no UTF-8 text"),
    ],
)
def test_a_table_that_cannot_be_used_is_refused_before_anything_is_made(
    content: bytes, message: str, tmp_path: Path
) -> None:
    table = tmp_path / "table.csv"
    table.write_bytes(content)
    with pytest.raises(RequestError) as caught:
        run_batch(table, tmp_path / "out", Maker())
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)
    assert not (tmp_path / "out").exists()


def test_what_stands_in_the_way_is_named(table: Path, tmp_path: Path) -> None:
    with pytest.raises(RequestError, match="cannot be read"):
        run_batch(tmp_path / "missing.csv", tmp_path / "out", Maker())
    (tmp_path / "file").write_text("")
    with pytest.raises(RequestError, match="is no folder"):
        run_batch(table, tmp_path / "file", Maker())
    other = tmp_path / "other"
    other.mkdir()
    (other / "batch.csv").write_text("my,own\ntable,here\n")
    with pytest.raises(RequestError, match="no record of a batch"):
        run_batch(table, other, Maker())
    assert (other / "batch.csv").read_text() == "my,own\ntable,here\n"
    own = tmp_path / "own"
    own.mkdir()
    with pytest.raises(RequestError, match="not a table of requests"):
        run_batch(Path(table.rename(own / "batch.csv")), own, Maker())


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_rows_as_spreadsheets_and_pandas_write_them(tmp_path: Path, encoding: str, separator: str) -> None:
    photo = tmp_path / "bilder" / unicodedata.normalize("NFD", "Zoë.png")
    photo.parent.mkdir()
    photo.write_bytes(b"a face")
    rows = [["", "Image", "TEXT", "Seed", "Out", ""], ["0", "bilder\\Zoë.png", "Grüß dich, du; da", "3.0", "x.mp4", ""]]
    rows += [[""] * 6, ["1", "bilder/Zoë.png", "two\nlines", "", "y.mp4", ""]]
    with (tmp_path / "table.csv").open("w", newline="", encoding=encoding) as stream:
        csv.writer(stream, delimiter=separator).writerows(rows)
    read = read_batch(tmp_path / "table.csv", Asked, VIDEO)
    assert [(row.out, row.values) for row in read] == [
        ("x.mp4", {"image": str(photo), "text": "Grüß dich, du; da", "seed": "3"}),
        ("y.mp4", {"image": str(photo), "text": "two\nlines"}),
    ]


def test_rows_as_they_are_read(tmp_path: Path) -> None:
    table = tmp_path / "table.csv"
    table.write_text('\ufeff text , image,out\n"two\nlines", me.png ,x.mp4\n,,\n', encoding="utf-8")
    assert read_batch(table, Asked, VIDEO) == [
        BatchRow(3, "x.mp4", {"text": "two\nlines", "image": str(tmp_path / "me.png")}, frozenset({"image"}))
    ]


def test_a_cell_of_words_is_a_file_where_it_ends_like_one_or_is_there(table: Path, tmp_path: Path) -> None:
    (tmp_path / "nods").write_bytes(b"a file")
    table.write_text("motion,out\nnods twice,a.mp4\nabsent.npz,b.mp4\nnods,c.mp4\n" + "a" * 5000 + ",d.mp4\n")
    rows = read_batch(table, Asked, VIDEO)
    assert [row.values["motion"] for row in rows[:3]] == [
        "nods twice",
        str(tmp_path / "absent.npz"),
        str(tmp_path / "nods"),
    ]
    assert [row.files for row in rows] == [frozenset(), {"motion"}, {"motion"}, frozenset()]
    out = tmp_path / "out"
    run_batch(table, out, Maker())
    (tmp_path / "nods").write_bytes(b"another file")
    again = Maker()
    run_batch(table, out, again)
    assert again.calls == ["c.mp4"], "the content of a file is part of the request, words stand for themselves"


def test_a_table_may_allow_several_endings(table: Path) -> None:
    suffixes = (".gif", ".mp4")
    table.write_text("text,out\na,x.mp4\nb,\n")
    assert [row.out for row in read_batch(table, Asked, suffixes)] == ["x.mp4", "0002.gif"]
    table.write_text("text,out\na,x.avi\n")
    with pytest.raises(RequestError, match=r"such as hello.gif or hello.mp4, not 'x.avi'"):
        read_batch(table, Asked, suffixes)


def test_an_interrupt_ends_the_batch_and_is_no_rows_fault(table: Path, tmp_path: Path) -> None:
    def interrupted(row: BatchRow, path: Path) -> None:
        if row.out == "b.mp4":
            raise KeyboardInterrupt
        path.write_text("video")

    with pytest.raises(KeyboardInterrupt):
        run_batch(table, tmp_path / "out", interrupted)
    make: Callable[[BatchRow, Path], object] = Maker()
    assert run_batch(table, tmp_path / "out", make).made == 2
    assert [path.name for path in (tmp_path / "out" / ".batch").iterdir()] == ["lock"]
