"""Windows a second that a training reads from the shards, against one file for each sample, opened every time.

    python benchmarks/shards.py [CLIPS] [SIZE]

Both read the same random windows of 16 frames with their speech, from CLIPS (200) clips of 75 frames of SIZE (128)
pixels that it makes up. The other way is an .npz for each clip, as many talking-face repositories keep them: opened,
decompressed or not, for every window. Files are in the page cache in both cases. Prints windows a second.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path

import numpy as np

from mien.faces.shards import FaceShards, ShardClip, speech_sample, write_shards

FRAMES, LENGTH, FPS = 75, 16, Fraction(25)


def _clips(count: int, size: int) -> Iterator[ShardClip]:
    rng = np.random.default_rng(0)
    for number in range(count):
        yield ShardClip(
            clip_id=f"clip-{number:05d}",
            fps=FPS,
            video=rng.integers(0, 256, (FRAMES, size, size, 3), dtype=np.uint8),
            landmarks=rng.random((FRAMES, 68, 2), dtype=np.float32),
            mesh=rng.random((FRAMES, 478, 3), dtype=np.float32),
            speech=rng.random(speech_sample(FRAMES, FPS), dtype=np.float32),
            transform=rng.random((FRAMES, 2, 3)),
            found=np.ones(FRAMES, bool),
        )


def _rate(read: Callable[[str, int], object], count: int, seconds: float = 4.0) -> float:
    rng = np.random.default_rng(1)
    started, windows = time.perf_counter(), 0
    while time.perf_counter() - started < seconds:
        read(f"clip-{rng.integers(count):05d}", int(rng.integers(FRAMES - LENGTH + 1)))
        windows += 1
    return windows / (time.perf_counter() - started)


def main(count: int = 200, size: int = 128) -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_shards(folder, _clips(count, size))
        for clip in _clips(count, size):
            np.savez(folder / f"{clip.clip_id}.npz", **clip.datasets())
        shards = FaceShards(folder)

        def from_file(clip_id: str, start: int) -> object:
            with np.load(folder / f"{clip_id}.npz") as arrays:
                first, last = speech_sample(start, FPS), speech_sample(start + LENGTH, FPS)
                part = slice(start, start + LENGTH)
                return (
                    arrays["video"][part].copy(),
                    arrays["landmarks"][part].copy(),
                    arrays["speech"][first:last].copy(),
                )

        def opened_each_time(clip_id: str, start: int) -> object:
            shards.close()
            return shards.window(clip_id, start, LENGTH)

        rates = {
            "shards": _rate(lambda clip_id, start: shards.window(clip_id, start, LENGTH), count),
            "shards, opened for each window": _rate(opened_each_time, count),
            "a .npz for each clip": _rate(from_file, count),
        }
    print(f"{count} clips of {FRAMES} frames, {size} pixels; windows of {LENGTH} frames")
    for label, rate in rates.items():
        print(f"{label:32s} {rate:7.0f} windows/s, {rates['shards'] / rate:5.1f}")


if __name__ == "__main__":
    main(*(int(word) for word in sys.argv[1:]))
