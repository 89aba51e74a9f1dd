"""A long video: whether memory stays flat, colours stay, and how fast it is made."""

from __future__ import annotations

import time
from collections import deque
from fractions import Fraction

import numpy as np
import psutil
from numpy.typing import NDArray

from mien.bodies.keypoints import PoseTrack, PoseVideo
from mien.bodies.scene import Scene
from mien.follow.evaluate.samples import AskedClip
from mien.follow.evaluate.sources import Follower
from mien.follow.evaluate.steadiness import drift, figure_regions, flicker, jumps, seam

COMPARED_SECONDS = 2.0
"""Length of the pieces at the start and at the end that are compared."""

_WARM = 0.2
"""Part of the video after which memory is counted: caches are full by then."""

_MEGABYTE = 1e6


def there_and_back(frames: int, wanted: int) -> NDArray[np.int64]:
    """Frames of a clip, forwards and backwards again and again, `wanted` of them; the last ones are the first ones.

    So nothing jumps, and both ends of a long video show the same poses.
    """
    if frames < 2:
        return np.zeros(wanted, np.int64)
    period = 2 * (frames - 1)
    half = np.arange((wanted + 1) // 2) % period
    rows = np.minimum(half, period - half)
    return np.concatenate([rows, rows[: wanted // 2][::-1]])


def long_pose(clip: AskedClip, seconds: float) -> tuple[PoseVideo, NDArray[np.int64]]:
    """The clip's key points for `seconds`, there and back, and the clip's frame of each."""
    rows = there_and_back(len(clip.joints), max(4, round(seconds * float(clip.fps))))
    track = clip.pose.people[0]
    people = (PoseTrack(track.points[rows], track.confidence[rows]),)
    return PoseVideo(*clip.size, clip.fps, people, len(rows)), rows


def measure_long(follower: Follower, clip: AskedClip, scene: Scene, seconds: float) -> dict[str, float | int | None]:
    """Figures of one video of `seconds` that is made frame by frame and not kept.

    drift_torso, drift_place, drift_cells: CIEDE2000 of the last two seconds against the first, whose poses are the
    same; of the torso, the place as a whole, and the place in cells, in which waves and clouds count too.
    flicker_ratio: flicker outside the figure in the last two seconds over that of the first. seam: the largest step
    between neighbouring frames over the median one. megabytes_per_minute: growth of the resident memory, by least
    squares after a fifth of the video; megabytes: the growth in all. frames_per_second: of CPU time on one core.
    length: whether there are as many frames as poses.
    """
    pose, rows = long_pose(clip, seconds)
    count = min(round(COMPARED_SECONDS * float(clip.fps)), len(rows) // 2)
    first: list[NDArray[np.uint8]] = []
    last: deque[NDArray[np.uint8]] = deque(maxlen=count)
    memory, steps = [], []
    process = psutil.Process()
    started, judged, made = time.process_time(), 0.0, 0
    for frame in follower.frames(scene, pose, clip.size):
        paused = time.process_time()
        if made < count:
            first.append(frame)
        if last and made < len(rows):
            both = clip.joints[rows[made - 1 : made + 1]]
            steps.append(float(jumps(np.stack([last[-1], frame]), figure_regions(both, *frame.shape[:2]))[0]))
        last.append(frame)
        memory.append(process.memory_info().rss / _MEGABYTE)
        made += 1
        judged += time.process_time() - paused
    spent = time.process_time() - started - judged
    start, end = np.stack(first), np.stack(list(last))
    start_joints, end_joints = clip.joints[rows[:count]], clip.joints[rows[-count:]]
    drifted = drift(start, start_joints, end, end_joints)
    early = flicker(start, figure_regions(start_joints, *start.shape[1:3]))
    late = flicker(end, figure_regions(end_joints, *end.shape[1:3]))
    warm = np.array(memory[int(_WARM * made) :])
    return {
        "seconds": float(Fraction(made) / clip.fps),
        "length": int(made == len(rows)),
        "drift_torso": drifted["torso"],
        "drift_place": drifted.get("place"),
        "drift_cells": drifted.get("cells"),
        "flicker_ratio": late / early if late is not None and early else None,
        "seam": seam(np.array(steps)),
        "megabytes": float(warm[-1] - warm[0]),
        "megabytes_per_minute": float(np.polyfit(np.arange(len(warm)), warm, 1)[0] * 60 * float(clip.fps)),
        "frames_per_second": made / max(spent, 1e-9),
    }
