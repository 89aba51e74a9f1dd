"""Outs appear whole or not at all."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from mien.files import atomic_directory, atomic_file, fingerprint, sha256_file, write_json


def test_a_failed_write_leaves_what_stood_there(tmp_path: Path) -> None:
    target = tmp_path / "model.bin"
    target.write_text("before")
    with pytest.raises(RuntimeError), atomic_file(target) as temporary:
        temporary.write_text("half")
        raise RuntimeError("power cut")
    assert target.read_text() == "before"
    assert [entry.name for entry in tmp_path.iterdir()] == ["model.bin"]


def test_a_directory_is_replaced_whole(tmp_path: Path) -> None:
    target = tmp_path / "out"
    for content in ("first", "second"):
        with atomic_directory(target) as temporary:
            (temporary / f"{content}.txt").write_text(content)
    assert [entry.name for entry in target.iterdir()] == ["second.txt"]
    with pytest.raises(RuntimeError), atomic_directory(target) as temporary:
        (temporary / "third.txt").write_text("third")
        raise RuntimeError
    assert [entry.name for entry in target.iterdir()] == ["second.txt"]
    assert [entry.name for entry in tmp_path.iterdir()] == ["out"]


@pytest.mark.crash
def test_a_killed_writer_leaves_no_file_under_the_final_name(tmp_path: Path) -> None:
    program = (
        "import sys, time; from pathlib import Path; from mien.files import atomic_file\n"
        "with atomic_file(Path(sys.argv[1])) as temporary:\n"
        "    temporary.write_bytes(b'x' * 1000); print('written', flush=True); time.sleep(60)\n"
    )
    target = tmp_path / "shard.h5"
    with subprocess.Popen([sys.executable, "-c", program, str(target)], stdout=subprocess.PIPE) as writer:
        assert writer.stdout is not None
        assert writer.stdout.readline() == b"written\n"
        os.kill(writer.pid, signal.SIGKILL)
    assert not target.exists()
    assert len(list(tmp_path.iterdir())) == 1


def test_digests(tmp_path: Path) -> None:
    (tmp_path / "abc").write_bytes(b"abc")
    # FIPS 180-2, appendix B.1
    assert sha256_file(tmp_path / "abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert fingerprint({"a": 1, "b": [2]}) == fingerprint({"b": [2], "a": 1})
    assert fingerprint({"a": 1}) != fingerprint({"a": 2})


def test_json_is_whole_and_sorted(tmp_path: Path) -> None:
    write_json(tmp_path / "metrics.json", {"b": 1, "a": {"c": 0.5}})
    assert (tmp_path / "metrics.json").read_text() == '{\n  "a": {\n    "c": 0.5\n  },\n  "b": 1\n}\n'
    before = time.time_ns()
    with pytest.raises(TypeError):
        write_json(tmp_path / "metrics.json", {1: 0, "a": 1})
    assert (tmp_path / "metrics.json").stat().st_mtime_ns < before


def test_content_is_on_disk_before_its_name_and_the_name_after(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    events: list[tuple[str, str]] = []
    real_fsync, real_replace, real_rename = os.fsync, Path.replace, Path.rename

    def fsync(descriptor: int) -> None:
        events.append(("fsync", Path(f"/proc/self/fd/{descriptor}").readlink().name))
        real_fsync(descriptor)

    def replace(self: Path, target: Path) -> Path:
        events.append(("name", target.name))
        return real_replace(self, target)

    def rename(self: Path, target: Path) -> Path:
        events.append(("name", target.name))
        return real_rename(self, target)

    monkeypatch.setattr(os, "fsync", fsync)
    monkeypatch.setattr(Path, "replace", replace)
    monkeypatch.setattr(Path, "rename", rename)
    with atomic_file(tmp_path / "a.txt") as temporary:
        temporary.write_text("a")
        name = temporary.name
    assert events == [("fsync", name), ("name", "a.txt"), ("fsync", tmp_path.name)]
    events.clear()
    with atomic_directory(tmp_path / "folder") as folder:
        (folder / "sub").mkdir()
        (folder / "b").write_text("b")
        (folder / "sub" / "c").write_text("c")
    named = events.index(("name", "folder"))
    assert {("fsync", "b"), ("fsync", "c")} <= set(events[:named])
    assert ("fsync", tmp_path.name) in events[named:]
