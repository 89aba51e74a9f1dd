"""Head motion from a file or a performance, converted to the generator's poses, instead of sampled poses.

A file is a `mien.heads.performance.Performance`, as written by `mien move`, or an npz of plain arrays: `fps`, a number
or text such as 30000/1001; `rotation` (T, 3), yaw, pitch and roll in radians relative to the head in the picture
(yaw > 0: to the viewer's right; pitch > 0: down; roll > 0: clockwise for the viewer); and, each optional, `translation`
(T, 2) in crop sizes, to the right and down; `blink` (T,) from 0, open, to 1, closed; `gaze` (T, 2), yaw and pitch of
the eyes relative to the head, in radians, with the signs of the rotation.
"""

from __future__ import annotations

import math
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from zlib import error as ZlibError

import numpy as np
from numpy.typing import NDArray

from mien.faces.alignment import mean_shape
from mien.faces.measures import FACE_POSE, face_pose
from mien.heads.head import LOOK_ASIDE, LOOK_UPRIGHT
from mien.heads.performance import EXPRESSION_INDEX, Performance
from mien.systems.errors import RequestError

# Measures of `FACE_POSE` as a linear function of the true pose of the embedded heads: slopes of a least-squares fit to
# 7,077 frames of 144 clips (landmarks of MediaPipe, mapped to the picture by the clip's median transform; 2026-11-21).
# In brackets R² of the fit.
NOSE_YAW, NOSE_PITCH = 0.77, 0.42
"""Displacement of the nose from the eyes in inter-ocular distances per radian of yaw and pitch (R² .83 and .52)."""

EYES_ACROSS_YAW, EYES_ACROSS_ROLL, EYES_DOWN_PITCH = 0.47, 0.53, 0.49
"""Displacement of the eyes' midpoint in crop sizes per radian: the head rotates about the neck (R² .93 and .95)."""

CLOSED_LIDS = -0.81
"""Value of `lids` in `FACE_POSE` for closed eyes."""

GAZE_YAW, GAZE_PITCH = 0.31, 0.14
"""Displacement of the irises in eye widths per radian (R² .31 and .27, the lowest)."""

CROPS_IN_A_HEAD = 1.07
"""Crop sizes per head unit (height of the head): 0.99 to 1.13 over six embedded heads with the default camera,
2026-11-21."""

GROWTH_TO_VIEWER = 0.21
"""Increase of the logarithm of the face's size per head unit towards the viewer (the same heads and camera)."""

MAX_BYTES = 64_000_000
"""Maximum size of the unpacked arrays of a file; enough for hours of motion."""

MAX_ANGLE = math.pi / 2

_X, _Y, _SCALE, _ROLL, _YAW, _PITCH, _LIDS, _GAZE_X, _GAZE_Y = range(len(FACE_POSE))
_WIDTHS: Mapping[str, int] = {"rotation": 3, "translation": 2, "blink": 1, "gaze": 2}
_PERFORMED = ("neck", "expression")  # arrays of a performance that a file of plain arrays does not have
# maximum absolute value, and the unit for messages
_LIMITS: Mapping[str, tuple[float, str]] = {
    "rotation": (MAX_ANGLE, "radians, at most a quarter turn"),
    "translation": (1.0, "crop sizes, at most 1"),
    "blink": (1.0, "0 (open) to 1 (closed)"),
    "gaze": (MAX_ANGLE, "radians, at most a quarter turn"),
}


@dataclass(frozen=True, eq=False)
class HeadMotion:
    """Head motion at its own `fps`: arrays (T, C) by name; only `rotation` is required.

    rotation (T, 3), translation (T, 2), blink (T, 1) and gaze (T, 2) as in a file; growth (T, 1), the increase of the
    logarithm of the face's size. `own_blinks`: True: the lids follow `blink` only; False: sampled blinks are added.
    """

    fps: Fraction
    arrays: Mapping[str, NDArray[np.float64]] = field(repr=False)
    own_blinks: bool = True

    def at(self, frames: int, fps: Fraction) -> dict[str, NDArray[np.float64]]:
        """The arrays at the times of `frames` video frames: linearly interpolated, constant after the last one."""
        times = np.asarray(np.arange(frames) * float(self.fps / fps), np.float64)
        return {name: _resampled(array, times) for name, array in self.arrays.items()}


