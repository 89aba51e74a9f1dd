"""Frames a second of preparing clips end to end, against decoding and finding the landmarks alone (the bound).

    python benchmarks/preparation.py [CLIP...] [--copies 36]
    python benchmarks/preparation.py --scaling [--copies 18]

Preparation is what the stages `resample` and `align` call. The clips are those named, else GRID's in
../shared/real/talking/grid, else those of the embedded corpus in data/corpus; they are copied under other names, the
sound of each copy a little quieter, so that the cache takes none for another. Prints the share of the bound in one
process, the steps taking turns clip by clip, by the clock and by the processor's time, and how much faster two
processes are than one, with and without what starting them takes. `--scaling`: seconds a clip and the memory of the
workers for 1, 3 and 10 times as many clips.
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from measuring import PeakMemory, Row, print_table, processor_seconds
from numpy.typing import NDArray

from mien.clips import Clip
from mien.execution import Execution
from mien.faces.align import align_clips
from mien.faces.detectors.open import open_detector
from mien.faces.options import AlignOptions, TrackOptions
from mien.media.resample import ResampleOptions, resample_clips
from mien.media.sound import read_sound, write_wav
from mien.media.video import decode_frames

ROOT = Path(__file__).resolve().parents[1]
GRID, EMBEDDED = ROOT.parent / "shared/real/talking/grid", ROOT / "data/corpus/VideoFlash"
HZ, FEWEST = 16_000, 0.5
"""Of the copies' sound, and how quiet the last one is."""


def found_clips(named: Sequence[Path]) -> tuple[list[Path], str]:
    """The clips to measure on, and what they are."""
    if named:
        return list(named), "the named clips"
    for folder, what in ((GRID, "GRID"), (EMBEDDED, "GRID's are absent: the embedded corpus")):
        paths = sorted(path for path in folder.glob("*") if path.suffix in (".mpg", ".flv"))
        if paths:
            return paths, what
    raise SystemExit(f"no clips in {GRID} or {EMBEDDED}: run `dvc repro corpus`, or name some")


def copies(paths: Sequence[Path], count: int, folder: Path) -> list[Clip]:
    """`count` clips, each with a sound file of its own."""
    folder.mkdir()
    sounds = {}
    for path in paths[:count]:
        beside = path.parents[1] / "AudioWAV" / f"{path.stem}.wav"
        sounds[path] = read_sound(beside if beside.is_file() else path, HZ)
    clips = []
    for number in range(count):
        path = paths[number % len(paths)]
        copy = folder / f"clip-{number:04d}{path.suffix}"
        shutil.copyfile(path, copy)
        sound = copy.with_suffix(".wav")
        write_wav(sound, sounds[path] * np.float32(1 - (1 - FEWEST) * number / count), HZ)
        clips.append(Clip(copy.stem, "benchmark", str(copy), sound=str(sound), actor=path.stem))
    return clips


def prepare(clips: Sequence[Clip], workers: int) -> float:
    """Seconds that both stages take, from an empty cache."""
    execution = Execution(workers=workers, retries=0)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        started = time.perf_counter()
        resampled = resample_clips(clips, ResampleOptions(), folder / "resampled", folder / "cache", execution)
        align_clips(resampled, AlignOptions(max_rejected_fraction=1), folder / "faces", folder / "cache", execution)
        return time.perf_counter() - started


def steps_here(clips: Sequence[Clip]) -> tuple[int, dict[str, NDArray[np.float64]]]:
    """Frames, and the seconds by the clock and of processor time of each step in this process, clip by clip."""
    from mien.faces.align import _align_clip
    from mien.media.resample import _resample

    frames = 0
    spent = {name: np.zeros(2) for name in ("decode and landmarks", "resample", "align")}
    with tempfile.TemporaryDirectory() as folder, open_detector() as detector:
        cache = Path(folder)

        def bound(clip: Clip) -> Clip:
            nonlocal frames
            detector.reset()
            for frame in decode_frames(Path(clip.path)):
                detector.detect(frame)
                frames += 1
            return clip

        def resample(clip: Clip) -> Clip:
            return _resample(clip, ResampleOptions(), cache)

        def align(clip: Clip) -> Clip:
            _align_clip(clip, TrackOptions(), cache)
            return clip

        for number, clip in enumerate(clips):
            if number == 1:  # the first one also opens the detectors
                frames, spent = 0, {name: np.zeros(2) for name in spent}
            handed = clip
            for name, step in zip(spent, (bound, resample, align), strict=True):
                before = np.array([time.perf_counter(), processor_seconds()])
                handed = step(handed)
                spent[name] += np.array([time.perf_counter(), processor_seconds()]) - before
    return frames, spent


