"""Head motion from a file or a performance, converted to the generator's poses, instead of sampled poses.

A file is a `mien.heads.performance.Performance`, as written by `mien move`, or an npz of plain arrays: `fps`, a number
or text such as 30000/1001; `rotation` (T, 3), yaw, pitch and roll in radians relative to the head in the picture
(yaw > 0: to the viewer's right; pitch > 0: down; roll > 0: clockwise for the viewer); and, each optional, `translation`
(T, 2) in crop sizes, to the right and down; `blink` (T,) from 0, open, to 1, closed; `gaze` (T, 2), yaw and pitch of
the eyes relative to the head, in radians, with the signs of the rotation.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mien.faces.alignment import mean_shape
from mien.faces.measures import FACE_POSE, face_pose
from mien.heads.head import LOOK_ASIDE, LOOK_UPRIGHT
from mien.heads.performance import EXPRESSION_INDEX, Performance
from mien.storage.arrays import ArraysError, array_headers, read_arrays
from mien.storage.rates import frame_rate
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

SHAPE_TOLERANCE = 0.06
"""Difference of yaw or pitch, as `FACE_POSE` measures them, that the shape of a face may cause: twice the deviation of
the pitches of 36 actors who look at the camera."""

ASIDE, TOO_FAR_ASIDE = 0.4, 0.7
"""Yaw, as `FACE_POSE` measures it, from which a face in a photo is called turned aside (about 30 degrees), and from
which it is refused (about 50): a warp cannot show the half that is hidden."""

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
    logarithm of the face's size. `replaces_blinks`: the lids follow `blink` only; otherwise sampled blinks are added.
    """

    fps: Fraction
    arrays: Mapping[str, NDArray[np.float64]] = field(repr=False)
    replaces_blinks: bool = True

    def at(self, frames: int, fps: Fraction) -> dict[str, NDArray[np.float64]]:
        """The arrays at the times of `frames` video frames at `fps`; see `resample`."""
        return {name: resample(array, self.fps, frames, fps) for name, array in self.arrays.items()}


def aside_note(landmarks: NDArray[np.float32]) -> str | None:
    """A note on a face of landmarks (68, 2) that is turned aside, None for others.

    Raises RequestError, with one sentence, if it is turned too far.
    """
    yaw = abs(float(face_pose(landmarks[None], 1)[0][_YAW]))
    if yaw > TOO_FAR_ASIDE:
        raise RequestError("the face is turned too far aside: give a picture in which both eyes look at the camera")
    return "the face is turned aside: feelings and speech are less natural there" if yaw > ASIDE else None


def as_turned(pose: NDArray[np.float32], landmarks: NDArray[np.float32], side: int) -> NDArray[np.float32]:
    """The pose (T, 9) for a head that is turned in its photo: yaw and pitch are relative to how it is held there.

    `landmarks` (68, 2): of the photo, in pixels of a crop of `side`. What `SHAPE_TOLERANCE` allows is taken for the
    shape of the face. Without this a head that is turned aside or tilted back would be turned to the camera, which a
    warp can do by some degrees only.
    """
    own, frontal = face_pose(np.stack([landmarks, mean_shape(side)]).astype(np.float32), side)
    turned = np.array(pose, np.float32)
    for index in (_YAW, _PITCH):
        difference = own[index] - frontal[index]
        turned[:, index] += np.sign(difference) * max(abs(difference) - SHAPE_TOLERANCE, 0.0)
    return turned


def resample(array: NDArray[np.floating], own_fps: Fraction, frames: int, fps: Fraction) -> NDArray[np.float64]:
    """`array` (T, C) at `own_fps` as (`frames`, C) at `fps`: linearly interpolated, constant after its last frame."""
    times = np.arange(frames) * float(own_fps / fps)
    return np.stack([np.interp(times, np.arange(len(array)), column) for column in array.T], 1)


def performance_motion(performance: Performance, name: str = "the motion") -> HeadMotion:
    """The head motion, blinks and gaze of a performance (its emotions: `mien.talking.generate.performance`).

    Raises RequestError, with `name` in the message, for a performance without frames or with values out of bounds.
    """
    if not len(performance):
        raise RequestError(f"{name} holds no frame")
    x, y, forward = performance.translation.astype(np.float64).T
    given = {
        "rotation": performance.neck,
        "translation": CROPS_IN_A_HEAD * np.stack([x, -y], 1),
        "blink": np.clip(expression_weights(performance, "eyeBlink").mean(1), 0, 1),
        "gaze": performance.gaze + eye_look_angles(performance),
    }
    arrays = {kind: _checked(kind, array, name) for kind, array in given.items()}
    arrays["growth"] = GROWTH_TO_VIEWER * np.clip(forward, -1, 1)[:, None]
    return HeadMotion(performance.fps, arrays, replaces_blinks=False)


def load_head_motion(path: Path) -> tuple[HeadMotion, Performance | None]:
    """The motion in a file, and the performance if the file is one. Raises RequestError for an invalid file."""
    names = _names(path)
    if "rotation" in names or not all(name in names for name in _PERFORMED):
        return HeadMotion(*_read(path)), None
    try:
        performance = Performance.load(path)
    except ValueError as error:
        raise RequestError(str(error)[:300]) from error  # it names the file
    return performance_motion(performance, path.name), performance


