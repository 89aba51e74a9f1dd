"""Quality measures of an aligned clip, and the checks that reject a clip with a reason."""

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
"""Side in pixels of the crop on which sharpness is measured, independent of the resolution of source and shard."""

_FACE = slice(12, 56), slice(12, 52)  # the face in that crop, without the background
SILENCE_DBFS = -120.0
"""Loudness of digital silence, the minimum of `loudness`."""


@dataclass(frozen=True)
class Quality:
    """Quality measures of a clip; None: not measurable (no face, no sound).

    `frames`: number. `found_fraction`, `several_fraction`: of the frames, in [0, 1], with a face, with several faces.
    `longest_gap`: frames without a face. `inter_ocular`: median, source pixels. `sharpness`: see `sharpness`. `yaw`:
    see `FaceTrack.yaw`. `loudness`: dBFS, see `loudness`.
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

    Because of the fixed size it does not depend on the resolution of the source, and because of the division not on
    contrast and brightness. 0: a flat or completely blurred picture; sharp faces: 0.3 to 1.2; a face blurred by a
    twentieth of the inter-ocular distance: 0.05.
    """
    grey = cv2.cvtColor(crop, cv2.COLOR_RGB2GRAY)[_FACE].astype(np.float64)
    spread = grey.var()
    # A flat picture is not sharp; noise of one grey level must not count as detail.
    return float(cv2.Laplacian(grey, cv2.CV_64F)[1:-1, 1:-1].var() / spread) if spread > 1 else 0.0


def loudness(speech: NDArray[np.float32]) -> float:
    """Level in dBFS of the loudest 50 ms of speech (N,); `SILENCE_DBFS` for digital silence."""
    return max(loudness_db(speech), SILENCE_DBFS)


def check_quality(quality: Quality, options: FilterOptions, fps: Fraction) -> None:
    """Raise the ClipError of the first check that a clip fails."""
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
    """Raise ClipError if a clip has too few frames."""
    if frames < options.min_seconds * fps:
        seconds = float(frames / fps)
        raise ClipError("too_short", f"{seconds:.2f} s, at least {options.min_seconds:g} s are needed")


def check_face(several_fraction: float, inter_ocular: float, longest_gap: int, options: FilterOptions) -> None:
    """Raise the ClipError of the first check that the track of a face fails; arguments as in `Quality`."""
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
