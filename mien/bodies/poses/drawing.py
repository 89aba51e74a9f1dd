"""Drawing of skeletons on black, as systems that are guided by poses take them."""

from __future__ import annotations

import colorsys
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from mien.bodies.keypoints import BODY_AND_FEET, LEFT_HAND, RIGHT_HAND, PoseError, PoseVideo
from mien.bodies.poses.palettes import OPENPOSE, PALETTES, Palette, named_point
from mien.media.video import write_video

_SHIFT = 4
_HAND_LIMBS = tuple((0 if knuckle == 0 else 4 * finger + knuckle, 4 * finger + knuckle + 1)
                    for finger in range(5) for knuckle in range(4))  # fmt: skip


def draw_skeleton(video: PoseVideo, frame: int, palette: str = "openpose", hands: bool = True) -> NDArray[np.uint8]:
    """The skeletons of all people in a frame, uint8 (height, width, 3) RGB on black.

    palette: `openpose` (18 points) or `coco` (mmpose's 17 points); `coco_swapped` has red and blue exchanged. hands:
    draw hands where they are known. Raises PoseError for a palette or frame that does not exist.
    """
    if palette not in PALETTES:
        raise PoseError(f"skeletons are drawn in the colours {' or '.join(PALETTES)}, not {palette!r}")
    if not 0 <= frame < video.frames:
        raise PoseError(f"there is no frame {frame}: the poses have frames 0 to {video.frames - 1}")
    canvas = np.zeros((video.height, video.width, 3), np.uint8)
    for track in video.people:
        draw_person(canvas, track.points[frame], track.confidence[frame], PALETTES[palette], hands)
    return canvas


def draw_person(
    canvas: NDArray[np.uint8],
    points: NDArray[np.float32],
    confidence: NDArray[np.float32],
    palette: Palette = OPENPOSE,
    hands: bool = True,
) -> None:
    """Draw one person (65 points) into a picture uint8 (H, W, 3)."""
    width = max(2, round(min(canvas.shape[:2]) / 128))
    for limb in palette.limbs:
        first, sure_first = named_point(points, confidence, limb.first)
        last, sure_last = named_point(points, confidence, limb.last)
        if sure_first > 0 and sure_last > 0:
            _line(canvas, first, last, limb.colour, 2 * width if palette is OPENPOSE else width)
    for name, colour in palette.points:
        point, sure = named_point(points, confidence, name)
        if sure > 0:
            _dot(canvas, point, colour, width)
    if hands:
        for part in (LEFT_HAND, RIGHT_HAND):
            _hand(canvas, points[part], confidence[part], max(1, width // 2))


def skeleton_frames(video: PoseVideo, palette: str = "openpose", hands: bool = True) -> Iterator[NDArray[np.uint8]]:
    """The frames of `draw_skeleton` one after another."""
    for frame in range(video.frames):
        yield draw_skeleton(video, frame, palette, hands)


def write_skeleton_video(path: Path, video: PoseVideo, palette: str = "openpose", hands: bool = True) -> None:
    """Write the skeletons as a video of the poses' size and exact frame rate.

    Raises PoseError for poses without a frame, ValueError for a suffix that is no video's.
    """
    if not video.frames:
        raise PoseError("there is no frame to draw")
    write_video(path, skeleton_frames(video, palette, hands), Fraction(video.fps), quality=12)


def overlay(
    picture: NDArray[np.uint8], points: NDArray[np.float32], confidence: NDArray[np.float32]
) -> NDArray[np.uint8]:
    """A copy of a picture with one person's skeleton and feet drawn over it."""
    drawn = picture.copy()
    draw_person(drawn, points, confidence)
    for index in range(17, BODY_AND_FEET):
        if confidence[index] > 0:
            _dot(drawn, points[index], (255, 255, 255), max(1, round(min(picture.shape[:2]) / 160)))
    return drawn


def _hand(canvas: NDArray[np.uint8], points: NDArray[np.float32], confidence: NDArray[np.float32], width: int) -> None:
    for number, (first, last) in enumerate(_HAND_LIMBS):
        if confidence[first] > 0 and confidence[last] > 0:
            red, green, blue = (round(255 * value) for value in colorsys.hsv_to_rgb(number / len(_HAND_LIMBS), 1, 1))
            _line(canvas, points[first], points[last], (red, green, blue), width)


def _line(
    canvas: NDArray[np.uint8],
    first: NDArray[np.float32],
    last: NDArray[np.float32],
    colour: tuple[int, int, int],
    width: int,
) -> None:
    start, end = _fixed(first), _fixed(last)
    if start is not None and end is not None:
        cv2.line(canvas, start, end, colour, width, cv2.LINE_AA, _SHIFT)


def _dot(canvas: NDArray[np.uint8], point: NDArray[np.float32], colour: tuple[int, int, int], radius: int) -> None:
    centre = _fixed(point)
    if centre is not None:
        cv2.circle(canvas, centre, radius << _SHIFT, colour, -1, cv2.LINE_AA, _SHIFT)


def _fixed(point: NDArray[np.float32]) -> tuple[int, int] | None:
    """OpenCV's fixed point numbers: its pixel centres are at whole numbers. None far outside of any picture."""
    if np.abs(point).max() > 30_000:
        return None
    x, y = np.round((point - 0.5) * (1 << _SHIFT)).astype(int)
    return int(x), int(y)
