"""What the benchmarks share: a table of ratios with their goals, and made-up clips to measure on."""

from __future__ import annotations

import resource
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import torch

from mien.clips import EMOTIONS, Clip
from mien.corpora.split import write_split
from mien.faces.alignment import mean_shape
from mien.faces.shards import ShardClip, speech_sample, write_shards
from mien.training.optimization.parts import minimise
from mien.training.trainer import Step, Trainer

FPS = Fraction(25)


@dataclass(frozen=True)
class Row:
    """A line of the table: what was measured, the ratio, and the goal it has (None: only reported)."""

    what: str
    ratio: float
    goal: float | None = None
    at_most: bool = False

    def line(self) -> str:
        """The row as it is printed."""
        if self.goal is None:
            return f"{self.what:64s} {self.ratio:8.3g}"
        reached = self.ratio <= self.goal if self.at_most else self.ratio >= self.goal
        sign = "at most" if self.at_most else "at least"
        return f"{self.what:64s} {self.ratio:8.3g}   goal {sign} {self.goal:g}: {'reached' if reached else 'missed'}"


def print_table(title: str, notes: list[str], rows: list[Row]) -> None:
    """Print what was measured, and below it the ratios."""
    print(title)
    for note in notes:
        print(f"  {note}")
    for row in rows:
        print(row.line())


def rate(function: Callable[[], object], units: float, seconds: float, warm_up: int = 1) -> float:
    """Units a second of a function that does `units` of work: called for about `seconds`, the fastest call counts.

    The fastest call is the one that other work on the machine disturbed least.
    """
    for _ in range(warm_up):
        function()
    best, end = float("inf"), time.perf_counter() + seconds
    while best == float("inf") or time.perf_counter() < end:
        started = time.perf_counter()
        function()
        best = min(best, time.perf_counter() - started)
    return units / best


class PeakMemory:
    """The most memory that one process below this one held while the block ran, in MB, looked at every 20 ms.

    `program`: only processes whose name has this in it: one that is just being started holds its parent's memory.
    """

    def __init__(self, program: str = "") -> None:
        self.megabytes = 0.0
        self._program = program
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def _watch(self) -> None:
        own = psutil.Process()
        while not self._done.wait(0.02):
            for child in own.children(recursive=True):
                try:
                    if self._program in child.name():
                        self.megabytes = max(self.megabytes, child.memory_info().rss / 1e6)
                except psutil.NoSuchProcess:
                    continue

    def __enter__(self) -> PeakMemory:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._thread.join()


def made_up_clips(count: int, frames: int, size: int, seed: int = 0) -> Iterator[ShardClip]:
    """Clips of the mean face's landmarks, moving, before smooth noise: six emotions, three clips an actor."""
    random = np.random.default_rng(seed)
    face = mean_shape(size)
    small = random.integers(0, 256, (frames, size // 8, size // 8, 3), dtype=np.uint8)
    video = small.repeat(8, 1).repeat(8, 2)
    for number in range(count):
        sway = random.normal(0, 0.004 * size, (frames, 1, 2)).cumsum(0).clip(-0.05 * size, 0.05 * size)
        opening = np.zeros((frames, 68, 2))
        opening[:, 55:60, 1] = opening[:, 64:68, 1] = 0.05 * size * random.random((frames, 1))
        landmarks = (face + sway + opening).astype(np.float32)
        mesh = np.zeros((frames, 478, 3), np.float32)
        mesh[..., :2] = landmarks[:, np.arange(478) % 68] + random.normal(0, 1, (1, 478, 2))
        yield ShardClip(
            clip_id=f"clip-{number:05d}",
            fps=FPS,
            video=video,
            landmarks=landmarks,
            mesh=mesh,
            speech=random.normal(0, 0.1, speech_sample(frames, FPS)).astype(np.float32),
            transform=np.tile(np.eye(2, 3), (frames, 1, 1)),
            found=np.ones(frames, bool),
            labels={"actor": f"{1001 + number // 3}", "emotion": EMOTIONS[number % 6], "intensity": 1.0},
        )


def made_up_faces(folder: Path, count: int, frames: int, size: int) -> tuple[Path, Path]:
    """A folder of shards with `made_up_clips`, and a split in which all of them are in the part train."""
    faces, split = folder / "faces", folder / "split.csv"
    faces.mkdir()
    write_shards(faces, made_up_clips(count, frames, size))
    clips = [Clip(f"clip-{number:05d}", "benchmark", "none", actor=f"{1001 + number // 3}") for number in range(count)]
    write_split(split, clips, {clip.clip_id: "train" for clip in clips})
    return faces, split


def processor_seconds() -> float:
    """CPU seconds, user and system, of this process and of its children that have ended."""
    own, others = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    return own.ru_utime + own.ru_stime + others.ru_utime + others.ru_stime


def take_step(trainer: Trainer[Any], batch: Any, number: int, device: torch.device) -> None:
    """One step of a training as `train()` takes it, without its curves and checkpoints."""
    loss, _ = trainer.loss(batch, Step(number, trainer.steps, trainer.options, device))
    minimise(trainer.optimizer, loss, trainer.gradient_norm)
    for ema in trainer.parts.averages.values():
        ema.update(number)
