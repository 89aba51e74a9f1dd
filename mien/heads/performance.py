"""Animation of a head: ARKit expression weights, neck rotation, translation and gaze at a constant frame rate.

A `Performance` is independent of the identity: it applies to any identity of any head model with ARKit's expressions.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import BinaryIO, Self

import numpy as np
from numpy.typing import NDArray

from mien.files import atomic_file
from mien.storage.arrays import read_arrays
from mien.storage.rates import frame_rate

ARKIT_NAMES: tuple[str, ...] = (
    "eyeBlinkLeft",
    "eyeLookDownLeft",
    "eyeLookInLeft",
    "eyeLookOutLeft",
    "eyeLookUpLeft",
    "eyeSquintLeft",
    "eyeWideLeft",
    "eyeBlinkRight",
    "eyeLookDownRight",
    "eyeLookInRight",
    "eyeLookOutRight",
    "eyeLookUpRight",
    "eyeSquintRight",
    "eyeWideRight",
    "jawForward",
    "jawLeft",
    "jawRight",
    "jawOpen",
    "mouthClose",
    "mouthFunnel",
    "mouthPucker",
    "mouthLeft",
    "mouthRight",
    "mouthSmileLeft",
    "mouthSmileRight",
    "mouthFrownLeft",
    "mouthFrownRight",
    "mouthDimpleLeft",
    "mouthDimpleRight",
    "mouthStretchLeft",
    "mouthStretchRight",
    "mouthRollLower",
    "mouthRollUpper",
    "mouthShrugLower",
    "mouthShrugUpper",
    "mouthPressLeft",
    "mouthPressRight",
    "mouthLowerDownLeft",
    "mouthLowerDownRight",
    "mouthUpperUpLeft",
    "mouthUpperUpRight",
    "browDownLeft",
    "browDownRight",
    "browInnerUp",
    "browOuterUpLeft",
    "browOuterUpRight",
    "cheekPuff",
    "cheekSquintLeft",
    "cheekSquintRight",
    "noseSneerLeft",
    "noseSneerRight",
    "tongueOut",
)
"""The 52 expression names of ARKit's face tracking in Apple's order; left is the person's left."""

EXPRESSION_INDEX: dict[str, int] = {name: i for i, name in enumerate(ARKIT_NAMES)}
"""Name → index in an expression vector."""

_SHAPES: dict[str, int] = {"expression": len(ARKIT_NAMES), "neck": 3, "translation": 3, "gaze": 2}
_FIELDS = ("fps", *_SHAPES)

MAX_BYTES = 256_000_000
"""Maximum size of the unpacked arrays of a file; ten hours of motion."""


def expression_vector(weights: Mapping[str, float]) -> NDArray[np.float32]:
    """Expression vector float32 (52,) from weights by ARKit name; others are 0. Raises ValueError for unknown names."""
    vector = np.zeros(len(ARKIT_NAMES), np.float32)
    for name, weight in weights.items():
        if name not in EXPRESSION_INDEX:
            raise ValueError(f"{name!r} is not one of ARKit's 52 expression names")
        vector[EXPRESSION_INDEX[name]] = weight
    return vector


@dataclass(frozen=True, eq=False)
class Performance:
    """T frames of head animation.

    fps: frames per second, exact, in (0, 1 000 000].
    expression: float32 (T, 52) in [0, 1], by `ARKIT_NAMES`.
    neck: float32 (T, 3) radians yaw, pitch, roll; yaw > 0 turns to the viewer's right, pitch > 0 looks down,
        roll > 0 leans to the viewer's right.
    translation: float32 (T, 3) in head units (1 = the head's height), x to the viewer's right, y up, z to the viewer.
    gaze: float32 (T, 2) radians yaw, pitch of both eyes relative to the head, signs as the neck's.

    Raises ValueError on construction for a wrong shape, range or value.
    """

    fps: Fraction
    expression: NDArray[np.float32]
    neck: NDArray[np.float32]
    translation: NDArray[np.float32]
    gaze: NDArray[np.float32]

    def __post_init__(self) -> None:
        try:
            object.__setattr__(self, "fps", frame_rate(self.fps))
        except ValueError as error:
            raise ValueError(f"a performance's {error}") from error
        frames = None
        for name, width in _SHAPES.items():
            value = np.ascontiguousarray(getattr(self, name), np.float32)
            if value.ndim != 2 or value.shape[1] != width:
                raise ValueError(f"a performance's {name} must be (T, {width}), not {value.shape}")
            if frames is not None and len(value) != frames:
                raise ValueError(f"a performance's {name} has {len(value)} frames where the expression has {frames}")
            if not np.isfinite(value).all():
                raise ValueError(f"a performance's {name} holds a value that is not finite")
            frames = len(value)
            object.__setattr__(self, name, value)
        if frames and (self.expression.min() < -1e-4 or self.expression.max() > 1 + 1e-4):
            raise ValueError("a performance's expression weights must lie in [0, 1]")
        object.__setattr__(self, "expression", np.clip(self.expression, 0, 1))

    def __len__(self) -> int:
        return len(self.expression)

    @property
    def seconds(self) -> float:
        """Length in seconds."""
        return float(len(self) / self.fps)

    @classmethod
    def still(cls, fps: Fraction = Fraction(25), frames: int = 1, **weights: float) -> Performance:
        """A motionless performance with the named expression weights."""
        expression = np.repeat(expression_vector(weights)[None], frames, axis=0)
        zeros = {name: np.zeros((frames, width), np.float32) for name, width in _SHAPES.items() if name != "expression"}
        return cls(fps=fps, expression=expression, **zeros)

    def map(self, function: Callable[[NDArray[np.float32]], NDArray[np.floating]], fps: Fraction | None = None) -> Self:
        """Every array changed by `function`, at `fps`, None: at the same frame rate."""
        return replace(self, fps=fps or self.fps, **{name: function(getattr(self, name)) for name in _SHAPES})

    def save(self, path: Path, tags: Mapping[str, str] | None = None) -> None:
        """Write atomically as npz; equal performances give equal bytes. Loaded by `Performance.load`.

        `tags`: where the motion is from, see `mien.media.file_tags`; kept as JSON in the array `provenance`.
        """
        with atomic_file(path) as beside, beside.open("wb") as stream:
            _write_npz(stream, self, tags or {})

    @classmethod
    def load(cls, path: Path) -> Performance:
        """Load a file written by `save`; nothing is unpickled. Raises ValueError for any other file."""
        read = read_arrays(path, MAX_BYTES, _FIELDS)
        missing = [name for name in _FIELDS if name not in read]
        if missing:
            raise ValueError(f"{path.name} is not a performance: it lacks {', '.join(missing)}")
        try:
            arrays = {name: np.asarray(read[name], np.float32) for name in _SHAPES}
            return cls(fps=frame_rate(str(read["fps"])), **arrays)
        except (ValueError, TypeError) as error:
            raise ValueError(f"{path.name} could not be read as a performance: {error}") from error


def _write_npz(stream: BinaryIO, performance: Performance, tags: Mapping[str, str]) -> None:
    # numpy gives every member the same fixed date, so equal arrays give equal bytes
    arrays = {name: getattr(performance, name) for name in _SHAPES}
    if tags:
        arrays["provenance"] = np.array(json.dumps(dict(tags), ensure_ascii=False, sort_keys=True))
    np.savez_compressed(stream, allow_pickle=False, fps=np.array(str(performance.fps)), **arrays)
