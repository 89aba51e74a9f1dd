"""Which pixels of a drawn skeleton have which of its colours, and in which palette it is drawn."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from mien.bodies.poses.palettes import COCO, COCO_SWAPPED, OPENPOSE, Palette

DARK = 48
"""Largest channel value of the background."""

BRIGHT = 80
"""Least largest channel of a pixel whose colour is trusted; between the two lie the blurred edges of lines."""

LEAST_DARK = 0.75
LEAST_COLOURFUL = 0.7
_FEWEST_PIXELS = 30
LEAST_LIKENESS = 0.85
"""Cosine in RGB from which a pixel has a colour of the palette: codecs and other tools shift the colours a little."""

LARGEST_SIDE = 400
"""Pictures are read at this size at most: lines keep two or three pixels."""


def reading_size(frame: NDArray[np.uint8]) -> tuple[NDArray[np.uint8], float]:
    """The picture at most `LARGEST_SIDE` pixels large, and the factor from its pixels to those of `frame`."""
    factor = max(1.0, max(frame.shape[:2]) / LARGEST_SIDE)
    if factor == 1.0:
        return frame, 1.0
    size = (round(frame.shape[1] / factor), round(frame.shape[0] / factor))
    return np.asarray(cv2.resize(frame, size, interpolation=cv2.INTER_AREA)), factor


def looks_drawn(frame: NDArray[np.uint8]) -> bool:
    """Whether a picture is a skeleton on black: mostly black, and what is not is of strong colours."""
    small, _ = reading_size(frame)
    lines = small.max(axis=2) > BRIGHT
    if (small.max(axis=2) <= DARK).mean() < LEAST_DARK or lines.sum() < _FEWEST_PIXELS:
        return False
    pixels = small[lines].astype(np.float32)
    colourful = 1 - pixels.min(axis=1) / pixels.max(axis=1) > 0.5
    return bool(colourful.mean() >= LEAST_COLOURFUL)


def is_black(frame: NDArray[np.uint8]) -> bool:
    """Whether nothing at all is drawn."""
    return int((frame.max(axis=2) > BRIGHT).sum()) < _FEWEST_PIXELS


def palette_of(frames: Sequence[NDArray[np.uint8]]) -> Palette:
    """In which colours skeletons are drawn: OpenPose's have many hues; COCO's three, of which the torso is the palest.

    COCO's colours with red and blue exchanged are told by which of blue and orange is the paler one.
    """
    pixels = np.concatenate([_bright(frame) for frame in frames])
    hues = _hues(pixels)
    many = np.bincount((hues / 20).round().astype(int) % 18, minlength=18) > 0.01 * len(hues)
    if many.sum() >= 8:
        return OPENPOSE
    saturation = 1 - pixels.min(axis=1) / pixels.max(axis=1)
    blue, orange = (saturation[np.abs(hues - hue) < 25] for hue in (210, 30))
    if len(blue) and len(orange):
        return COCO if np.median(blue) < np.median(orange) else COCO_SWAPPED
    return COCO


def nearest_colours(frame: NDArray[np.uint8], colours: Sequence[tuple[int, int, int]]) -> NDArray[np.int64]:
    """For each pixel the number of the colour with the nearest direction in RGB; −1 for the background (H, W)."""
    values = frame.astype(np.float32)
    length = np.linalg.norm(values, axis=2)
    targets = np.array(colours, np.float32)
    targets /= np.linalg.norm(targets, axis=1, keepdims=True)
    likeness = (values / np.maximum(length, 1)[..., None]) @ targets.T
    chosen = likeness.argmax(axis=2)
    chosen[(frame.max(axis=2) <= BRIGHT) | (likeness.max(axis=2) < LEAST_LIKENESS)] = -1
    return chosen.astype(np.int64)


def without_specks(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """The mask without pieces of less than 2 % of it: the blurred edges of lines in other colours."""
    count, labels, stats, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8), connectivity=8)
    kept = stats[:, cv2.CC_STAT_AREA] >= max(6, 0.02 * mask.sum())
    kept[0] = False
    return np.asarray(kept[labels]) if count > 1 else mask


def people_masks(frame: NDArray[np.uint8], most: int) -> list[NDArray[np.bool_]]:
    """The pixels of each drawn person, the largest first. People whose lines touch are one."""
    lines = (frame.max(axis=2) > DARK).astype(np.uint8)
    reach = 2 * max(1, round(max(frame.shape[:2]) / 130)) + 1
    count, labels = cv2.connectedComponents(cv2.dilate(lines, np.ones((reach, reach), np.uint8)))
    found = [(labels == label) & (lines > 0) for label in range(1, count)]
    found = [one for one in found if one.sum() >= _FEWEST_PIXELS]
    found.sort(key=lambda one: -_extent(one))
    if found:
        found = [one for one in found if _extent(one) > 0.2 * _extent(found[0])]
    return found[:most]


def _extent(mask: NDArray[np.bool_]) -> float:
    rows, columns = np.nonzero(mask)
    return float(max(np.ptp(rows), np.ptp(columns)))


def _bright(frame: NDArray[np.uint8]) -> NDArray[np.float32]:
    small, _ = reading_size(frame)
    return small[small.max(axis=2) > 140].astype(np.float32).reshape(-1, 3)


def _hues(pixels: NDArray[np.float32]) -> NDArray[np.float32]:
    """Hues in degrees."""
    hsv = cv2.cvtColor(pixels[None] / np.float32(255), cv2.COLOR_RGB2HSV)
    return np.asarray(hsv[0, :, 0], np.float32)
