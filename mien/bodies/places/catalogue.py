"""The places by name."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from mien.bodies.places.canvas import Canvas
from mien.bodies.places.heights import paint_mountain, paint_snow
from mien.bodies.places.interiors import paint_room, paint_stage
from mien.bodies.places.layers import Plan
from mien.bodies.places.streets import paint_city
from mien.bodies.places.waters import paint_beach, paint_lake, paint_sea
from mien.bodies.places.woods import paint_forest

PAINT: dict[str, Callable[[Canvas, str, np.random.Generator], Plan]] = {
    "sea": paint_sea,
    "water": paint_lake,
    "beach": paint_beach,
    "mountain": paint_mountain,
    "snow": paint_snow,
    "city": paint_city,
    "forest": paint_forest,
    "stage": paint_stage,
    "room": paint_room,
}
"""Painter of each place: (canvas, time of day, generator) → plan. It fills the canvas."""

LEVELS = {
    "sea": 0.42, "water": 0.40, "beach": 0.40, "mountain": 0.56, "snow": 0.50, "city": 0.46, "forest": 0.50,
    "stage": 0.40, "room": 0.42,
}  # fmt: skip
"""Height of the horizon, share of the picture's."""
