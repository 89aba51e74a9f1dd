"""Cars parked along a street."""

from __future__ import annotations

import numpy as np

from mien.bodies.places.canvas import Canvas
from mien.bodies.places.noise import Colour
from mien.bodies.places.skies import Sky
from mien.bodies.scene import RGB

_PAINTS: tuple[RGB, ...] = (
    (0.72, 0.10, 0.10), (0.16, 0.28, 0.52), (0.86, 0.86, 0.84), (0.20, 0.21, 0.23), (0.62, 0.64, 0.66),
    (0.86, 0.66, 0.14), (0.16, 0.40, 0.30),
)  # fmt: skip
_WIDE, _LONG = 0.34, 0.85  # in units of the ground
_SILL, _WAIST, _ROOF = 0.055, 0.165, 0.275

Point = tuple[float, float, float]


class _Car:
    """A car whose rear is at a depth; points are across, above the ground, away."""

    def __init__(self, canvas: Canvas, middle: float, depth: float, haze: Colour, share: float) -> None:
        self.canvas, self.middle, self.depth = canvas, middle, depth
        self.haze, self.share = np.asarray(haze, np.float32), np.float32(share)
        self.eye = canvas.height - canvas.horizon

    def seen(self, point: Point) -> tuple[float, float]:
        """Where a point appears."""
        across, up, away = point
        return across / away, self.canvas.horizon + (self.eye - up) / away

    def fill(self, points: list[Point], colour: Colour) -> None:
        """Fill a polygon."""
        own = np.asarray(colour, np.float32)
        self.canvas.polygon([self.seen(point) for point in points], own + (self.haze - own) * self.share)

    def face(self, low: float, high: float, half: float, top: float, colour: Colour) -> None:
        """A trapezium of the rear, from one height to another, of these half widths."""
        x, d = self.middle, self.depth
        self.fill([(x - half, low, d), (x + half, low, d), (x + top, high, d), (x - top, high, d)], colour)

    def pair(self, low: float, high: float, inner: float, outer: float, colour: Colour) -> None:
        """Two equal rectangles of the rear, left and right of its middle."""
        for sign in (-1, 1):
            near, far = self.middle + sign * inner, self.middle + sign * outer
            d = self.depth
            self.fill([(near, low, d), (far, low, d), (far, high, d), (near, high, d)], colour)

    def side(self, x: float, corners: list[tuple[float, float]], colour: Colour) -> None:
        """A polygon of the side at x; corners are height and share of the length."""
        self.fill([(x, up, self.depth + _LONG * along) for up, along in corners], colour)


def paint_cars(canvas: Canvas, sky: Sky, rng: np.random.Generator, kerb: float) -> None:
    """Cars at both kerbs, from far to near; `kerb`: where it is, in units of the ground."""
    for depth in (7.4, 6.1, 4.9, 3.8, 2.75):
        for side in (-1.0, 1.0):
            there, paint = rng.random() < 0.6, _PAINTS[int(rng.integers(len(_PAINTS)))]
            if there:
                _paint_car(canvas, sky, side * (kerb - 0.06 - _WIDE / 2), depth, paint)


def _paint_car(canvas: Canvas, sky: Sky, middle: float, depth: float, paint: RGB) -> None:
    on = sky.daylight.on
    car = _Car(canvas, middle, depth, sky.daylight.haze, min(max((depth - 2) / 20, 0.0), 0.6))
    half, inner = _WIDE / 2, middle - np.sign(middle) * _WIDE / 2
    x, y = car.seen((middle, 0.0, depth))
    canvas.blob(x, y, 0.75 * _WIDE / depth, 0.05 / depth, on((0.05, 0.05, 0.06)), 0.85)
    body, glass, tyre = on(paint), on((0.10, 0.13, 0.16)), on((0.05, 0.05, 0.05))
    car.side(inner, [(_SILL, 0), (_SILL, 1), (_WAIST * 0.92, 1), (_WAIST, 0.75), (_WAIST, 0)], body * np.float32(0.72))
    car.side(inner, [(_WAIST, 0.04), (_WAIST, 0.74), (_ROOF, 0.55), (_ROOF, 0.12)], body * np.float32(0.66))
    car.side(
        inner, [(_WAIST + 0.012, 0.10), (_WAIST + 0.012, 0.66), (_ROOF - 0.018, 0.52), (_ROOF - 0.018, 0.15)], glass
    )
    for along in (0.16, 0.80):
        wheel = [(0.055 + 0.055 * np.sin(turn), along + 0.065 * np.cos(turn)) for turn in np.linspace(0, 2 * np.pi, 14)]
        car.side(inner, [(float(up), float(place)) for up, place in wheel], tyre)
    car.pair(0.0, 0.09, half - 0.06, half * 0.97, tyre)
    car.face(_SILL, _WAIST, half, half, body)
    car.face(_WAIST, _ROOF, half * 0.97, half * 0.80, body * np.float32(1.08))
    car.face(_WAIST + 0.012, _ROOF - 0.02, half * 0.86, half * 0.72, glass)
    car.face(_SILL, _SILL + 0.03, half, half, body * np.float32(0.5))
    lamp: Colour = on((0.62, 0.05, 0.05)) if sky.time == "day" else (0.95, 0.12, 0.08)
    car.pair(0.115, 0.145, half - 0.06, half - 0.006, lamp)
    car.face(0.085, 0.11, 0.045, 0.045, on((0.85, 0.85, 0.80)))
