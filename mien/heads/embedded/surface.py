"""The skin as a smooth surface: horizontal sections of head, neck and shoulders, and the relief of the face on them.

Lengths are in centimetres of an average adult head: y = 0 at the pupils, x to the viewer's right, z to the viewer,
z = 0 at the ears. Proportions follow the classic canon: the eyes at half the head's height, the nose's base and the
chin a third of the face apart, the mouth a third of the way from the nose to the chin.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import CubicSpline, LinearNDInterpolator

Array = NDArray[np.float64]

# Each row is a closed section: its height at the front, the side and the back; its half width; its depth at the front,
# at the widest point and at the back; the exponent of its front superellipse (2 = an ellipse, more = squarer).
SECTIONS: Array = np.array(
    [
        # front  side   back   width front  widest back   exponent
        [11.3, 11.3, 11.3, 0.02, -0.90, -0.9, -0.92, 2.0],  # crown
        [10.7, 10.5, 10.4, 3.60, 3.40, -1.0, -5.2, 2.0],
        [9.3, 8.7, 8.3, 5.90, 6.50, -1.2, -7.7, 2.0],
        [7.2, 6.2, 5.8, 7.20, 8.35, -1.3, -9.1, 2.1],  # hairline
        [4.6, 3.6, 3.0, 7.60, 9.20, -1.2, -9.7, 2.25],  # forehead
        [2.0, 1.4, 0.6, 7.50, 9.45, -1.0, -9.7, 2.4],  # brow
        [0.0, -0.2, -1.0, 7.25, 9.05, -0.6, -9.3, 2.4],  # eyes
        [-2.2, -2.0, -2.6, 7.08, 9.15, -0.2, -8.6, 2.3],  # cheekbones
        [-4.4, -3.8, -4.3, 6.75, 9.30, -0.1, -7.7, 2.15],  # base of the nose
        [-6.5, -5.5, -6.0, 6.32, 9.25, -0.1, -7.0, 2.05],  # mouth
        [-8.2, -6.7, -7.3, 5.90, 8.90, -0.1, -6.6, 2.0],
        [-9.7, -7.8, -8.5, 5.50, 8.95, -0.2, -6.4, 2.0],  # chin
        [-10.8, -8.7, -9.6, 5.05, 8.25, -0.4, -6.3, 2.0],  # edge of the jaw
        [-11.4, -9.5, -10.5, 4.65, 6.50, -0.8, -6.3, 2.0],
        [-11.9, -10.5, -11.4, 4.45, 4.50, -1.2, -6.3, 2.0],  # throat
        [-13.1, -12.0, -12.5, 4.45, 3.40, -1.5, -6.4, 2.0],
        [-14.7, -13.6, -13.6, 4.65, 3.10, -1.7, -6.6, 2.0],
        [-16.3, -15.2, -14.8, 5.70, 3.30, -1.8, -6.9, 2.0],  # base of the neck
        [-17.5, -16.4, -15.8, 8.50, 3.90, -1.8, -7.3, 2.05],
        [-19.1, -17.7, -17.1, 13.20, 4.90, -1.7, -7.9, 2.15],
        [-21.2, -19.9, -19.3, 17.60, 6.10, -1.5, -8.6, 2.3],  # shoulders
        [-26.0, -25.5, -25.5, 19.60, 7.60, -1.3, -9.2, 2.4],
        [-34.0, -34.0, -34.0, 20.30, 8.60, -1.2, -9.6, 2.4],
    ]
)

MOUTH_Y = -6.55
MOUTH_HALF_WIDTH = 2.5
EYE_CENTRE = np.array([3.2, 0.0, 7.05])
EYE_RADIUS = 1.5
LID_RADIUS = 1.6


def _levels() -> Array:
    step = np.linalg.norm(np.diff(SECTIONS[:, [0, 4]], axis=0), axis=1)
    side = np.linalg.norm(np.diff(SECTIONS[:, [1, 3]], axis=0), axis=1)
    return np.concatenate([[0.0], np.cumsum((step + side) / 2)])


LEVELS: Array = _levels()
"""The coordinate v of each section, about centimetres along the skin downwards from the crown."""


@cache
def _spline() -> CubicSpline:
    return CubicSpline(LEVELS, SECTIONS, bc_type="natural")


def base_surface(azimuth: Array, level: Array) -> Array:
    """Points (N, 3) of the head without its relief at azimuth (N,) (0 = front, pi = back) and level (N,)."""
    front_y, side_y, back_y, width, front, widest, back, exponent = _spline()(level).T
    sine, cosine = np.sin(azimuth), np.cos(azimuth)
    ahead = cosine > 0
    power = np.where(ahead, exponent, 2.0)
    radius = (np.abs(sine) ** power + np.abs(cosine) ** power) ** (-1 / power)
    depth = np.where(ahead, front, back) - widest
    y = np.where(ahead, front_y, back_y) * cosine**2 + side_y * sine**2
    return np.stack([np.maximum(width, 0) * sine * radius, y, widest + depth * np.abs(cosine) * radius], axis=-1)


@cache
def _chart() -> LinearNDInterpolator:
    azimuth, level = np.meshgrid(np.linspace(-0.15, 1.62, 90), np.linspace(LEVELS[1], LEVELS[15], 220), indexing="ij")
    points = base_surface(azimuth.ravel(), level.ravel())
    front = np.stack([azimuth.ravel(), level.ravel(), points[:, 2]], axis=1)
    return LinearNDInterpolator(points[:, :2], front)


def front_chart(x: Array, y: Array) -> tuple[Array, Array, Array]:
    """Azimuth, level and base depth (N,) of what a viewer sees at (x >= 0, y); nan outside the head's front."""
    azimuth, level, depth = _chart()(np.stack([x, y], axis=-1)).T
    return azimuth, level, depth


