"""Faces in pictures that are upside down or on their side."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from mien.faces.alignment import transform_points, warp
from mien.faces.detectors.interface import Face

UPRIGHT_MARGIN = 0.08
"""Difference of `FaceScore` by which another orientation must be better. True ones are better by 0.1 to 0.35."""

LYING = 60.0
"""Degrees of roll from which a picture is on its side: heads are tilted by less."""

_WINDOW = 256
_FRAMING = 2.4  # side of the window in extents of the face

Picture = NDArray[np.uint8]


def roll(face: Face) -> float:
    """Angle in degrees, −180 … 180, by which a face is turned: 0 upright, ±180 upside down."""
    points = np.asarray(face.landmarks, np.float64)
    down = points[48:].mean(axis=0) - points[36:48].mean(axis=0)
    return float(np.degrees(np.arctan2(down[0], down[1])))


def turns_upright(face: Face) -> int:
    """Quarter turns counter-clockwise, 0 … 3, by which a picture is to be turned for the face to stand upright."""
    return 0 if abs(roll(face)) < LYING else round(-roll(face) / 90) % 4


def turned_back(face: Face, turns: int, height: int, width: int) -> Face:
    """A face found in a picture that was turned counter-clockwise by quarter turns, in pixels of the original.

    `height`, `width`: of the original picture.
    """
    back = {
        0: np.array([[1.0, 0, 0], [0, 1, 0]]),
        1: np.array([[0.0, -1, width - 1], [1, 0, 0]]),
        2: np.array([[-1.0, 0, width - 1], [0, -1, height - 1]]),
        3: np.array([[0.0, 1, 0], [-1, 0, height - 1]]),
    }[turns % 4]
    return moved(face, back)


def moved(face: Face, transform: NDArray[np.float64]) -> Face:
    """A face with its points transformed (2, 3)."""
    mesh = None if face.mesh is None else transform_points(face.mesh, transform)
    return replace(face, landmarks=transform_points(face.landmarks, transform), mesh=mesh)


def well_oriented(
    face: Face, picture: Picture, detect: Callable[[Picture], list[Face]], score: Callable[[Picture], float]
) -> Face:
    """`face`, or the one at its place in the orientation in which it looks most like a face.

    The mesh of an upside-down face is found upright, with its mouth in the hair.
    """
    window, to_picture = _window(face, picture)
    scores = [score(np.rot90(window, turns)) for turns in range(4)]
    own = round(-roll(face) / 90) % 4  # turns that bring the face upright as it was found
    for turns in sorted(range(4), key=lambda turns: -scores[turns]):
        if turns == own or scores[turns] < scores[own] + UPRIGHT_MARGIN:
            return face
        found = _seen(window, turns, detect)
        if found is not None:
            other = moved(found, to_picture)
            window, to_picture = _window(other, picture)  # now around the face itself
            again = _seen(window, turns, detect)
            return other if again is None else moved(again, to_picture)
    return face


def _window(face: Face, picture: Picture) -> tuple[Picture, NDArray[np.float64]]:
    """A square window around a face, and the transform of its pixels to those of the picture."""
    scale = _WINDOW / (_FRAMING * max(face.extent, 1.0))
    corner = face.centre - _WINDOW / scale / 2
    # The edge of the window is half a pixel before the centre of its first pixel.
    transform = np.array([[scale, 0, -scale * corner[0] - 0.5], [0, scale, -scale * corner[1] - 0.5]])
    back = np.array([[1 / scale, 0, corner[0] + 0.5 / scale], [0, 1 / scale, corner[1] + 0.5 / scale]])
    return warp(picture, transform, _WINDOW), back


def _seen(window: Picture, turns: int, detect: Callable[[Picture], list[Face]]) -> Face | None:
    """The largest upright face in the turned window, in pixels of the window."""
    faces = [face for face in detect(np.ascontiguousarray(np.rot90(window, turns))) if abs(roll(face)) < 50]
    return turned_back(max(faces, key=lambda face: face.extent), turns, _WINDOW, _WINDOW) if faces else None
