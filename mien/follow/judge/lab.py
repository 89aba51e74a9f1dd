"""CIELAB colours and their difference."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

Values = NDArray[np.float64]

_XYZ = np.array([[0.412453, 0.357580, 0.180423], [0.212671, 0.715160, 0.072169], [0.019334, 0.119193, 0.950227]])
_WHITE = np.array([0.95047, 1.0, 1.08883])


def lab(rgb: ArrayLike) -> Values:
    """CIELAB (…, 3) of sRGB (…, 3) in [0, 1], for D65 (IEC 61966-2-1; CIE 15:2004). OpenCV's is rounded to tables."""
    values = np.asarray(rgb, np.float64)
    linear = np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)
    x, y, z = np.moveaxis(linear @ _XYZ.T / _WHITE, -1, 0)
    fx, fy, fz = (np.where(one > (6 / 29) ** 3, np.cbrt(one), one * (29 / 6) ** 2 / 3 + 4 / 29) for one in (x, y, z))
    return np.stack([116 * fy - 16, 500 * (fx - fy), 200 * (fy - fz)], axis=-1)


def delta_e(first: ArrayLike, second: ArrayLike) -> Values:
    """CIEDE2000 difference (…) of CIELAB colours (…, 3); 1 is about what can just be seen.

    Sharma, Wu and Dalal, "The CIEDE2000 color-difference formula", Color Research and Application 2005.
    """
    a, b = np.asarray(first, np.float64), np.asarray(second, np.float64)
    chroma = (np.hypot(a[..., 1], a[..., 2]) + np.hypot(b[..., 1], b[..., 2])) / 2
    g = (1 - np.sqrt(chroma**7 / (chroma**7 + 25.0**7))) / 2
    (c1, h1), (c2, h2) = (_polar(one, g) for one in (a, b))
    grey = (c1 * c2) == 0
    turn = np.where(grey, 0.0, (h2 - h1 + 180) % 360 - 180)
    lightness, c_bar = (a[..., 0] + b[..., 0]) / 2, (c1 + c2) / 2
    h_bar = np.where(grey, h1 + h2, h1 + turn / 2)
    t = (
        1 - 0.17 * _cos(h_bar - 30) + 0.24 * _cos(2 * h_bar) + 0.32 * _cos(3 * h_bar + 6) - 0.2 * _cos(4 * h_bar - 63)
    )  # fmt: skip
    squared = (lightness - 50) ** 2
    s_l = 1 + 0.015 * squared / np.sqrt(20 + squared)
    s_c, s_h = 1 + 0.045 * c_bar, 1 + 0.015 * c_bar * t
    around = 60 * np.exp(-((((h_bar % 360) - 275) / 25) ** 2))
    rotation = -np.sin(np.radians(around)) * 2 * np.sqrt(c_bar**7 / (c_bar**7 + 25.0**7))
    d_l, d_c = (b[..., 0] - a[..., 0]) / s_l, (c2 - c1) / s_c
    d_h = 2 * np.sqrt(c1 * c2) * np.sin(np.radians(turn / 2)) / s_h
    return np.asarray(np.sqrt(np.maximum(d_l**2 + d_c**2 + d_h**2 + rotation * d_c * d_h, 0)))


def _polar(colour: Values, g: Values) -> tuple[Values, Values]:
    a = colour[..., 1] * (1 + g)
    return np.hypot(a, colour[..., 2]), np.degrees(np.arctan2(colour[..., 2], a)) % 360


def _cos(degrees: Values) -> Values:
    return np.asarray(np.cos(np.radians(degrees)))
