"""Faults of the machine are told apart from faults of an input, whatever library reports them."""

from __future__ import annotations

import errno
import os
import pickle
import resource
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from fractions import Fraction
from pathlib import Path

import h5py
import numpy as np
import pandas as pd
import pytest
import soundfile
import torch
from PIL import Image
from safetensors import SafetensorError
from safetensors.torch import save_file

from mien.clips import Clip, ClipError, portable_path
from mien.execution import Execution
from mien.files import atomic_directory, atomic_file
from mien.machine import MachineError, fault_in_text, machine_fault, reading_fault
from mien.media.ffmpeg import probe
from mien.media.resample import ResampleOptions, resample_clips
from mien.media.video import write_video
from mien.storage.clip_cache import ClipCache


@contextmanager
def largest_file(count: int) -> Iterator[None]:
    """No file may grow beyond `count` bytes, in child processes too: a full disk that needs no root."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (count, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def noise(seed: int, frames: int) -> Iterator[np.ndarray]:
    random = np.random.default_rng(seed)
    return (random.integers(0, 255, (96, 128, 3), dtype=np.uint8) for _ in range(frames))


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), "is full"),
        (OSError(errno.EDQUOT, "Disk quota exceeded"), "quota"),
        (OSError(errno.EIO, "Input/output error", "/mnt/clip.mp4"), "/mnt/clip.mp4 fails"),
        (OSError(errno.EMFILE, "Too many open files"), "ulimit -n"),
        (PermissionError(errno.EACCES, "Permission denied", "/cache/x"), "access to /cache/x is denied"),
        (OSError(errno.EROFS, "Read-only file system", "/cache/x"), "read-only"),
        (MemoryError(), "memory ran out"),
        (RuntimeError("can't start new thread"), "ulimit -u"),
        (BlockingIOError(errno.EAGAIN, "Resource temporarily unavailable"), "ulimit -u"),
        (OSError(errno.ENOMEM, "Cannot allocate memory"), "memory ran out"),
        (RuntimeError("Unable to close file (errno = 28, error message = 'No space left on device')"), "is full"),
        (soundfile.LibsndfileError(2), "fails"),
        (SafetensorError("Error while serializing: I/O error: No space left on device (os error 28)"), "is full"),
    ],
)
def test_every_fault_of_the_machine_is_a_sentence_with_a_remedy(error: Exception, words: str) -> None:
    fault = machine_fault(error)
    assert fault is not None
    assert words in str(fault)
    assert str(fault).endswith("then run it again")
    again = pickle.loads(pickle.dumps(fault))  # noqa: S301 - as a worker process sends it
    assert (again.errno, str(again), again.filename) == (fault.errno, str(fault), fault.filename)


@pytest.mark.parametrize(
    "error",
    [
        FileNotFoundError(errno.ENOENT, "No such file or directory", "x"),
        IsADirectoryError(errno.EISDIR, "Is a directory", "x"),
        ValueError("No space left on device"),
        RuntimeError("the picture is broken"),
        ClipError("undecodable"),
    ],
)
def test_other_errors_are_not(error: Exception) -> None:
    assert machine_fault(error) is None


def test_the_cause_of_an_error_counts() -> None:
    error = ValueError("the table could not be written")
    error.__cause__ = OSError(errno.ENOSPC, "No space left on device")
    fault = machine_fault(error)
    assert fault is not None
    assert fault.lasting


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("av_interleaved_write_frame(): No space left on device\nConversion failed!", errno.ENOSPC),
        ("[out#0/mp4 @ 0x1] Error writing trailer: Input/output error", errno.EIO),
        ("Error opening output file:/a/b.mkv.\nPermission denied while opening output", errno.EACCES),
        ("file:/x.mp4: Too many open files", errno.EMFILE),
        ("file:/x.avi: Input/output error", None),
        ("Error while decoding: Cannot allocate memory", None),
        ("Invalid data found when processing input", None),
    ],
)
def test_ffmpegs_words(tmp_path: Path, text: str, number: int | None) -> None:
    fault = fault_in_text(text, tmp_path)
    assert (None if fault is None else fault.errno) == number


def test_a_full_disk_is_found_behind_other_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = "Nothing was written into output file, because at least one of its streams received no packets."
    assert fault_in_text(text, tmp_path) is None
    monkeypatch.setattr("shutil.disk_usage", lambda _: type("Usage", (), {"free": 0})())
    fault = fault_in_text(text, tmp_path / "not" / "there")
    assert fault is not None
    assert f"{tmp_path} is full (0.0 MB free)" in str(fault)


def test_a_file_that_is_not_there_is_no_fault_of_the_machine_but_too_many_open_ones_are() -> None:
    assert reading_fault(FileNotFoundError(errno.ENOENT, "No such file"), Path("x")) is None
    assert reading_fault(PermissionError(errno.EACCES, "Permission denied"), Path("x")) is None
    assert reading_fault(OSError(errno.EMFILE, "Too many open files"), Path("x")) is not None


def test_hdf5_sound_and_plain_files_on_a_full_disk(tmp_path: Path) -> None:
    def hdf5(path: Path) -> None:
        with h5py.File(path, "w") as file:
            file["x"] = np.zeros(1 << 20)

    writers = {
        "x.h5": hdf5,
        "x.wav": lambda path: soundfile.write(path, np.zeros(1 << 20), 16000),
        "x.safetensors": lambda path: save_file({"x": torch.zeros(1 << 20)}, path),
        "x.npz": lambda path: np.savez(path, x=np.zeros(1 << 20)),
        "x.npy": lambda path: np.save(path, np.zeros(1 << 20)),
        "x.parquet": lambda path: pd.DataFrame({"x": np.random.default_rng(0).random(1 << 18)}).to_parquet(path),
        "x.png": lambda path: Image.effect_noise((1024, 1024), 90).save(path),
        "x.bin": lambda path: path.write_bytes(bytes(1 << 20)),
    }
    for name, write in writers.items():
        with largest_file(65536), pytest.raises(MachineError), atomic_file(tmp_path / name) as temporary:
            write(temporary)
        with largest_file(65536), pytest.raises(MachineError), atomic_directory(tmp_path / "folder") as folder:
            write(folder / name)
        with largest_file(65536), pytest.raises(MachineError):
            ClipCache(tmp_path / "cache", "test", "1").fetch((name,), Path(name).suffix, write)
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_a_limit_of_file_sizes_is_named_whatever_the_writer_says(tmp_path: Path) -> None:
    def database(path: Path) -> None:
        with closing(sqlite3.connect(path)) as connection:
            connection.execute("create table rows (content)")
            connection.executemany("insert into rows values (?)", [("x" * 1000,)] * 1000)
            connection.commit()

    def tensors(path: Path) -> None:
        torch.save({"a": torch.rand(100_000)}, path)

    for write in (database, tensors):
        with largest_file(65536), pytest.raises(MachineError, match="ulimit -f"), atomic_file(tmp_path / "x") as path:
            write(path)
    error = FileNotFoundError(errno.ENOENT, "No usable temporary directory found in ['/tmp']")
    with largest_file(0):
        assert "ulimit -f" in str(machine_fault(error, tmp_path))
    assert [path for path in tmp_path.iterdir() if path.name == "x"] == []


def test_a_full_disk_while_a_video_is_written(tmp_path: Path) -> None:
    for name in ("x.mp4", "x.mkv"):
        with largest_file(65536), pytest.raises(MachineError):
            write_video(tmp_path / name, noise(0, 50), Fraction(25), np.zeros(32000, np.float32))
    assert list(tmp_path.iterdir()) == []


def test_too_many_open_files_are_no_fault_of_a_clip(tmp_path: Path) -> None:
    write_video(tmp_path / "x.mp4", noise(0, 5), Fraction(25))
    probe(tmp_path / "x.mp4")
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    held: list[int] = []
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (64, hard))
        with pytest.raises(OSError, match="Too many"):
            while True:
                held.append(os.open(os.devnull, os.O_RDONLY))
        with pytest.raises(MachineError, match="ulimit -n"):
            probe(tmp_path / "x.mp4")
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
        for descriptor in held:
            os.close(descriptor)


def test_a_full_disk_rejects_no_clip_and_the_work_goes_on_when_there_is_room(tmp_path: Path) -> None:
    clips = []
    for name, frames in (("a", 5), ("b", 60), ("c", 5)):
        write_video(tmp_path / f"{name}.mp4", noise(1, frames), Fraction(25), np.zeros(640 * frames, np.float32))
        clips.append(Clip(name, "folder", portable_path(tmp_path / f"{name}.mp4")))
    places = tmp_path / "resampled", tmp_path / "cache"
    one = Execution(workers=1)
    largest = (tmp_path / "a.mp4").stat().st_size * 3
    with largest_file(largest), pytest.raises(MachineError, match="ulimit -f"):
        resample_clips(clips, ResampleOptions(), *places, one)
    assert not places[0].exists()
    finished = {path: path.stat().st_mtime_ns for path in places[1].rglob("*.mkv")}
    assert finished, "clip a was finished before the disk was full"
    rows = resample_clips(clips, ResampleOptions(), *places, one)
    assert [row.status for row in rows] == ["ok"] * 3
    assert {path: path.stat().st_mtime_ns for path in finished} == finished