def bump(x: Array, y: Array, centre: tuple[float, float], size: tuple[float, float], tilt: float = 0.0) -> Array:
    """A Gaussian hill of height 1 around `centre` and its mirror image; `tilt` turns it, radians."""
    dx, dy = np.abs(x) - centre[0], y - centre[1]
    if tilt:
        dx, dy = dx * np.cos(tilt) + dy * np.sin(tilt), -dx * np.sin(tilt) + dy * np.cos(tilt)
    return np.exp(-0.5 * ((dx / size[0]) ** 2 + (dy / size[1]) ** 2))


def smoothstep(value: Array, low: Array | float, high: Array | float) -> Array:
    """0 below `low`, 1 above `high` (or reversed when high < low), cubic between."""
    t = np.clip((value - low) / (high - low), 0, 1)
    return t * t * (3 - 2 * t)


def inside_outline(points: Array, outline: Array) -> NDArray[np.bool_]:
    """Which points (N, 2) lie inside a closed polygon (K, 2): an odd number of edges to the right."""
    crossings = np.zeros(len(points), int)
    for (x0, y0), (x1, y1) in zip(outline, np.roll(outline, -1, axis=0), strict=True):
        spans = (y0 > points[:, 1]) != (y1 > points[:, 1])
        at = x0 + (points[:, 1] - y0) * (x1 - x0) / (y1 - y0 if y1 != y0 else 1.0)
        crossings += spans & (points[:, 0] < at)
    return crossings % 2 == 1


# centre (x, y), size (x, y), depth in cm, tilt: sculpt strokes, each with its mirror image
STROKES: tuple[tuple[tuple[float, float], tuple[float, float], float, float], ...] = (
    ((3.15, 0.0), (1.65, 1.05), -1.25, 0.0),  # eye socket
    ((1.55, 0.3), (0.75, 1.0), -0.75, 0.0),  # inner socket, beside the nose
    ((2.5, 2.0), (1.5, 0.6), 0.42, 0.12),  # brow ridge
    ((4.6, 1.7), (0.9, 0.7), 0.30, -0.35),  # its outer end
    ((0.0, 1.7), (0.9, 0.6), 0.12, 0.0),  # glabella
    ((2.4, 5.2), (1.6, 1.3), 0.22, 0.0),  # frontal eminence
    ((6.4, 2.6), (0.9, 1.6), -0.30, 0.0),  # temple
    ((4.9, -2.0), (1.3, 0.95), 0.55, -0.35),  # cheekbone
    ((3.3, -2.9), (1.3, 1.2), 0.40, 0.0),  # cheek
    ((4.9, -5.4), (1.3, 1.5), -0.35, 0.3),  # hollow below the cheekbone
    ((2.5, -1.55), (1.1, 0.35), -0.12, 0.25),  # below the eye
    ((0.0, -6.1), (2.1, 1.7), 0.45, 0.0),  # teeth behind the lips
    ((0.0, -8.1), (1.5, 0.4), -0.34, 0.0),  # fold above the chin
    ((0.0, -9.5), (1.25, 0.85), 0.52, 0.0),  # chin
    ((2.75, -6.8), (0.45, 0.6), -0.16, 0.0),  # beside the mouth
    ((0.0, -5.25), (0.2, 0.5), -0.16, 0.0),  # philtrum
    ((0.38, -5.3), (0.16, 0.5), 0.09, 0.0),  # its ridges
    ((2.05, -4.55), (0.30, 0.9), -0.13, 0.62),  # fold from nose to mouth
)

