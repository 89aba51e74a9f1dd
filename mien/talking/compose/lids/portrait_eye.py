"""Finding an eye in the portrait: from its landmarks, corrected by the colours of the photo."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from mien.talking.compose.layer import Field, Points, Portrait
from mien.talking.compose.lids.eye import EYES, Chart, Eye, Lashes, LidCurve, Mask, Values

BROWS: tuple[tuple[int, ...], ...] = ((17, 18, 19, 20, 21), (22, 23, 24, 25, 26))
"""iBUG landmarks of the brows above the two eyes."""

MESH_UPPER = ((246, 161, 160, 159, 158, 157, 173), (398, 384, 385, 386, 387, 388, 466))
MESH_LOWER = ((7, 163, 144, 145, 153, 154, 155), (382, 381, 380, 374, 373, 390, 249))
MESH_IRIS = ((468, 469, 470, 471, 472), (473, 474, 475, 476, 477))
"""Points of MediaPipe's mesh between the corners of each eye, and of the iris: its centre and four of its circle."""

IRIS_RADIUS = 0.2
"""Usual radius of the iris in eye widths: 11.7 mm of 30 across."""

_BROW_PART = 0.75
"""Part of the distance from the upper lid to the brow's middle line over which skin is stretched: without its hair."""

_SKIN_LEAST, _SKIN_MOST = 0.12, 0.42
"""Bounds of that distance in eye widths."""

_MOST_GROWN = 0.12
"""Eye widths by which the white of the eye may reach beyond the landmarks' curves: drawn eyes are larger than seen."""

_EDGE = 0.04
"""Eye widths from the outermost white to the corner of the eye."""

_LEAST_CONTRAST = 0.12
"""Least difference of log(red / blue) between skin and white of the eye by which they are told apart."""


_LASH_LEAST, _LASH_MOST = 0.05, 0.15
"""Bounds of the thickness of the lash line in eye widths."""

_MOST_BELOW = 0.035
"""Eye widths by which the lower edge of the lashes may lie below the landmarks' curve."""

_LASH_DARKER = 0.45
"""Lightness of the lashes of a closed eye over that of the open one's: they lie above each other."""

_LEAST_LIGHTER = 1.12
"""Least lightness of the white of the eye over that of skin."""


def portrait_eye(portrait: Portrait, side: int) -> Eye | None:
    """The eye on one side of the portrait; None if it is hidden, too small, or its landmarks are not finite."""
    points = np.asarray(portrait.landmarks, np.float64)
    corners = points[list(EYES[side])]
    chart = Chart.of(corners[0], corners[3]) if np.isfinite(corners).all() else None
    if chart is None:
        return None
    landmarks = chart.to_eye(corners)
    upper, lower = landmarks[1:3], landmarks[4:6]
    iris = (0.5, float(landmarks[[1, 2, 4, 5], 1].mean()), IRIS_RADIUS)
    if portrait.mesh is not None and np.isfinite(portrait.mesh).all():
        mesh = np.asarray(portrait.mesh[:, :2], np.float64)
        upper, lower = chart.to_eye(mesh[list(MESH_UPPER[side])]), chart.to_eye(mesh[list(MESH_LOWER[side])])
        circle = mesh[list(MESH_IRIS[side])]
        radius = float(np.linalg.norm(circle[1:] - circle[0], axis=1).mean()) / chart.height
        u, v = chart.to_eye(circle[:1])[0]
        iris = (float(np.clip(u, 0, 1)), float(np.clip(v, -0.3, 0.3)), float(np.clip(radius, 0.1, 0.35)))
    picture = np.asarray(portrait.crop, np.float32)
    ends, upper_margin, lower_margin = _margins(picture, chart, upper, lower)
    upper_margin = _below_lashes(picture, chart, ends, upper_margin, iris)
    lashes = _lashes(picture, chart, ends, upper_margin)
    skin = _skin_height(chart, points[list(BROWS[side])], float(landmarks[1:3, 1].mean()))
    return Eye(side, chart, landmarks, ends, upper_margin, lower_margin, skin, iris, lashes)


def _skin_height(chart: Chart, brow: NDArray[np.floating], upper: float) -> float:
    above = chart.to_eye(brow[np.isfinite(brow).all(1)])
    above = above[(above[:, 0] > 0) & (above[:, 0] < 1)]
    distance = upper - float(above[:, 1].max()) if len(above) else _SKIN_MOST
    return float(np.clip(_BROW_PART * distance, _SKIN_LEAST, _SKIN_MOST))


def _margins(picture: Field, chart: Chart, upper: Points, lower: Points) -> tuple[Points, LidCurve, LidCurve]:
    """Ends (2, 2) and margins of the lids: the landmarks' (N, 2), or further out where the white of the eye is seen."""
    above, below = LidCurve.through(upper[:, 0], upper[:, 1]), LidCurve.through(lower[:, 0], lower[:, 1])
    u = np.linspace(-_MOST_GROWN, 1 + _MOST_GROWN, 63, dtype=np.float32)
    first, last = above.at(np.clip(u, 0, 1)), below.at(np.clip(u, 0, 1))
    v = np.linspace(first.min() - _MOST_GROWN - 0.02, last.max() + _MOST_GROWN + 0.02, 64, dtype=np.float32)[:, None]
    white = _white_of_the_eye(chart.sample(picture, u[None], v), (v > first) & (v < last), v > last + 0.06)
    white &= (v > first - _MOST_GROWN) & (v < last + _MOST_GROWN)
    white = _connected(white, (v > first) & (v < last))
    seen = np.flatnonzero(white.any(0))
    if not len(seen):
        return np.array([[0, 0], [1, 0]], np.float32), above, below
    ends = []
    for column, landmark, outwards in ((seen[0], 0.0, -1), (seen[-1], 1.0, 1)):
        reached = u[column] + outwards * _EDGE  # the outermost pixels are half eye, half outline
        further = (reached - landmark) * outwards > 0
        ends.append((reached, float(np.mean(v[white[:, column], 0]))) if further else (landmark, 0.0))
    corners = np.array(ends, np.float32)
    t = (u - corners[0, 0]) / (corners[1, 0] - corners[0, 0])
    line = corners[0, 1] + t * (corners[1, 1] - corners[0, 1])
    top = np.minimum(first, np.where(white, v, np.inf).min(0))
    bottom = np.maximum(last, np.where(white, v, -np.inf).max(0))
    return corners, LidCurve.through(t, top - line), LidCurve.through(t, bottom - line)


