"""Crude drawn figures with known points, for trainings in tests."""

from __future__ import annotations

import cv2
import numpy as np

from mien.bodies.keypoints import BODY_COUNT, INDEX, LIMBS
from mien.bodies.training.examples import ExamplesInMemory, PosePictures
from tests.bodies.poses_making import standing


def drawn_figures(count: int, seed: int = 0, side: int = 64) -> ExamplesInMemory:
    """Bright figures of many sizes on dark grounds; the left limbs are green, the right ones red, the head is white."""
    rng = np.random.default_rng(seed)
    frames = np.empty((count, side, side, 3), np.uint8)
    points = np.empty((count, BODY_COUNT, 2), np.float32)
    for row in range(count):
        height = rng.uniform(0.5, 0.9) * side
        centre = (side * rng.uniform(0.35, 0.65), side / 2 + rng.uniform(-2, 2))
        body = standing(centre, height)[:BODY_COUNT] + rng.normal(0, 0.02 * height, (BODY_COUNT, 2))
        canvas = np.full((side, side, 3), rng.integers(0, 90, 3), np.uint8)
        for first, last in LIMBS:
            colour = (60, 230, 60) if last.startswith("left") and first.startswith("left") else (230, 60, 60)
            ends = [tuple(int(one) for one in body[INDEX[name]]) for name in (first, last)]
            cv2.line(canvas, ends[0], ends[1], colour, max(2, round(0.05 * height)))
        cv2.circle(canvas, tuple(int(one) for one in body[0]), round(0.08 * height), (240, 240, 240), -1)
        frames[row], points[row] = canvas, body
    return ExamplesInMemory(PosePictures(frames, points, np.ones((count, BODY_COUNT), np.bool_)))
