"""What moves and should not: lines and flow behind the person, stretch of ears and hair, the seam of the paste-back.

Where the person was in the photo or is in the frame is not judged, nor a margin around it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from benchmarks.real_photos.face import OVAL, Face, Mask, Picture, grown, polygon
from mien.media.stderr import quiet_stderr

PERSON = 0.1
"""Weight of the segmentation above which a pixel may be of the person."""

NEAR_PERSON = 0.12
"""Margin around the person, in distances between the eyes, that is not judged."""

SPACING, LINE_SIGMA, PAPER, INK = 12, 0.9, 190.0, 110.0
"""Drawn lines: pixels between them, half their width, and grey of paper and line centre."""

WINDOW = 5
"""Pixels to each side of a line in which it is looked for; lines that leave it count as moved by so much."""

LEAST_DARKNESS = 0.4
"""A line is found if the window has at least so much of its darkness."""

SEAM_BAND = 0.25
"""Width in distances between the eyes of the band inside the border of what ever changes in a video."""

TEXTURE = 3.0
"""Least gradient in grey levels a pixel where the flow is read: in flat places it is noise."""

Floats = NDArray[np.float64]
LUMA = np.array([0.299, 0.587, 0.114])


class Segmenter:
    """MediaPipe's selfie segmentation: which pixels may be of a person."""

    def __init__(self, network: Any) -> None:
        self._network = network

    def person(self, picture: Picture) -> Mask:
        """Pixels (H, W) of an RGB picture that may be of a person."""
        weight = self._network.process(np.ascontiguousarray(picture)).segmentation_mask
        return np.asarray(weight > PERSON)


@contextmanager
def open_segmenter() -> Iterator[Segmenter]:
    """Yield a segmenter for single pictures."""
    with quiet_stderr():
        from mediapipe.python.solutions.selfie_segmentation import SelfieSegmentation

        network = SelfieSegmentation(model_selection=0)
        network.process(np.zeros((64, 64, 3), np.uint8))
    try:
        yield Segmenter(network)
    finally:
        with quiet_stderr():
            network.close()


def lined(picture: Picture, person: Mask) -> Picture:
    """The person before paper with a grid of lines, which a bent background would bend."""
    height, width = picture.shape[:2]
    down, across = _off_line(height), _off_line(width)
    ink = np.maximum(np.exp(-((down / LINE_SIGMA) ** 2) / 2)[:, None], np.exp(-((across / LINE_SIGMA) ** 2) / 2)[None])
    paper = np.repeat((PAPER - (PAPER - INK) * ink)[..., None], 3, axis=2)
    weight = cv2.GaussianBlur(person.astype(np.float32), (0, 0), 1.0)[..., None]
    return np.asarray(np.rint(weight * picture + (1 - weight) * paper), np.uint8)


def _off_line(length: int) -> Floats:
    """Distance in pixels of each of `length` pixels from the nearest line."""
    return np.abs((np.arange(length) % SPACING) - SPACING / 2).astype(np.float64)


def line_shifts(frame: Picture, hidden: Mask) -> Floats:
    """How far (K,) each piece of the drawn lines lies from where it was drawn, across the line, in pixels.

    Pieces are halfway between crossings; those with a pixel of `hidden` (H, W) in their window are left out. A piece
    that is not found has moved by `WINDOW`.
    """
    luma = frame.astype(np.float64) @ LUMA
    return np.concatenate([_shifts(luma, hidden), _shifts(luma.T, hidden.T)])


def _shifts(luma: Floats, hidden: Mask) -> Floats:
    offsets = np.arange(-WINDOW, WINDOW + 1)
    full = (PAPER - INK) * np.exp(-((offsets / LINE_SIGMA) ** 2) / 2).sum()
    found = []
    for x in range(SPACING // 2, luma.shape[1] - WINDOW, SPACING):
        for y in range(SPACING, luma.shape[0] - 2, SPACING):
            window = slice(y - 1, y + 2), slice(x - WINDOW, x + WINDOW + 1)
            if hidden[window].any():
                continue
            dark = np.maximum(PAPER - 8 - luma[window].mean(0), 0)  # 8: noise of the paper
            if dark.sum() < LEAST_DARKNESS * full:
                found.append(float(WINDOW))
            else:
                found.append(abs(float((dark * offsets).sum() / dark.sum())))
    return np.asarray(found)


def flow(photo: Picture, frame: Picture) -> Floats:
    """Optical flow (H, W, 2) in pixels from the photo to the frame, by dense inverse search.

    Kroeger et al., "Fast optical flow using dense inverse search", ECCV 2016.
    """
    search = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)
    grey = [cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY) for picture in (photo, frame)]
    return np.asarray(search.calc(grey[0], grey[1], np.zeros((*grey[0].shape, 2), np.float32)), np.float64)


