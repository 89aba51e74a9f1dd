"""Drawn pictures with faces whose mesh is known, for the tests of `benchmarks.real_photos`."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from benchmarks.real_photos.face import CHEEKS, INNER_LIPS, OUTER_LIPS, OVAL, SHAPES, Face, polygon

SIDE = 240
EYES_APART = 60.0
SKIN, LIPS, DARK, TOOTH = (205, 160, 130), (170, 80, 85), (40, 20, 20), (210, 205, 200)

Picture = NDArray[np.uint8]


def ellipse(centre: tuple[float, float], radii: tuple[float, float], count: int, start: float) -> NDArray[np.float32]:
    """Points (count, 2) clockwise in the picture from an angle in radians, 0 to the right."""
    angles = start + 2 * np.pi * np.arange(count) / count
    return np.stack([centre[0] + radii[0] * np.cos(angles), centre[1] + radii[1] * np.sin(angles)], 1)


def drawn_face(opening: float = 0.0, shift: tuple[float, float] = (0, 0), **shapes: float) -> Face:
    """A face in a picture of `SIDE` pixels; the inner lips are `opening` times as high as they are wide."""
    random = np.random.default_rng(0)
    turn, far = random.uniform(0, 2 * np.pi, 478), 78 * np.sqrt(random.uniform(0, 1, 478))
    mesh = np.stack([120 + far * np.cos(turn), 120 + 1.1 * far * np.sin(turn)], 1)
    near_mouth = np.abs(mesh - (120, 160)).max(1) < 45
    mesh[near_mouth, 1] -= 90  # the lips alone stand there, so that the mesh has no folds
    mesh[list(OVAL)] = ellipse((120, 120), (80, 90), len(OVAL), -np.pi / 2)
    height = 20 * opening
    mesh[list(OUTER_LIPS)] = _lips((120, 160), (30, 10 + height))
    mesh[list(INNER_LIPS)] = _lips((120, 160), (20, max(height, 0.3)))
    for corners, x in (((33, 133), 90), ((362, 263), 150)):
        mesh[list(corners)] = ((x - 10, 100), (x + 10, 100))
    mesh[list(CHEEKS)] = ((80, 135), (160, 135))
    return Face((mesh + shift).astype(np.float32), {**dict.fromkeys(SHAPES, 0.0), **shapes})


def _lips(centre: tuple[float, float], radii: tuple[float, float]) -> NDArray[np.float32]:
    """From the corner on the left in the picture over the lower lip to the other corner and back over the upper one."""
    return np.roll(ellipse(centre, radii, len(OUTER_LIPS), np.pi)[::-1], 1, axis=0)


def drawn(face: Face, inside: tuple[int, int, int] = DARK) -> Picture:
    """The face's skin, lips and inside of the mouth in plain colours, with faint pores."""
    picture = np.full((SIDE, SIDE, 3), SKIN, np.int16)
    shape = picture.shape
    picture[polygon(shape, face.mesh[list(OUTER_LIPS)])] = LIPS
    if face.opening > 0.05:
        picture[polygon(shape, face.mesh[list(INNER_LIPS)])] = inside
    pores = np.random.default_rng(1).integers(-4, 5, (SIDE, SIDE, 1))
    return np.clip(picture + pores, 0, 255).astype(np.uint8)
