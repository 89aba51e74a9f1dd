"""A face drawn with a few shapes, in which MediaPipe finds a face, and clips of it: media that need no recording."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from mien.clips import Clip
from mien.faces.alignment import mean_shape
from mien.files import sha256_file
from mien.media.video import write_video

REAL = Path(__file__).parents[2].parent / "shared/real"
FPS = Fraction(25)
HEIGHT, WIDTH = 288, 360
Colour = tuple[int, int, int]
_SUBPIXEL = 3  # fractional bits of cv2's drawing coordinates


def _polygon(points: NDArray[np.float64]) -> NDArray[np.int32]:
    return np.round(points * 2**_SUBPIXEL).astype(np.int32)


def face_transform(centre: tuple[float, float], width: float, roll: float = 0.0) -> NDArray[np.float64]:
    """Where a face lies in a picture: mean shape of a crop of 128 → picture; `width` of the crop in picture pixels."""
    scale = width / 128
    a, b = scale * np.cos(roll), scale * np.sin(roll)
    linear = np.array([[a, -b], [b, a]])
    return np.column_stack([linear, np.array(centre) - linear @ np.array([63.5, 63.5])])


def draw_face(
    picture: NDArray[np.uint8], transform: NDArray[np.float64], opening: float = 0.0, tone: int = 0
) -> NDArray[np.float64]:
    """Draw a face whose points are the mean shape moved by `transform`; returns those points (68, 2)."""
    shape = mean_shape(128)
    shape[[*range(5, 12)], 1] += 8 * opening
    shape[[*range(55, 60), *range(65, 68)], 1] += 14 * opening
    points = shape @ transform[:, :2].T + transform[:, 2]
    scale = float(np.hypot(transform[0, 0], transform[1, 0]))

    def fill(indices: list[int] | range, colour: Colour, extra: NDArray[np.float64] | None = None) -> None:
        polygon = points[list(indices)] if extra is None else np.vstack([points[list(indices)], extra])
        cv2.fillPoly(picture, [_polygon(polygon)], colour, cv2.LINE_AA, _SUBPIXEL)

    def stroke(indices: list[int] | range, colour: Colour, thickness: float, closed: bool = False) -> None:
        width = max(1, round(thickness * scale))
        cv2.polylines(picture, [_polygon(points[list(indices)])], closed, colour, width, cv2.LINE_AA, _SUBPIXEL)

    def place(x: float, y: float) -> NDArray[np.float64]:
        return np.array([x, y]) @ transform[:, :2].T + transform[:, 2]

    angles = np.linspace(0, -np.pi, 24)
    crown = np.array([place(64 + 42 * np.cos(a), 42 + 38 * np.sin(a)) for a in angles])
    hair = np.array([place(64 + 48 * np.cos(a), 44 + 46 * np.sin(a)) for a in np.linspace(0.2, -np.pi - 0.2, 30)])
    cv2.fillPoly(picture, [_polygon(hair)], (60, 40, 30), cv2.LINE_AA, _SUBPIXEL)
    skin = (224 - tone, 172 - tone, 146 - tone)
    fill(range(17), skin, crown)
    for brow in (range(17, 22), range(22, 27)):
        stroke(brow, (70, 45, 35), 3)
    for eye, pupil in ((range(36, 42), (36, 39)), (range(42, 48), (42, 45))):
        fill(eye, (245, 245, 245))
        middle = points[list(pupil)].mean(axis=0)
        radius = int(3.2 * scale * 2**_SUBPIXEL)
        cv2.circle(picture, _polygon(middle).tolist(), radius, (60, 40, 30), -1, cv2.LINE_AA, _SUBPIXEL)
        stroke(eye, (90, 60, 50), 1, closed=True)
    stroke([27, 28, 29, 30], (200 - tone, 148 - tone, 124 - tone), 2)
    stroke(range(31, 36), (150 - tone, 100 - tone, 85 - tone), 2)
    fill(range(48, 60), (186, 84, 84))
    fill(range(60, 68), (90, 25, 30))
    return points


def picture(shade: int = 120) -> NDArray[np.uint8]:
    """An empty grey-blue studio wall (HEIGHT, WIDTH, 3)."""
    wall = np.full((HEIGHT, WIDTH, 3), shade, np.uint8)
    wall[..., 2] += 40
    return wall


def talking_frames(
    frames: int = 20, centre: tuple[float, float] = (180, 144), width: float = 170, sway: float = 4.0, tone: int = 0
) -> list[NDArray[np.uint8]]:
    """Frames of one drawn face that moves its mouth and sways by `sway` pixels."""
    result = []
    for index in range(frames):
        frame = picture()
        x = centre[0] + sway * np.sin(index / 5)
        transform = face_transform((x, centre[1]), width, 0.03 * np.sin(index / 7))
        draw_face(frame, transform, 0.5 + 0.5 * np.sin(index), tone)
        result.append(frame)
    return result


def tone_of(frames: int, level: float = 0.2) -> NDArray[np.float32]:
    """A 200 Hz tone as long as `frames` at 25 fps, 16 kHz."""
    return (level * np.sin(2 * np.pi * 200 * np.arange(frames * 640) / 16_000)).astype(np.float32)


def write_clip_file(
    folder: Path, clip_id: str, frames: list[NDArray[np.uint8]], sound: NDArray[np.float32] | None
) -> Clip:
    """A clip as the resample stage leaves it: constant 25 fps in Matroska, sound at 16 kHz inside."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{clip_id}.mkv"
    write_video(path, frames, FPS, sound)
    return Clip(clip_id, "drawn", path.as_posix(), actor="drawn", emotion="NEU", fps=FPS, sha256=sha256_file(path))