def stretch(moved: Floats, region: Mask, unit: float) -> float:
    """How much longer than wide small pieces of a region become under a flow, their 95th percentile: 1 is not at all.

    The ratio of the singular values of the flow's Jacobian, after a blur of a twentieth of the distance between the
    eyes `unit`; turning, moving and growing of the whole head leave it at 1.
    """
    sigma = max(0.05 * unit, 1.0)
    smooth = cv2.GaussianBlur(moved, (0, 0), sigma)
    across, down = np.gradient(smooth, axis=1), np.gradient(smooth, axis=0)
    jacobian = np.stack([across, down], -1) + np.eye(2)
    inner = slice(round(4 * sigma), -round(4 * sigma))  # the blur bends the flow at the picture's border
    values = np.linalg.svd(jacobian[inner, inner][region[inner, inner]], compute_uv=False)
    if not len(values):
        return float("nan")
    return float(np.percentile(values[:, 0] / np.maximum(values[:, 1], 0.05), 95))


def ears_and_hair(person: Mask, face: Face) -> Mask:
    """Pixels (H, W) of the person beside and above the outline of the face, down to the chin."""
    outline = grown(polygon(person.shape, face.mesh[list(OVAL)]), 0.05 * face.eyes_apart)
    beside = grown(person & ~outline, -0.05 * face.eyes_apart)
    beside[int(face.mesh[152, 1]) :] = False
    return beside


@dataclass(frozen=True, eq=False)
class BackgroundMeasure:
    """Measures what is around the face in the frames of a photo."""

    photo: Picture
    face: Face
    segmenter: Segmenter
    has_lines: bool = False

    def measure(self, frames: list[Picture]) -> dict[str, float]:
        """Figures of frames: flow behind the person and stretch, percentiles of the lines' shifts, seam."""
        unit = self.face.eyes_apart
        person = self.segmenter.person(self.photo)
        region = ears_and_hair(person, self.face)
        textured = np.hypot(*_gradients(self.photo)) >= TEXTURE
        shifts, flows, stretches = [], [], []
        for frame in frames:
            hidden = grown(person | self.segmenter.person(frame), NEAR_PERSON * unit)
            moved = flow(self.photo, frame)
            flows.append(np.hypot(*np.moveaxis(moved, 2, 0))[textured & ~hidden])
            stretches.append(stretch(moved, region, unit))
            if self.has_lines:
                shifts.append(line_shifts(frame, hidden))
        figures: dict[str, Any] = {"stretch_95": np.mean(stretches), "seam": seam(self.photo, frames, unit)}
        behind = np.concatenate(flows)
        if behind.size:
            figures |= {"flow_median": np.median(behind), "flow_95": np.percentile(behind, 95)}
        lines = np.concatenate(shifts) if shifts else np.zeros(0)
        if lines.size:
            figures |= {"lines_median": np.median(lines), "lines_95": np.percentile(lines, 95)}
        return {name: float(value) for name, value in figures.items() if np.isfinite(value)}


def seam(photo: Picture, frames: list[Picture], unit: float) -> float:
    """Change of the gradient in a band inside the border of what ever changes, in grey levels a pixel; NaN: no border.

    Pixels beyond that border never move, so a picture that moves up to it has broken or doubled edges there. The 95th
    percentile over the band of the mean over the frames.
    """
    changed = np.zeros(photo.shape[:2], bool)
    for frame in frames:
        changed |= np.abs(frame.astype(np.int16) - photo).max(axis=2) > 3
    closed = cv2.morphologyEx(changed.astype(np.uint8), cv2.MORPH_CLOSE, np.ones((5, 5), np.uint8))
    padded = np.pad(closed, 1, mode="edge")  # the picture's own border is no seam
    inner = cv2.distanceTransform(padded, cv2.DIST_L2, 5)[1:-1, 1:-1]
    band = (inner > 0) & (inner <= SEAM_BAND * unit)
    if not band.any() or bool(closed.all()):
        return float("nan")
    before = _gradients(photo)
    change = np.mean([np.hypot(*(_gradients(frame) - before)) for frame in frames], axis=0)
    return float(np.percentile(change[band], 95))


def _gradients(picture: Picture) -> Floats:
    luma = cv2.GaussianBlur(picture.astype(np.float64) @ LUMA, (0, 0), 0.8)
    return np.stack([cv2.Sobel(luma, cv2.CV_64F, 1, 0) / 8, cv2.Sobel(luma, cv2.CV_64F, 0, 1) / 8])