def _white_of_the_eye(colours: Field, eye: Mask, skin: Mask) -> Mask:
    """Which of the colours (h, w, 3) are as the white of the eye, given masks (h, w) of where eye and skin are.

    Skin is redder than the white under any light. None are where the white is hardly lighter than the skin: in most
    photos it is not, and there the landmarks are accurate.
    """
    lightness = colours.mean(2)
    ratio = np.log((colours[..., 0] + 8) / (colours[..., 2] + 8))
    nothing = np.zeros(eye.shape, bool)
    if eye.sum() < 8 or skin.sum() < 8:
        return nothing
    light = eye & (lightness > np.quantile(lightness[eye], 0.6))
    if light.sum() < 4:
        return nothing
    white, red = float(np.median(ratio[light])), float(np.median(ratio[skin]))
    bright, dull = float(np.median(lightness[light])), float(np.median(lightness[skin]))
    if red - white < _LEAST_CONTRAST or bright < _LEAST_LIGHTER * dull:
        return nothing
    return np.asarray((ratio < (white + red) / 2) & (lightness > (bright + dull) / 2))


def _connected(mask: Mask, to: Mask) -> Mask:
    """The connected parts of `mask` (h, w) that overlap with `to` (h, w)."""
    _, parts = cv2.connectedComponents(mask.astype(np.uint8), connectivity=4)
    return np.asarray(mask & np.isin(parts, np.unique(parts[mask & to])))


def _below_lashes(
    picture: Field, chart: Chart, ends: Points, margin: LidCurve, iris: tuple[float, float, float]
) -> LidCurve:
    """The margin at the lower edge of the lashes' line and shadow, where the landmarks lie on the line or above it.

    It is measured beside the iris, which is as dark as the lashes.
    """
    t = np.linspace(0.12, 0.88, 33, dtype=np.float32)
    line = ends[0] + t[:, None] * (ends[1] - ends[0])
    beside = np.abs(line[:, 0] - iris[0]) > 1.1 * iris[2]
    away = np.linspace(-0.08, _MOST_BELOW + 0.04, 41, dtype=np.float32)[:, None]
    lightness = chart.sample(picture, line[:, 0], line[:, 1] + margin.at(t) + away).mean(2)
    if beside.sum() < 6:
        return margin
    profile = np.median(lightness[:, beside], 1)
    near = np.flatnonzero(away[:, 0] < _MOST_BELOW)
    darkest = int(near[np.argmin(profile[near])])
    light = float(profile[darkest:].max())
    if light < 1.15 * float(profile[darkest]):
        return margin
    edge = darkest + int(np.argmax(profile[darkest:] > (light + profile[darkest]) / 2))
    below = float(np.clip(away[edge, 0], 0, _MOST_BELOW))
    # 4 t (1 − t) is .8 on average over the measured columns
    return LidCurve(margin.c0 + 4 * below / 0.8, margin.c1, margin.c2)


def _lashes(picture: Field, chart: Chart, ends: Points, margin: LidCurve) -> Lashes:
    """Extent and colour of the dark line along the upper lid's margin."""
    t = np.linspace(0.06, 0.94, 31, dtype=np.float32)
    away = np.linspace(-0.3, 0.04, 69, dtype=np.float32)[:, None]  # from the skin above to just inside the eye
    line = ends[0] + t[:, None] * (ends[1] - ends[0])
    colours = chart.sample(picture, line[:, 0], line[:, 1] + margin.at(t) + away)
    lightness = colours.mean(2)
    least = max(_LASH_LEAST, 0.6 / chart.height)
    heights = np.array([_line_height(column, away[:, 0]) for column in lightness.T])
    usual = float(np.median(heights))
    height = LidCurve.through(t, np.asarray(np.clip(heights, 0.5 * usual, 2 * usual) + 0.01, np.float32))
    thickness = float(np.clip(usual, least, _LASH_MOST))
    band = colours[(away[:, 0] > -thickness) & (away[:, 0] < 0.02)].reshape(-1, 3)
    dark = band[band.mean(1) <= np.quantile(band.mean(1), 0.25)].mean(0)
    red, green, blue = (_LASH_DARKER * float(value) for value in dark)
    return Lashes(height, thickness, (red, green, blue))


def _line_height(lightness: Values, away: Values) -> float:
    """How far above the margin one column of `lightness` (N,), at distances `away` (N,), is as dark as the lashes."""
    near = away > -0.1
    skin = float(np.quantile(lightness[~near], 0.6))
    darkest = int(np.argmin(np.where(near, lightness, np.inf)))
    lit = np.flatnonzero(lightness[:darkest] > (skin + lightness[darkest]) / 2)
    return -float(away[lit[-1]]) if len(lit) else _LASH_MOST
