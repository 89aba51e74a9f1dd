"""Quality figures of an aligned clip, and the thresholds below which a clip is rejected with a reason."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import cv2
import numpy as np
from numpy.typing import NDArray

from mien.clips import ClipError
from mien.faces.options import FilterOptions
from mien.media.sound import loudness_db

SHARPNESS_SIZE = 64
"""Side in pixels of the crop on which sharpness is measured, whatever the source's or the shard's resolution."""

_FACE = slice(12, 56), slice(12, 52)  # the face inside that crop, without the background beside it
SILENCE_DBFS = -120.0
"""The loudness of digital silence: the least that `loudness` gives."""


@dataclass(frozen=True)
class Quality:
    """What was measured of a clip; None where there was nothing to measure (no face, no sound).

    `frames` count, `seconds`, `found_fraction` and `several_fraction` of the frames in [0, 1], `longest_gap` frames,
    `inter_ocular` source pixels (median), `sharpness` (see `sharpness`), `yaw` (see `FaceTrack.yaw`), `loudness` dBFS
    (see `loudness`).
    """

    frames: int
    seconds: float
    found_fraction: float
    several_fraction: float
    longest_gap: int
    inter_ocular: float | None
    sharpness: float | None
    yaw: float | None
    loudness: float | None


def sharpness(crop: NDArray[np.uint8]) -> float:
    """Variance of the Laplacian of the face in a crop (64, 64, 3), divided by the variance of its grey values.

    On a crop of fixed size it does not depend on the source's resolution, and the division takes contrast and
    brightness out: 0 is a flat or hopelessly blurred picture, sharp faces are 0.3 to 1.2, and 0.05 is
    what a face becomes when it is blurred by a twentieth of the distance between its eyes.
    """
    grey = cv2.cvtColor(crop, cv2.COLOR_RGB2GRAY)[_FACE].astype(np.float64)
    spread = grey.var()
    # A flat picture has nothing sharp in it; one grey value of noise must not count as detail.
    return float(cv2.Laplacian(grey, cv2.CV_64F)[1:-1, 1:-1].var() / spread) if spread > 1 else 0.0


def loudness(speech: NDArray[np.float32]) -> float:
    """Level in dBFS of the loudest 50 ms of a clip's speech (N,); digital silence gives `SILENCE_DBFS`."""
    return max(loudness_db(speech), SILENCE_DBFS)


def check_quality(quality: Quality, options: FilterOptions, fps: Fraction) -> None:
    """Raise the ClipError of the first threshold that a clip misses."""
    check_length(quality.frames, options, fps)
    if quality.loudness is None:
        raise ClipError("no_audio")
    if quality.loudness < options.min_loudness:
        raise ClipError("silent", f"{quality.loudness:.0f} dBFS, at least {options.min_loudness:g} are needed")
    if quality.inter_ocular is None or quality.sharpness is None:
        raise ClipError("no_face")
    check_face(quality.several_fraction, quality.inter_ocular, quality.longest_gap, options)
    if quality.sharpness < options.min_sharpness:
        raise ClipError("blurred", f"sharpness {quality.sharpness:.3f}, {options.min_sharpness:g} is needed")


def check_length(frames: int, options: FilterOptions, fps: Fraction) -> None:
    """Raise ClipError for a clip of too few frames."""
    if frames < options.min_seconds * fps:
        seconds = float(frames / fps)
        raise ClipError("too_short", f"{seconds:.2f} s, at least {options.min_seconds:g} s are needed")


def check_face(several_fraction: float, inter_ocular: float, longest_gap: int, options: FilterOptions) -> None:
    """Raise the ClipError of the first threshold that a face's track misses; the arguments as in `Quality`."""
    if several_fraction > options.max_several_fraction:
        raise ClipError("several_faces", f"in {several_fraction:.0%} of the frames")
    if inter_ocular < options.min_inter_ocular:
        raise ClipError(
            "face_too_small", f"{inter_ocular:.0f} px between the eyes, {options.min_inter_ocular:g} are needed"
        )
    if longest_gap > options.max_lost_frames:
        raise ClipError(
            "face_lost", f"{longest_gap} frames in a row, {options.max_lost_frames} are interpolated at most"
        )
