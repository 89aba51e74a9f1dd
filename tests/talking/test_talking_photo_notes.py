"""What a user is told of a photo whose face talks less well."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from mien.faces.alignment import mean_shape
from mien.talking.generate.photo_notes import OPEN_MOUTH, SHUT_EYES, SMALL_FACE, photo_notes

Points = NDArray[np.float32]


def face(ocular: float = 60.0, eyes: float = 0.3, lips: float = 0.0) -> Points:
    """A frontal face (68, 2) with so many pixels between its eyes, that aspect ratio of them and that parted lips."""
    points = np.asarray(mean_shape(128), np.float32).copy()
    points *= ocular / np.linalg.norm(points[36:42].mean(0) - points[42:48].mean(0))
    for first in (36, 42):
        corners = points[[first, first + 3]]
        height = eyes * float(np.linalg.norm(corners[1] - corners[0]))
        for upper, lower, along in ((1, 5, 1 / 3), (2, 4, 2 / 3)):
            middle = corners[0] + along * (corners[1] - corners[0])
            half = np.array([0.0, height / 2])
            points[first + upper], points[first + lower] = middle - half, middle + half
    ocular = float(np.linalg.norm(points[36:42].mean(0) - points[42:48].mean(0)))
    points[[67, 66, 65]] = points[61:64] + np.array([0, lips * ocular], np.float32)
    return points


def test_an_ordinary_face_has_no_notes() -> None:
    assert photo_notes(face()) == ()
    assert photo_notes(face(SMALL_FACE + 2, SHUT_EYES + 0.03, OPEN_MOUTH - 0.03)) == ()


@pytest.mark.parametrize(
    ("points", "words"),
    [
        (face(SMALL_FACE - 6), "the face is small, 14 pixels between the eyes"),
        (face(eyes=SHUT_EYES - 0.03), "the eyes are shut"),
        (face(lips=OPEN_MOUTH + 0.03), "the mouth is wide open"),
    ],
)
def test_each_fault_of_a_photo_has_a_note_of_its_own(points: Points, words: str) -> None:
    [note] = photo_notes(points)
    assert words in note


def test_the_size_of_a_face_changes_no_other_note() -> None:
    assert len(photo_notes(face(10, 0.05, 0.5))) == 3
    assert len(photo_notes(face(300, 0.05, 0.5))) == 2