def motion_of(performance: Performance, name: str = "the motion") -> HeadMotion:
    """The head motion, blinks and gaze of a performance (its emotions: `mien.talking.generate.performance`).

    Raises RequestError, with `name` in the message, for a performance without frames or with values out of bounds.
    """
    if not len(performance):
        raise RequestError(f"{name} holds no frame")
    x, y, forward = performance.translation.astype(np.float64).T
    given = {
        "rotation": performance.neck,
        "translation": CROPS_IN_A_HEAD * np.stack([x, -y], 1),
        "blink": np.clip(weights(performance, "eyeBlink").mean(1), 0, 1),
        "gaze": performance.gaze + looks(performance),
    }
    arrays = {kind: _checked(kind, array, name) for kind, array in given.items()}
    arrays["growth"] = GROWTH_TO_VIEWER * np.clip(forward, -1, 1)[:, None]
    return HeadMotion(performance.fps, arrays, own_blinks=False)


def open_head_motion(path: Path) -> tuple[HeadMotion, Performance | None]:
    """The motion in a file, and the performance if the file is one. Raises RequestError for an invalid file."""
    names = _names(path)
    if "rotation" not in names and all(name in names for name in _PERFORMED):
        try:
            performance = Performance.load(path)
        except (ValueError, TypeError, ZlibError, NotImplementedError) as error:
            raise RequestError(f"{path.name} cannot be read as a performance: {str(error)[:200]}") from error
        return motion_of(performance, path.name), performance
    return HeadMotion(*_read(path)), None


def read_head_motion(
    path: Path, frames: int, fps: Fraction, usual: NDArray[np.floating] | None = None
) -> NDArray[np.float32]:
    """`head_measures` of the motion in a file. Raises RequestError for an invalid file."""
    return head_measures(open_head_motion(path)[0], frames, fps, usual)


def head_measures(
    head: HeadMotion, frames: int, fps: Fraction, usual: NDArray[np.floating] | None = None
) -> NDArray[np.float32]:
    """Poses (T, 9) in the units of `FACE_POSE` for T = `frames` video frames at `fps`, from head motion.

    `usual` (9,) or (T, 9): a mean pose, or poses sampled for this video. Its median is the position and size to which
    the motion is added; lids and gaze are taken from it if the motion does not specify them. None: the mean face with
    open eyes and a straight gaze.
    """
    rest = resting() if usual is None else np.asarray(usual, np.float64)
    if rest.shape not in ((len(FACE_POSE),), (frames, len(FACE_POSE))):
        raise ValueError(
            f"the usual motion must be ({len(FACE_POSE)},) or ({frames}, {len(FACE_POSE)}), not {rest.shape}"
        )
    given = head.at(frames, fps)
    yaw, pitch, roll = given["rotation"].T
    across, down = given["translation"].T if "translation" in given else (0.0, 0.0)
    growth = given["growth"][:, 0] if "growth" in given else 0.0
    place = np.median(np.atleast_2d(rest), 0)
    motion = np.broadcast_to(rest, (frames, len(FACE_POSE))).copy()
    motion[:, _X] = place[_X] + EYES_ACROSS_YAW * yaw + EYES_ACROSS_ROLL * roll + across
    motion[:, _Y] = place[_Y] + EYES_DOWN_PITCH * pitch + down
    motion[:, _SCALE] = place[_SCALE] + growth
    motion[:, _ROLL], motion[:, _YAW], motion[:, _PITCH] = roll, NOSE_YAW * yaw, NOSE_PITCH * pitch
    if "blink" in given:
        lids = CLOSED_LIDS * given["blink"][:, 0]
        motion[:, _LIDS] = lids if head.own_blinks else np.minimum(motion[:, _LIDS], lids)
    if "gaze" in given:
        motion[:, _GAZE_X], motion[:, _GAZE_Y] = GAZE_YAW * given["gaze"][:, 0], GAZE_PITCH * given["gaze"][:, 1]
    return motion.astype(np.float32)


def weights(performance: Performance, stem: str) -> NDArray[np.float64]:
    """Weights (T, 2) of an expression on the person's left and right side."""
    columns = [EXPRESSION_INDEX[f"{stem}{side}"] for side in ("Left", "Right")]
    return np.asarray(performance.expression[:, columns], np.float64)


