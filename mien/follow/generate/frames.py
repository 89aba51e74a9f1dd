"""The frames of a clip of rigged figures, one after another: memory does not grow with the length."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from mien.bodies.figure.measures import figure_scale
from mien.bodies.figure.renderer import FigureRenderer
from mien.bodies.places.painter import PlacePainter
from mien.bodies.scene import Scene
from mien.follow.generate.movement import Movement, drawing_order
from mien.follow.generate.request import MAX_SIDE
from mien.systems.errors import RequestError

Picture = NDArray[np.uint8]


def output_size(width: int, height: int, short: int) -> tuple[int, int]:
    """Width and height, even, of a video whose shorter side is `short`, with the proportions of the pose video.

    Raises RequestError where the longer side would have more than MAX_SIDE pixels.
    """
    scale = short / min(width, height)
    across, down = (2 * max(1, round(side * scale / 2)) for side in (width, height))
    if max(across, down) > MAX_SIDE:
        raise RequestError(
            f"a picture of {width}×{height} would become {across}×{down} pixels, and {MAX_SIDE} a side is the most: "
            "ask for a smaller --size, or crop the pose video"
        )
    return across, down


def render_frames(
    movement: Movement, scenes: Sequence[Scene], width: int, height: int, numbers: Sequence[int]
) -> Iterator[Picture]:
    """The frames of these numbers, (height, width, 3) uint8 RGB: the place of the first scene with all figures.

    scenes: one for each person. The frames are made while they are asked for.
    """
    poses = movement.poses
    scale = np.array([width / poses.width, height / poses.height, width / poses.width], np.float32)
    painter = PlacePainter(scenes[0], width, height)
    figures = [
        FigureRenderer(scene, standing_height(mover.joints[mover.shown] * scale))
        for scene, mover in zip(scenes, movement.movers, strict=True)
    ]
    order = drawing_order(movement.movers, float(movement.fps))
    grounds = [mover.ground(float(movement.fps)) * scale[1] for mover in movement.movers]
    for number in numbers:
        seconds = float(number / movement.fps)
        canvas = painter.frame(seconds)
        for person in order[number]:
            mover = movement.movers[person]
            if mover.shown[number]:
                left, right = (bool(one) for one in mover.hands[number])
                joints, ground = mover.joints[number] * scale, float(grounds[person][number])
                mask = figures[person].draw(joints, (left, right), canvas, painter.light, ground=ground)
                painter.finish(canvas, mask, ground, seconds)
        yield canvas


def standing_height(joints: NDArray[np.float32]) -> float:
    """The height in pixels of a standing person who moves with joints (T, 65, 3); 0 without any frame."""
    return float(np.median(figure_scale(joints))) if len(joints) else 0.0
