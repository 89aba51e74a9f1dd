"""Head motion that is given, in place of the motion that is drawn from noise: from a file, or a performance.

A file is a `mien.heads.performance.Performance`, as `mien move` writes it, or an npz of plain arrays: `fps`, a number
or text such as 30000/1001; `rotation` (T, 3), yaw, pitch and roll in radians relative to how the head is held in the
picture (yaw > 0: to the viewer's right; pitch > 0: down; roll > 0: clockwise as seen); and, each optional,
`translation` (T, 2) in crop sizes, to the right and down; `blink` (T,) from 0, open, to 1, closed; `gaze` (T, 2), yaw
and pitch of the eyes in the head, in radians, signs as the head's.
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
from mien.systems.request import RequestError

# How the measures of `mien.talking.data.pose` follow an embedded head's truth: slopes of a linear fit over 7,077
# frames of 144 clips (landmarks of MediaPipe, back in the picture by the clip's median transform; 2026-11-21), with the
# part of the measure's variance that the whole fit explains.
NOSE_YAW, NOSE_PITCH = 0.77, 0.42
"""The nose's way from the eyes in inter-ocular distances for a radian of yaw and pitch (83 % and 52 %)."""

EYES_ACROSS_YAW, EYES_ACROSS_ROLL, EYES_DOWN_PITCH = 0.47, 0.53, 0.49
"""The way of the eyes' middle in crop sizes for a radian: the head turns on its neck (93 % and 95 %)."""

CLOSED_LIDS = -0.81
"""The measure of the lids where they are closed."""

GAZE_YAW, GAZE_PITCH = 0.31, 0.14
"""The way of the irises in eye widths for a radian (31 % and 27 %: the least that a detector sees)."""

CROPS_IN_A_HEAD = 1.07
"""Crop sizes in a head unit: how far a face goes in the crop that moves by the height of a head (0.99 to 1.13 over six
embedded heads before the usual camera, 2026-11-21)."""

GROWTH_TO_VIEWER = 0.21
"""What the logarithm of the size gains for each head unit to the viewer (the same heads and camera)."""

MAX_BYTES = 64_000_000
"""The most that the arrays of a file may hold: hours of motion."""

MAX_ANGLE = math.pi / 2

_X, _Y, _SCALE, _ROLL, _YAW, _PITCH, _LIDS, _GAZE_X, _GAZE_Y = range(len(FACE_POSE))
_WIDTHS: Mapping[str, int] = {"rotation": 3, "translation": 2, "blink": 1, "gaze": 2}
_PERFORMED = ("neck", "expression")  # what a performance has and a file of head motion has not
# greatest size of a value, and what it may be mistaken for
_LIMITS: Mapping[str, tuple[float, str]] = {
    "rotation": (MAX_ANGLE, "radians, at most a quarter turn"),
    "translation": (1.0, "crop sizes, at most 1"),
    "blink": (1.0, "0 (open) to 1 (closed)"),
    "gaze": (MAX_ANGLE, "radians, at most a quarter turn"),
}


@dataclass(frozen=True, eq=False)
class HeadMotion:
    """A head's motion at its own `fps`: arrays (T, C) by name, of which only `rotation` must be there.

    rotation (T, 3), translation (T, 2), blink (T, 1) and gaze (T, 2) as in a file; growth (T, 1), what the logarithm of
    the face's size gains. `own_blinks`: the lids are as it says and nothing else; else blinks that are drawn come
    besides.
    """

    fps: Fraction
    arrays: Mapping[str, NDArray[np.float64]] = field(repr=False)
    own_blinks: bool = True

    def at(self, frames: int, fps: Fraction) -> dict[str, NDArray[np.float64]]:
        """Its arrays at the times of `frames` video frames: linear between its own, held after its last."""
        times = np.asarray(np.arange(frames) * float(self.fps / fps), np.float64)
        return {name: _resampled(array, times) for name, array in self.arrays.items()}


def motion_of(performance: Performance, name: str = "the motion") -> HeadMotion:
    """What a talking face can take over from a performance; emotions: `mien.talking.generate.performance`.

    Raises RequestError, with `name` for what it was, for a performance without frames or with wild values.
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
    """The motion in a file, and the performance where the file is one. Raises RequestError for one of no use."""
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
    """`head_measures` of the motion in a file. Raises RequestError for a file that cannot be used."""
    return head_measures(open_head_motion(path)[0], frames, fps, usual)


def head_measures(
    head: HeadMotion, frames: int, fps: Fraction, usual: NDArray[np.floating] | None = None
) -> NDArray[np.float32]:
    """Measures (T, 9) of `FACE_POSE` for `frames` video frames at `fps` from the motion of a head.

    `usual` (9,) or (T, 9): the measures of a face at rest, or those that were drawn for this video; from it come the
    face's place and size (its median), and the lids and the gaze where the motion does not tell of them. None: the mean
    face with open eyes that look straight.
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
    """Weights (T, 2) of an expression on the person's left and right."""
    columns = [EXPRESSION_INDEX[f"{stem}{side}"] for side in ("Left", "Right")]
    return np.asarray(performance.expression[:, columns], np.float64)


def looks(performance: Performance) -> NDArray[np.float64]:
    """Yaw and pitch (T, 2) in radians that the expressions eyeLook* add to the gaze."""
    out, inwards = weights(performance, "eyeLookOut"), weights(performance, "eyeLookIn")
    aside = (out - inwards) @ np.array([0.5, -0.5])  # the left eye looks out to the viewer's right
    upright = (weights(performance, "eyeLookDown") - weights(performance, "eyeLookUp")).mean(1)
    return np.stack([LOOK_ASIDE * aside, LOOK_UPRIGHT * upright], 1)


def resting() -> NDArray[np.float64]:
    """Measures (9,) of the mean face in its place in the crop: at rest, eyes open, looking straight."""
    measures = face_pose(np.asarray(mean_shape(1)[None], np.float32), 1)[0]
    measures[_ROLL:] = 0
    return measures


def _resampled(array: NDArray[np.float64], times: NDArray[np.float64]) -> NDArray[np.float64]:
    """Rows of `array` (T, C) at `times` in its own frames; held beyond its ends."""
    own = np.arange(len(array))
    return np.stack([np.interp(times, own, column) for column in array.T], 1)


_UNREADABLE = (OSError, EOFError, ValueError, NotImplementedError, RuntimeError, zipfile.BadZipFile, ZlibError)


def _names(path: Path) -> list[str]:
    """The names of the arrays in a file that is not too large."""
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
    """The array as (T, width). Raises RequestError for another shape, values that are no numbers or too large."""
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
