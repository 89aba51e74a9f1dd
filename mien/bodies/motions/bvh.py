"""BVH files: a skeleton and how it moves, as most motion capture is exchanged.

Format after Meredith and Maddock, "Motion Capture File Formats Explained", 2001. Files come from anywhere, so that
sizes are bounded before anything is allocated.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from mien.bodies.keypoints import PoseError

Array = NDArray[np.float64]
MOST_BYTES, MOST_JOINTS, MOST_NUMBERS = 200_000_000, 1000, 40_000_000
_CHANNELS = {f"{axis}{kind}" for axis in "XYZ" for kind in ("position", "rotation")}


@dataclass(frozen=True)
class Skeleton:
    """names: of the joints, ends of chains are called `NAME end`. parents: of each, -1 for the root; parents come
    first. offsets: (J, 3) from the parent at rest. channels: of each joint, in the order of the file."""

    names: tuple[str, ...]
    parents: tuple[int, ...]
    offsets: Array
    channels: tuple[tuple[str, ...], ...]

    def rest(self) -> Array:
        """Positions (J, 3) when nothing is turned."""
        positions = np.zeros((len(self.names), 3))
        for joint, parent in enumerate(self.parents):
            positions[joint] = self.offsets[joint] + (positions[parent] if parent >= 0 else 0)
        return positions


@dataclass(frozen=True)
class Capture:
    """A BVH file, moved. positions: (T, J, 3) and rotations: (T, J, 3, 3) in the room, in the file's unit. fps: frames
    a second."""

    skeleton: Skeleton
    positions: Array
    rotations: Array
    fps: float


def load_bvh(path: Path) -> Capture:
    """Read a BVH file. Raises PoseError in one sentence when it is none, damaged, or larger than the bounds."""
    try:
        if path.stat().st_size > MOST_BYTES:
            raise PoseError(f"{path} is larger than {MOST_BYTES // 1_000_000} MB: cut the motion into parts")
        text = path.read_text(encoding="utf-8", errors="replace")
    except OSError as error:
        raise PoseError(f"{path} cannot be read: {error.strerror or error}") from error
    head, found, tail = text.partition("MOTION")
    if "HIERARCHY" not in head or not found:
        raise PoseError(f"{path} is not a BVH file: it has no HIERARCHY followed by MOTION")
    try:
        skeleton = _skeleton(head.split())
        values, fps = _frames(tail, sum(map(len, skeleton.channels)))
    except (ValueError, IndexError) as error:
        raise PoseError(f"{path} is a damaged BVH file: {error}") from error
    return _moved(skeleton, values, fps)


def _skeleton(words: list[str]) -> Skeleton:
    names: list[str] = []
    parents: list[int] = []
    offsets: list[tuple[float, float, float]] = []
    channels: list[tuple[str, ...]] = []
    above: list[int] = []
    at = words.index("HIERARCHY") + 1
    while at < len(words):
        word = words[at]
        if word in ("ROOT", "JOINT", "End"):
            brace = words.index("{", at, at + 12)
            if word == "ROOT" and names:
                raise ValueError("it has more than one skeleton")
            if len(names) >= MOST_JOINTS:
                raise ValueError(f"it has more than {MOST_JOINTS} joints")
            if not above and names:
                raise ValueError("a joint has no parent")
            parents.append(above[-1] if above else -1)
            name = " ".join(words[at + 1 : brace])
            names.append(f"{names[above[-1]]} end" if word == "End" and above else name)
            offsets.append((0.0, 0.0, 0.0))
            channels.append(())
            above.append(len(names) - 1)
            at = brace + 1
        elif word == "OFFSET" and above:
            x, y, z = (_finite(one) for one in words[at + 1 : at + 4])
            offsets[above[-1]] = (x, y, z)
            at += 4
        elif word == "CHANNELS" and above:
            count = int(words[at + 1])
            own = tuple(words[at + 2 : at + 2 + count])
            if not 0 <= count <= 6 or len(set(own)) != count or not set(own) <= _CHANNELS:
                raise ValueError(f"the channels of {names[above[-1]]} are {' '.join(own) or 'none'}")
            channels[above[-1]] = own
            at += 2 + count
        elif word == "}" and above:
            above.pop()
            at += 1
        else:
            raise ValueError(f"{word[:40]!r} is not expected in its hierarchy")
    if above or not names:
        raise ValueError("its hierarchy ends early")
    return Skeleton(tuple(names), tuple(parents), np.array(offsets), tuple(channels))


def _frames(text: str, channels: int) -> tuple[Array, float]:
    head, _, numbers = text.partition("Frame Time:")
    words = head.split()
    count = int(words[words.index("Frames:") + 1])
    first, _, rest = numbers.lstrip().partition("\n")
    seconds = _finite(first)
    if not 1e-4 <= seconds <= 10:
        raise ValueError(f"a frame lasts {seconds:g} seconds")
    if count < 1 or channels < 3 or count * channels > MOST_NUMBERS:
        raise ValueError(f"it has {count} frames of {channels} numbers")
    values = np.array(rest.split(), dtype=np.float64)
    if values.size != count * channels:
        raise ValueError(f"{count} frames of {channels} numbers are announced, {values.size} numbers are there")
    if not np.isfinite(values).all() or np.abs(values).max() > 1e7:
        raise ValueError("it has numbers that are not finite or far too large")
    return values.reshape(count, channels), 1 / seconds


def _moved(skeleton: Skeleton, values: Array, fps: float) -> Capture:
    frames, joints = len(values), len(skeleton.names)
    positions = np.zeros((frames, joints, 3))
    rotations = np.broadcast_to(np.eye(3), (frames, joints, 3, 3)).copy()
    at = 0
    for joint, (parent, channels) in enumerate(zip(skeleton.parents, skeleton.channels, strict=True)):
        own = values[:, at : at + len(channels)]
        at += len(channels)
        local = np.broadcast_to(skeleton.offsets[joint], (frames, 3)).copy()
        moves = [number for number, name in enumerate(channels) if name.endswith("position")]
        if moves:  # positions stand in place of the offset
            local[:, ["XYZ".index(channels[number][0]) for number in moves]] = own[:, moves]
        turns = [number for number, name in enumerate(channels) if name.endswith("rotation")]
        if turns:
            order = "".join(channels[number][0] for number in turns)
            rotations[:, joint] = Rotation.from_euler(order, own[:, turns], degrees=True).as_matrix()
        if parent < 0:
            positions[:, joint] = local
            continue
        positions[:, joint] = positions[:, parent] + np.einsum("tij,tj->ti", rotations[:, parent], local)
        rotations[:, joint] = rotations[:, parent] @ rotations[:, joint]
    return Capture(skeleton, positions, rotations, fps)


def _finite(word: str) -> float:
    value = float(word)
    if not math.isfinite(value) or abs(value) > 1e7:
        raise ValueError(f"{word[:20]} is no usable number")
    return value