def head_poses(head: HeadMotion, frames: int, fps: Fraction, base: NDArray[np.floating]) -> NDArray[np.float32]:
    """Poses (T, 9) in the units of `FACE_POSE` for T = `frames` video frames at `fps`, from head motion.

    `base` (9,) or (T, 9): a mean pose, or poses sampled for this video. Its median is the position and size to which
    the motion is added; lids and gaze are taken from it if the motion does not specify them.
    """
    base_pose = np.asarray(base, np.float64)
    given = head.at(frames, fps)
    yaw, pitch, roll = given["rotation"].T
    across, down = given["translation"].T if "translation" in given else (0.0, 0.0)
    growth = given["growth"][:, 0] if "growth" in given else 0.0
    median = np.median(np.atleast_2d(base_pose), 0)
    pose = np.broadcast_to(base_pose, (frames, len(FACE_POSE))).copy()
    pose[:, _X] = median[_X] + EYES_ACROSS_YAW * yaw + EYES_ACROSS_ROLL * roll + across
    pose[:, _Y] = median[_Y] + EYES_DOWN_PITCH * pitch + down
    pose[:, _SCALE] = median[_SCALE] + growth
    pose[:, _ROLL], pose[:, _YAW], pose[:, _PITCH] = roll, NOSE_YAW * yaw, NOSE_PITCH * pitch
    if "blink" in given:
        lids = CLOSED_LIDS * given["blink"][:, 0]
        pose[:, _LIDS] = lids if head.replaces_blinks else np.minimum(pose[:, _LIDS], lids)
    if "gaze" in given:
        pose[:, _GAZE_X], pose[:, _GAZE_Y] = GAZE_YAW * given["gaze"][:, 0], GAZE_PITCH * given["gaze"][:, 1]
    return pose.astype(np.float32)


def expression_weights(performance: Performance, stem: str) -> NDArray[np.float64]:
    """Weights (T, 2) of an expression on the person's left and right side."""
    columns = [EXPRESSION_INDEX[f"{stem}{side}"] for side in ("Left", "Right")]
    return np.asarray(performance.expression[:, columns], np.float64)


def eye_look_angles(performance: Performance) -> NDArray[np.float64]:
    """Yaw and pitch (T, 2) in radians that the expressions eyeLook* add to the gaze."""
    out, inwards = expression_weights(performance, "eyeLookOut"), expression_weights(performance, "eyeLookIn")
    aside = (out - inwards) @ np.array([0.5, -0.5])  # the left eye looks out to the viewer's right
    upright = (expression_weights(performance, "eyeLookDown") - expression_weights(performance, "eyeLookUp")).mean(1)
    return np.stack([LOOK_ASIDE * aside, LOOK_UPRIGHT * upright], 1)


def _names(path: Path) -> frozenset[str]:
    """Names of the arrays in an npz file. Raises RequestError for another or too large a file."""
    try:
        return frozenset(array_headers(path, MAX_BYTES))
    except ArraysError as error:
        raise RequestError(f"{error}: --motion takes words, or a file of head motion") from error


def _read(path: Path) -> tuple[Fraction, dict[str, NDArray[np.float64]]]:
    try:
        arrays = read_arrays(path, MAX_BYTES, {"fps", *_WIDTHS})
    except ArraysError as error:
        raise RequestError(str(error)) from error
    for name in ("fps", "rotation"):
        if name not in arrays:
            raise RequestError(f"{path.name} lacks {name}: a file of head motion has at least fps and rotation")
    fps = _fps(arrays.pop("fps"), path.name)
    checked = {name: _checked(name, array, path.name) for name, array in arrays.items()}
    lengths = {name: len(array) for name, array in checked.items()}
    if len(set(lengths.values())) > 1:
        described = ", ".join(f"{name} {length}" for name, length in lengths.items())
        raise RequestError(f"{path.name} has arrays of several lengths: {described}")
    return fps, checked


def _fps(value: NDArray[np.generic], name: str) -> Fraction:
    try:
        return frame_rate(str(value[()]), 1, 1000).limit_denominator(1_000_000)
    except ValueError as error:
        shown = str(value)[:40]
        raise RequestError(f"{name}: fps is a number from 1 to 1000 or text such as 30000/1001, not {shown}") from error


def _checked(kind: str, array: NDArray[np.generic], name: str) -> NDArray[np.float64]:
    """The array as float64 (T, width). Raises RequestError for another shape and for values out of bounds."""
    width = _WIDTHS[kind]
    shape = "(T,)" if width == 1 else f"(T, {width})"
    columns = array[:, None] if width == 1 and array.ndim == 1 else array
    if columns.ndim != 2 or columns.shape[1] != width or not len(columns) or columns.dtype.kind not in "fiu":
        raise RequestError(f"{name}: {kind} is numbers {shape}, not {array.dtype} {array.shape}")
    numbers = columns.astype(np.float64)
    maximum, unit = _LIMITS[kind]
    minimum = 0.0 if kind == "blink" else -maximum
    if not np.isfinite(numbers).all() or numbers.min() < minimum - 1e-4 or numbers.max() > maximum + 1e-4:
        worst = numbers.ravel()[np.argmax(np.where(np.isfinite(numbers), np.abs(numbers - minimum / 2), np.inf))]
        raise RequestError(f"{name}: {kind} is in {unit}, not {worst:g}")
    return np.clip(numbers, minimum, maximum)
