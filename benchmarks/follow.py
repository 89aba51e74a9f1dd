"""Frames per CPU second of each part of `mien follow`, and the memory of a long video.

    python benchmarks/follow.py [--video CLIP] [--model models/follow] [--size 96] [--minutes 10]

CLIP shows a person; without it nothing is detected, and the other parts follow a built-in motion. Parts of the model
that the folder lacks are left out. Everything is measured in CPU seconds, which other work on the machine disturbs
less than the clock. Run it with OMP_NUM_THREADS=1: the goals are those of one core.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import numpy as np
from measuring import Row, print_table, processor_seconds

from mien.bodies.figure.renderer import FigureRenderer
from mien.bodies.keypoints import JOINTS, PoseTrack
from mien.bodies.places.painter import PlacePainter
from mien.bodies.repair.repair import repair
from mien.bodies.scene import Scene
from mien.follow.generate.frames import render_frames, standing_height
from mien.follow.generate.movement import Movement
from mien.follow.generate.sources import built_in

FPS = Fraction(25)
SECONDS = 8.0
REAL_TIME = 25.0
"""Frames a second of a video that is made as fast as it is shown."""

DETECTED = 60
"""Frames of the clip in which people are detected."""

MEMORY_MB = 1500.0

_LONG = """
import re, sys
from pathlib import Path
from mien.follow.system import SYSTEM
look, out, seconds, size = sys.argv[1:]
SYSTEM.run({"look": look, "pose": "walk", "seconds": float(seconds), "size": int(size)}, Path(out))
print(int(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1]) * 1024 / 1e6)
"""
"""A clip made in a process of its own. VmHWM is its memory alone; ru_maxrss begins with its parent's."""


def cpu_rate(work: Callable[[], object], frames: int, times: int = 3) -> float:
    """Frames per CPU second of a function that makes so many; the fastest of some calls after a first."""
    work()
    best = float("inf")
    for _ in range(times):
        started = processor_seconds()
        work()
        best = min(best, processor_seconds() - started)
    return frames / best


def detection(video: Path) -> list[Row]:
    """MediaPipe in the first frames of a clip."""
    from mien.bodies.detectors.detect import open_detector
    from mien.media.video import decode_frames

    frames = [frame for frame, _ in zip(decode_frames(video), range(DETECTED), strict=False)]

    def work() -> None:
        detector = open_detector("mediapipe")
        for frame in frames:
            detector.detect(frame)
        detector.close()

    return [Row("detection by mediapipe (CPU seconds of all its threads)", cpu_rate(work, len(frames), 1))]


def poses(movement: Movement, model: Path | None) -> list[Row]:
    """Repair of a track with spikes and gaps, and lifting."""
    track = movement.poses.people[0]
    rng = np.random.default_rng(0)
    points = track.points + (rng.random((*track.points.shape[:2], 1)) < 0.02) * 40.0
    confidence = np.where(rng.random(track.confidence.shape) < 0.1, 0, track.confidence)
    damaged = PoseTrack(points.astype(np.float32), confidence.astype(np.float32))
    rows = [Row("repair", cpu_rate(lambda: repair(damaged, FPS), len(track)))]
    if model is not None and (model / "lifter").is_dir():
        from mien.bodies.lifting.lifter import Lifter

        lifter = Lifter.load(model / "lifter")
        rows.append(Row("lifter", cpu_rate(lambda: lifter.lift(damaged, FPS), len(track))))
    return rows


def drawing(movement: Movement, size: int) -> list[Row]:
    """Figure, place, and both as in a video."""
    scene, joints = Scene(), movement.movers[0].joints * np.float32(size / movement.poses.width)
    renderer, canvas = FigureRenderer(scene, standing_height(joints)), np.zeros((size, size, 3), np.uint8)
    painter = PlacePainter(scene, size, size)

    def figure() -> None:
        for pose in joints:
            renderer.draw(pose, (True, True), canvas, painter.light)

    def place() -> None:
        for number in range(len(joints)):
            painter.frame(number / float(FPS))

    def video() -> None:
        for _ in render_frames(movement, [scene], size, size, range(movement.frames)):
            pass

    def set_up() -> None:
        PlacePainter(scene, size, size)

    return [
        Row(f"figure, {size}×{size}", cpu_rate(figure, len(joints))),
        Row(f"place, {size}×{size}", cpu_rate(place, len(joints))),
        Row(f"place, CPU seconds to paint it once, {size}×{size}", 1 / cpu_rate(set_up, 1)),
        Row(f"figure and place, {size}×{size}", cpu_rate(video, len(joints)), REAL_TIME),
    ]


def baseline(movement: Movement, size: int, model: Path) -> list[Row]:
    """The diffusion baseline."""
    from mien.follow.diffusion.baseline import DiffusionBaseline

    drawn = DiffusionBaseline.load(model / "diffusion")
    joints, count = movement.movers[0].joints * np.float32(size / movement.poses.width), 32
    known = np.ones((count, len(JOINTS)), np.float32)

    def work() -> None:
        for _ in drawn.frames(joints[:count], known, Scene(), (size, size), 0):
            pass

    return [Row(f"diffusion baseline, {size}×{size}", cpu_rate(work, count, 1))]


def long_video(size: int, minutes: float) -> list[Row]:
    """Peak memory of videos of half a minute and of many minutes, and what the long one took."""
    memory, started = [], 0.0
    with tempfile.TemporaryDirectory() as folder:
        look = Path(folder) / "look.json"
        look.write_text(json.dumps(Scene().to_json()))
        for seconds in (30.0, 60 * minutes):
            started = processor_seconds()
            arguments = [str(look), str(Path(folder) / f"{seconds:g}.mp4"), str(seconds), str(size)]
            made = subprocess.run([sys.executable, "-c", _LONG, *arguments], capture_output=True, text=True, check=True)
            memory.append(float(made.stdout.splitlines()[-1]))
    rate = 60 * minutes * float(FPS) / (processor_seconds() - started)
    return [
        Row(f"{minutes:g} minutes, {size}×{size}: MB at most", memory[1], MEMORY_MB, at_most=True),
        Row("the same over 30 seconds", memory[0]),
        Row("the whole command, frames per CPU second", rate, REAL_TIME),
    ]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--video", type=Path)
    parser.add_argument("--model", type=Path)
    parser.add_argument("--size", type=int, default=96)
    parser.add_argument("--minutes", type=float, default=10.0, help="0 leaves the long video out")
    given = parser.parse_args()
    movement = built_in("dance", SECONDS, 0, "woman")
    rows = detection(given.video) if given.video else []
    rows += poses(movement, given.model) + drawing(movement, given.size)
    if given.model is not None and (given.model / "diffusion").is_dir():
        rows += baseline(movement, given.size, given.model)
    rows += long_video(given.size, given.minutes) if given.minutes else []
    print_table("mien follow, frames per CPU second", [f"{movement.frames} frames of a dance"], rows)


if __name__ == "__main__":
    main()
