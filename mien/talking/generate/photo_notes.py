"""Notes on a photo whose face talks less well than others: what a user can do about it before judging the video."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mien.faces.measures import eye_opening

SMALL_FACE = 20
"""Pixels between the eyes below which a face is called small. Looked at: at 24 eyes and teeth are seen, at 16 the teeth
are a smear, at 10 there are none."""

SHUT_EYES = 0.17
"""Eye aspect ratio below which eyes are called shut; those of 80 real pictures have .21 to .37, and half-way into a
blink .16."""

OPEN_MOUTH = 0.38
"""Distance of the lips in inter-ocular distances above which a mouth is called wide open: mouths of .30 close, of .47
teeth stay between thin lips where they should be closed."""


def photo_notes(landmarks: NDArray[np.float32]) -> tuple[str, ...]:
    """Notes on a face of landmarks (68, 2), in pixels of the photo: small, eyes shut, mouth wide open."""
    points = np.asarray(landmarks, np.float64)
    ocular = float(np.linalg.norm(points[36:42].mean(0) - points[42:48].mean(0)))
    lips = float(np.linalg.norm(points[61:64] - points[[67, 66, 65]], axis=-1).mean())
    faults = {
        f"the face is small, {ocular:.0f} pixels between the eyes: teeth and eyes are blurred below {SMALL_FACE}": (
            ocular < SMALL_FACE
        ),
        "the eyes are shut in the picture and stay shut: give one with open eyes": (
            float(eye_opening(landmarks[None])[0]) < SHUT_EYES
        ),
        "the mouth is wide open in the picture and does not close: give one with closed lips": (
            lips > OPEN_MOUTH * ocular
        ),
    }
    return tuple(note for note, met in faults.items() if met)
