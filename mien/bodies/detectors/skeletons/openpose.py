"""Skeletons in OpenPose's colours: every point and every limb has a hue of its own."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from mien.bodies.detectors.skeletons.colours import BRIGHT
from mien.bodies.keypoints import INDEX
from mien.bodies.poses.found import Found, nobody
from mien.bodies.poses.palettes import OPENPOSE

HUES = 18
_DOT = 200
"""Least largest channel of the points; limbs are darker."""

_FEWEST = 3
_SPECK = 10
"""Pixels below which a piece of a limb is the blurred edge of another one."""

_NEAR = 0.3
"""Distance of a limb's end from its dot, in parts of the limb; blurred edges of other limbs can have its hue."""

_DOT_CONFIDENCE, _LIMB_CONFIDENCE = 1.0, 0.7


def read_person(frame: NDArray[np.uint8], person: NDArray[np.bool_]) -> Found:
    """One drawn person. A point is where its dot is; without a dot, where the limbs that meet in it end."""
    hues, value = _hue_numbers(frame)
    inside = person & (value > BRIGHT)
    found = nobody()
    names = [name for name, _ in OPENPOSE.points]
    dots = {name: _dot(inside & (hues == number) & (value >= _DOT)) for number, name in enumerate(names)}
    limbs = [
        (limb.first, limb.last, _ends(inside & (hues == number) & (value < _DOT)))
        for number, limb in enumerate(OPENPOSE.limbs)
    ]
    for name in names:
        if name in INDEX:
            dot = dots[name]
            place = dot if dot is not None else _meeting(name, limbs, dots)
            if place is not None:
                found.points[INDEX[name]] = place
                found.confidence[INDEX[name]] = _DOT_CONFIDENCE if dot is not None else _LIMB_CONFIDENCE
    return found


def _hue_numbers(frame: NDArray[np.uint8]) -> tuple[NDArray[np.int64], NDArray[np.uint8]]:
    """The nearest of the 18 hues (H, W), −1 for greys, and the largest channel (H, W)."""
    values = frame.astype(np.float32)
    most, least = values.max(axis=2), values.min(axis=2)
    span = np.maximum(most - least, 1)
    red, green, blue = (values[..., channel] for channel in range(3))
    hue = np.where(
        most == red,
        (green - blue) / span % 6,
        np.where(most == green, (blue - red) / span + 2, (red - green) / span + 4),
    )
    numbers = np.round(hue * HUES / 6).astype(np.int64) % HUES
    numbers[most - least < 0.5 * most] = -1
    return numbers, most.astype(np.uint8)


def _dot(mask: NDArray[np.bool_]) -> NDArray[np.float64] | None:
    """The middle of the largest spot, (2,) x and y; None where there is none."""
    count, _, sizes, middles = cv2.connectedComponentsWithStats(mask.astype(np.uint8), connectivity=8)
    if count < 2:
        return None
    largest = 1 + int(sizes[1:, cv2.CC_STAT_AREA].argmax())
    if sizes[largest, cv2.CC_STAT_AREA] < _FEWEST:
        return None
    return np.asarray(middles[largest] + 0.5, np.float64)


def _ends(mask: NDArray[np.bool_]) -> NDArray[np.float64] | None:
    """Both ends (2, 2) of a straight limb; None where it is not drawn."""
    count, labels, sizes, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8), connectivity=8)
    large = [label for label in range(1, count) if sizes[label, cv2.CC_STAT_AREA] >= _SPECK]
    rows, columns = np.nonzero(np.isin(labels, large))  # several pieces where others are drawn over it
    if not large:
        return None
    points = np.stack((columns, rows), axis=1) + 0.5
    middle = points.mean(axis=0)
    _, _, axes = np.linalg.svd(points - middle, full_matrices=False)
    along = (points - middle) @ axes[0]
    low, high = np.percentile(along, (1, 99))
    return np.stack((middle + low * axes[0], middle + high * axes[0]))


def _meeting(
    name: str,
    limbs: list[tuple[str, str, NDArray[np.float64] | None]],
    dots: dict[str, NDArray[np.float64] | None],
) -> NDArray[np.float64] | None:
    """Where the limbs of a point end, on the side away from their other point, or nearest to each other."""
    own = [(last if first == name else first, ends) for first, last, ends in limbs if name in (first, last)]
    drawn = [(other, ends) for other, ends in own if ends is not None]
    places = []
    for other, ends in drawn:
        known = dots[other]
        if known is not None and np.linalg.norm(ends - known, axis=1).min() < _NEAR * np.linalg.norm(ends[0] - ends[1]):
            places.append(ends[np.linalg.norm(ends - known, axis=1).argmax()])
    if places:
        return np.mean(places, axis=0)
    if len(drawn) >= 2:
        first, second = drawn[0][1], drawn[1][1]
        distances = np.linalg.norm(first[:, None] - second[None], axis=2)
        a, b = np.unravel_index(distances.argmin(), distances.shape)
        return np.asarray((first[a] + second[b]) / 2, np.float64)
    return None
