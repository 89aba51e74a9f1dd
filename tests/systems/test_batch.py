"""Batches: a row, a video; a bad row stops nothing; a batch that is killed goes on where it stopped."""

from __future__ import annotations

import errno
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from batch_making import Maker, record, run_batch

from mien.systems.batch import BatchRow, BatchSummary
from mien.systems.errors import RequestError


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


def test_notes_on_an_output_are_recorded_and_earlier_records_are_read(table: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"

    def make(row: BatchRow, path: Path) -> tuple[str, ...]:
        Maker()(row, path)
        return ("'nodd' is read as 'nod'", "nothing is to be done, so nothing is") if row.out == "b.mp4" else ()

    run_batch(table, out, make)
    notes = {name: row["note"] for name, row in record(out).items()}
    both = "'nodd' is read as 'nod'; nothing is to be done, so nothing is"
    assert notes == {"a.mp4": "", "b.mp4": both, "0003.mp4": ""}
    assert run_batch(table, out, make).unchanged == 3
    assert record(out)["b.mp4"]["note"] == both, "a row that is there already keeps its note"
    rows = list(record(out).values())
    columns = [name for name in rows[0] if name != "note"]
    lines = [",".join(columns), *(",".join(row[name] for name in columns) for row in rows)]
    (out / "batch.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    assert run_batch(table, out, Maker()).unchanged == 3


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
