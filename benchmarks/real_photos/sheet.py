"""Contact sheets: photo and feelings side by side, under each face its mouth enlarged; strips of speech and blinks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from benchmarks.real_photos.face import OUTER_LIPS, Face, Picture
from mien.systems.evaluation.pictures import caption

FACE_SIDE, FACE_EXTENT = 256, 3.9
"""Side of a face on the sheet in pixels, and what it shows in distances between the eyes."""

MOUTH_HEIGHT, MOUTH_EXTENT = 150, 1.3
WIDE_QUANTILE = 0.75
"""The frame that is shown has the mouth opened so wide, among those of its video: between median and widest."""

Cell = tuple[Picture, Face]


def shown(frames: Sequence[Picture], faces: Sequence[Face]) -> Cell:
    """The frame of a video for the sheet."""
    order = np.argsort([face.opening for face in faces])
    index = int(order[round(WIDE_QUANTILE * (len(order) - 1))])
    return frames[index], faces[index]


def face_and_mouth(picture: Picture, face: Face, anchor: Face) -> Picture:
    """The face, cut where the anchor's is, and below it the mouth enlarged."""
    unit = anchor.eyes_apart
    upper = _cut(picture, anchor.mesh.mean(0), FACE_EXTENT * unit, (FACE_SIDE, FACE_SIDE))
    lower = _cut(picture, face.mesh[list(OUTER_LIPS)].mean(0), MOUTH_EXTENT * unit, (FACE_SIDE, MOUTH_HEIGHT))
    return np.concatenate([upper, lower])


def _cut(picture: Picture, centre: NDArray[np.float32], width: float, size: tuple[int, int]) -> Picture:
    scale = size[0] / width
    x, y = centre
    matrix = np.array([[scale, 0, size[0] / 2 - scale * x], [0, scale, size[1] / 2 - scale * y]])
    way = cv2.INTER_CUBIC if scale > 1 else cv2.INTER_AREA
    return np.asarray(cv2.warpAffine(picture, matrix, size, flags=way, borderValue=(255, 255, 255)), np.uint8)


def sheet(columns: Sequence[str], rows: Mapping[str, Mapping[str, Cell]]) -> Picture:
    """A picture with a row for each still under the columns' captions; a cell that is missing stays white."""
    width = FACE_SIDE * len(columns)
    lines = [caption(width, 28, [(FACE_SIDE * place, name) for place, name in enumerate(columns)])]
    blank = np.full((FACE_SIDE + MOUTH_HEIGHT, FACE_SIDE, 3), 255, np.uint8)
    for name, cells in rows.items():
        anchor = cells["photo"][1]
        line = [face_and_mouth(*cells[column], anchor) if column in cells else blank for column in columns]
        lines += [caption(width, 20, [(0, name)], 12), np.concatenate(line, axis=1)]
    return np.concatenate(lines)


def strip(title: str, cells: Sequence[Cell], anchor: Face) -> Picture:
    """Consecutive frames side by side under a title."""
    line = np.concatenate([face_and_mouth(picture, face, anchor) for picture, face in cells], axis=1)
    return np.concatenate([caption(line.shape[1], 22, [(0, title)], 13), line])