def speed(clips: Sequence[Clip], workers: int) -> tuple[list[str], list[Row]]:
    """The share of the bound, and several processes against one."""
    frames, spent = steps_here(clips)
    notes = ["in one process, frames a second by the clock and of processor time:"]
    notes += [f"{name:22s} {frames / each[0]:8.1f} {frames / each[1]:8.1f}" for name, each in spent.items()]
    bound, resample, align = spent.values()
    share, aligned = bound / (resample + align), bound / align
    rows = [
        Row("resample and align, share of decoding and landmarks alone", share[0], 0.8),
        Row("the same by processor time", share[1]),
        Row("align alone, share of decoding and landmarks alone", aligned[0]),
        Row("the same by processor time", aligned[1]),
    ]
    if workers > 1:
        started, one, several = prepare(clips[:1], 1), prepare(clips, 1), prepare(clips, workers)
        notes.append(f"stages, 1 process   {one:8.1f} s, {started:.1f} s of it with starting and the first clip")
        notes.append(f"stages, {workers} processes {several:8.1f} s")
        rows.append(Row(f"{workers} processes to one, without the start", (one - started) / (several - started), 1.8))
        rows.append(Row(f"{workers} processes to one, with the start", one / several))
    return notes, rows


def scaling(paths: Sequence[Path], count: int, workers: int, folder: Path) -> tuple[list[str], list[Row]]:
    """Seconds a clip and the workers' memory for 1, 3 and 10 times `count` clips."""
    notes, seconds, megabytes = [], [], []
    # Whole rounds of the clips, so that each size has the same mixture of them.
    base = max(1, round(count / len(paths))) * len(paths)
    for times in (1, 3, 10):
        clips = copies(paths, times * base, folder / f"copies-{times}")
        with PeakMemory() as memory:
            seconds.append(prepare(clips, workers))
        megabytes.append(memory.megabytes)
        notes.append(f"{times * base:5d} clips {seconds[-1]:7.1f} s, a worker holds {memory.megabytes:.0f} MB at most")
        shutil.rmtree(folder / f"copies-{times}")
    each = [(seconds[1] - seconds[0]) / (2 * base), (seconds[2] - seconds[1]) / (7 * base)]
    notes.append(f"a further clip costs {each[0]:.3f} s from 1 to 3 times, {each[1]:.3f} s from 3 to 10 times")
    return notes, [
        Row("cost of a further clip, 3–10 times to 1–3 times", each[1] / each[0], 1.05, at_most=True),
        Row("memory of a worker, 10 times to once", megabytes[2] / megabytes[0], 1.05, at_most=True),
    ]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("clips", nargs="*", type=Path, help="video files with a face; else GRID, else data/corpus")
    parser.add_argument("--copies", type=int, default=36, help="how many clips are prepared (36)")
    parser.add_argument("--workers", type=int, default=2, help="processes that are set against one (2)")
    parser.add_argument("--scaling", action="store_true", help="1, 3 and 10 times as many clips instead")
    parser.add_argument("--quick", action="store_true", help="only the share of the bound, of three clips")
    arguments = parser.parse_args()
    paths, what = found_clips(arguments.clips)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if arguments.scaling:
            notes, rows = scaling(paths[: arguments.copies], arguments.copies, arguments.workers, folder)
        else:
            count = 3 if arguments.quick else arguments.copies
            notes, rows = speed(copies(paths, count, folder / "copies"), 1 if arguments.quick else arguments.workers)
    print_table(f"preparation of {what}", notes, rows)


if __name__ == "__main__":
    main()
