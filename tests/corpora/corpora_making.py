"""Tiny corpora for the tests."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from fractions import Fraction
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from mien.clips import Clip
from mien.media.sound import write_wav
from mien.media.video import write_video

REAL = Path(__file__).parents[2].parent / "shared/real/talking"
LFS_POINTER = b"version https://git-lfs.github.com/spec/v1\noid sha256:" + b"0" * 64 + b"\nsize 265922\n"
HTML = b"<!DOCTYPE html>\n<html><head><title>404</title></head><body>Not found</body></html>\n"


def tone(seconds: float, hz: int = 16000) -> np.ndarray:
    return (0.5 * np.sin(2 * np.pi * 300 * np.arange(int(seconds * hz)) / hz)).astype(np.float32)


@cache
def video(suffix: str, frames: int = 12, sound: bool = True, level: int = 0) -> bytes:
    """The bytes of a small video file; other levels are other files."""
    noise = np.random.default_rng(level).integers(0, 60, (48, 64, 3), dtype=np.uint8)
    images = [np.roll(noise, index, axis=1) + np.uint8(level) for index in range(frames)]
    with TemporaryDirectory() as folder:
        path = Path(folder) / f"x{suffix}"
        write_video(path, images, Fraction(30000, 1001), tone(frames / 29.97) if sound else None)
        return path.read_bytes()


@cache
def mpeg(frames: int = 75) -> bytes:
    """The bytes of a small MPEG-1 file with sound, as GRID has them."""
    import subprocess

    from mien.media.ffmpeg import ffmpeg_exe

    with TemporaryDirectory() as folder:
        noise = np.random.default_rng(0).integers(0, 255, (frames, 48, 64, 3), dtype=np.uint8)
        write_video(Path(folder) / "x.mkv", noise, Fraction(25), tone(frames / 25))
        command = [ffmpeg_exe(), "-loglevel", "error", "-i", f"{folder}/x.mkv", "-c:v", "mpeg1video", "-c:a", "mp2"]
        subprocess.run([*command, "-f", "mpeg", f"{folder}/x.mpg"], check=True)
        return (Path(folder) / "x.mpg").read_bytes()


def put(path: Path, content: bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def cremad(root: Path, names: Sequence[str], sounds: bool = True) -> Path:
    """Rendered clips under official names."""
    for index, name in enumerate(names):
        put(root / "VideoFlash" / f"{name}.flv", video(".flv", level=index % 5))
        if sounds:
            (root / "AudioWAV").mkdir(exist_ok=True)
            write_wav(root / "AudioWAV" / f"{name}.wav", tone(0.4), 16000)
    return root


def ten_hours(content: bytes) -> bytes:
    """An .mkv whose header says 36,000 s."""
    at = content.index(b"\x44\x89\x88") + 3
    return content[:at] + struct.pack(">d", 36_000_000.0) + content[at + 8 :]


def by_id(clips: Sequence[Clip]) -> dict[str, Clip]:
    return {clip.clip_id: clip for clip in clips}


def tree(root: Path) -> dict[str, tuple[int, int]]:
    """Every entry below `root` with size and time of change: two equal trees mean that nothing was written."""
    return {
        str(path.relative_to(root)): (path.lstat().st_size, path.lstat().st_mtime_ns)
        for path in sorted(root.rglob("*"))
    }