def looks(performance: Performance) -> NDArray[np.float64]:
    """Yaw and pitch (T, 2) in radians that the expressions eyeLook* add to the gaze."""
    out, inwards = weights(performance, "eyeLookOut"), weights(performance, "eyeLookIn")
    aside = (out - inwards) @ np.array([0.5, -0.5])  # the left eye looks out to the viewer's right
    upright = (weights(performance, "eyeLookDown") - weights(performance, "eyeLookUp")).mean(1)
    return np.stack([LOOK_ASIDE * aside, LOOK_UPRIGHT * upright], 1)


def resting() -> NDArray[np.float64]:
    """Pose (9,) of the mean face in the crop, with open eyes and a straight gaze."""
    measures = face_pose(np.asarray(mean_shape(1)[None], np.float32), 1)[0]
    measures[_ROLL:] = 0
    return measures


def _resampled(array: NDArray[np.float64], times: NDArray[np.float64]) -> NDArray[np.float64]:
    """`array` (T, C) at `times` (N,) in units of its frames: linearly interpolated, constant beyond its ends."""
    own = np.arange(len(array))
    return np.stack([np.interp(times, own, column) for column in array.T], 1)


_UNREADABLE = (OSError, EOFError, ValueError, NotImplementedError, RuntimeError, zipfile.BadZipFile, ZlibError)


def _names(path: Path) -> list[str]:
    """Names of the arrays in an npz file. Raises RequestError for another or too large a file."""
    if not path.is_file():
        raise RequestError(f"{path} is {'no file' if path.exists() else 'not there'}: name a file of head motion")
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
    except _UNREADABLE as error:
        raise RequestError(f"{path.name} is no npz file of plain arrays: {str(error)[:120]}") from error
    if sum(member.file_size for member in members) > MAX_BYTES:  # before anything is unpacked
        raise RequestError(f"{path.name} holds more than {MAX_BYTES:,} bytes: that is no head motion")
    return [member.filename.removesuffix(".npy") for member in members]


def _read(path: Path) -> tuple[Fraction, dict[str, NDArray[np.float64]]]:
    try:
        with np.load(path, allow_pickle=False) as file:
            arrays = {name: file[name] for name in file.files if name == "fps" or name in _WIDTHS}
    except _UNREADABLE as error:
        raise RequestError(f"{path.name} is no npz file of plain arrays: {str(error)[:120]}") from error
    for name in ("fps", "rotation"):
        if name not in arrays:
            raise RequestError(f"{path.name} lacks {name}: a file of head motion has at least fps and rotation")
    fps = _fps(arrays.pop("fps"), path.name)
    checked = {name: _checked(name, array, path.name) for name, array in arrays.items()}
    lengths = {name: len(array) for name, array in checked.items()}
    if len(set(lengths.values())) > 1:
        told = ", ".join(f"{name} {length}" for name, length in lengths.items())
        raise RequestError(f"{path.name} has arrays of several lengths: {told}")
    return fps, checked


def _fps(value: NDArray[np.generic], name: str) -> Fraction:
    try:
        fps = Fraction(str(value[()])).limit_denominator(1_000_000)
    except (ValueError, ZeroDivisionError):
        fps = Fraction(0)
    if not 1 <= fps <= 1000:
        raise RequestError(f"{name}: fps is a number from 1 to 1000 or text such as 30000/1001, not {str(value)[:40]}")
    return fps


def _checked(kind: str, array: NDArray[np.generic], name: str) -> NDArray[np.float64]:
    """The array as float64 (T, width). Raises RequestError for another shape and for values out of bounds."""
    width = _WIDTHS[kind]
    shape = "(T,)" if width == 1 else f"(T, {width})"
    columns = array[:, None] if width == 1 and array.ndim == 1 else array
    if columns.ndim != 2 or columns.shape[1] != width or not len(columns) or columns.dtype.kind not in "fiu":
        raise RequestError(f"{name}: {kind} is numbers {shape}, not {array.dtype} {array.shape}")
    numbers = columns.astype(np.float64)
    greatest, meaning = _LIMITS[kind]
    least = 0.0 if kind == "blink" else -greatest
    if not np.isfinite(numbers).all() or numbers.min() < least - 1e-4 or numbers.max() > greatest + 1e-4:
        worst = numbers.ravel()[np.argmax(np.where(np.isfinite(numbers), np.abs(numbers - least / 2), np.inf))]
        raise RequestError(f"{name}: {kind} is in {meaning}, not {worst:g}")
    return np.clip(numbers, least, greatest)