# heights y, ridge above the face, half width of the ridge, sharpness of its section: the nose from its root down
_NOSE = np.array(
    [
        [2.2, 0.00, 1.00, 2.0],
        [1.2, 0.18, 0.80, 2.0],
        [0.2, 0.60, 0.84, 2.0],
        [-1.0, 1.12, 0.90, 2.0],
        [-2.1, 1.58, 0.96, 2.1],
        [-2.95, 1.98, 1.02, 2.2],
        [-3.45, 2.00, 1.02, 2.3],
        [-3.92, 1.45, 0.95, 2.3],
        [-4.28, 0.62, 0.88, 2.2],
        [-4.62, 0.10, 0.80, 2.0],
        [-5.1, 0.00, 0.80, 2.0],
    ]
)


@cache
def _nose_profile() -> CubicSpline:
    return CubicSpline(_NOSE[::-1, 0], _NOSE[::-1, 1:], bc_type="clamped")


def nose_relief(x: Array, y: Array) -> Array:
    """Height (N,) of the nose above the face: ridge, tip, wings and nostrils."""
    inside = (y < _NOSE[0, 0]) & (y > _NOSE[-1, 0])
    height, width, power = _nose_profile()(np.clip(y, _NOSE[-1, 0], _NOSE[0, 0])).T
    ridge = np.where(inside, np.maximum(height, 0), 0) * np.exp(-((np.abs(x) / width) ** power))
    wings = 0.86 * np.exp(-((np.abs(np.abs(x) - 1.28) / 0.54) ** 2.4) - (np.abs((y + 3.60) / 0.56) ** 2.6))
    groove = -0.10 * bump(x, y, (0.86, -3.3), (0.16, 0.4), 0.3)
    nostril = -0.34 * bump(x, y, (0.66, -4.10), (0.26, 0.14), 0.25)
    # a smooth union keeps the wings from piling up on the ridge
    joined = np.log(np.exp(4 * ridge) + np.exp(4 * wings) - 1) / 4
    return joined + groove + nostril


def relief(x: Array, y: Array) -> Array:
    """Depth (N,) to add to the base surface at front positions: all strokes and the nose, without lids and lips."""
    depth = nose_relief(x, y)
    for centre, size, amount, tilt in STROKES:
        depth = depth + amount * bump(x, y, centre, size, tilt)
    return depth


def lid_sphere(x: Array, y: Array, radius: float = LID_RADIUS) -> Array:
    """Depth (N,) of the sphere on which the lids slide; falls steeply outside of it."""
    square = radius**2 - (np.abs(x) - EYE_CENTRE[0]) ** 2 - (y - EYE_CENTRE[1]) ** 2
    return np.where(
        square > 0.04, EYE_CENTRE[2] + np.sqrt(np.maximum(square, 0.04)), EYE_CENTRE[2] + 0.2 + 2 * (square - 0.04)
    )


def smooth_maximum(a: Array, b: Array, softness: float) -> Array:
    """A maximum whose corner is rounded over about `softness` cm."""
    return np.logaddexp(a / softness, b / softness) * softness


def face_depth(x: Array, y: Array, base: Array) -> Array:
    """Depth (N,) of the face at rest with lids over the eyeballs, without the lips' own shape."""
    return smooth_maximum(base + relief(x, y), lid_sphere(x, y), 0.1)
