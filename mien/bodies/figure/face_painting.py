"""The picture of a face that lies on the human head: eyes, brows, nose, mouth; made smaller for small figures."""

from __future__ import annotations

from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from mien.bodies.figure.head import FACE_BOTTOM, FACE_TOP, FACE_WIDTH
from mien.bodies.scene import PEOPLE, RGB

SCALE = 12.0
"""Pixels per cm of the largest picture."""
SMALLEST_LEVEL = 5
"""How often the smallest picture is halved."""
_FINER = 2
"""How many levels finer than it is shown a picture is painted."""

Array = NDArray[np.float32]


class _Canvas:
    """Colour and opacity (H, W, 4); shapes are given in cm from between the pupils, y up. scale: pixels per cm."""

    def __init__(self, skin: RGB, scale: float) -> None:
        self.scale = scale
        height, width = round((FACE_TOP - FACE_BOTTOM) * scale), round(2 * FACE_WIDTH * scale)
        self.image = np.zeros((height, width, 4), np.float32)
        self.image[..., :3] = skin

    def fill(self, outline: list[tuple[float, float]], colour: RGB, opacity: float = 1.0, blur: float = 0.03) -> None:
        """A filled outline, its edge blurred over `blur` cm."""
        points = np.array([[(x + FACE_WIDTH) * self.scale, (FACE_TOP - y) * self.scale] for x, y in outline])
        margin = 3 * blur * self.scale + 2
        left, top = np.maximum(np.floor(points.min(0) - margin), 0).astype(int)
        right, bottom = np.ceil(points.max(0) + margin).astype(int)
        part = self.image[top:bottom, left:right]
        mask = np.zeros(part.shape[:2], np.uint8)
        cv2.fillPoly(mask, [np.round((points - (left, top)) * 16).astype(np.int32)], 255, cv2.LINE_AA, 4)
        share = (
            cv2.GaussianBlur(mask, (0, 0), max(blur * self.scale, 0.4)).astype(np.float32)[..., None] / 255 * opacity
        )
        part[..., :3] += share * (np.asarray(colour, np.float32) - part[..., :3])
        part[..., 3:] += share * (1 - part[..., 3:])

    def ellipse(self, centre: tuple[float, float], size: tuple[float, float], colour: RGB, opacity: float = 1.0,
                blur: float = 0.03) -> None:  # fmt: skip
        """A filled ellipse of half axes `size` cm."""
        angle = np.linspace(0, 2 * np.pi, 40)
        outline = [(centre[0] + size[0] * float(np.cos(w)), centre[1] + size[1] * float(np.sin(w))) for w in angle]
        self.fill(outline, colour, opacity, blur)


@lru_cache(maxsize=64)
def face_picture(kind: str, skin: RGB, hair: RGB, level: int) -> Array:
    """The face (h, w, 4), premultiplied RGB and opacity, halved `level` times; empty without a face of skin."""
    if kind not in PEOPLE:
        return np.zeros((2, 2, 4), np.float32)
    first = max(level - _FINER, 0)
    canvas = _Canvas(skin, SCALE / 2**first)
    dark: RGB = _towards(skin, (0.25, 0.10, 0.08), 0.45)
    for sign in (1.0, -1.0):
        canvas.ellipse((sign * 4.6, -3.2), (1.9, 1.5), _towards(skin, (0.85, 0.30, 0.25), 0.35), 0.55, 0.9)
        canvas.ellipse((sign * 3.2, 0.25), (2.0, 1.2), dark, 0.35, 0.45)
        _eye(canvas, sign, kind, skin)
        _brow(canvas, sign, kind, _towards(hair, (0.12, 0.08, 0.06), 0.45))
    _nose(canvas, dark)
    _mouth(canvas, kind, skin)
    picture = _premultiplied(canvas.image)
    for _ in range(level - first):
        size = picture.shape[1] // 2, picture.shape[0] // 2
        picture = np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.float32)
    return np.ascontiguousarray(picture)


def _eye(canvas: _Canvas, sign: float, kind: str, skin: RGB) -> None:
    wide, high = (1.65, 0.82) if kind != "child" else (1.75, 1.05)
    angle = np.linspace(0, 2 * np.pi, 32)
    outline = [
        (sign * 3.2 + wide * float(np.cos(w)), high * float(np.sin(w)) * (1.0 if np.sin(w) > 0 else 0.75))
        for w in angle
    ]
    canvas.fill(outline, (0.95, 0.94, 0.92))
    canvas.ellipse((sign * 3.2, 0.08), (0.82, 0.82), (0.20, 0.12, 0.08))
    canvas.ellipse((sign * 3.2, 0.08), (0.42, 0.42), (0.03, 0.02, 0.02))
    canvas.ellipse((sign * 3.2 - 0.25, 0.38), (0.2, 0.2), (1.0, 1.0, 1.0))
    lash = 0.34 if kind == "woman" else 0.22
    upper = [(x, y) for x, y in outline[:17]]
    canvas.fill(upper + [(x * 1.0, y + lash) for x, y in upper[::-1]], (0.07, 0.05, 0.05), 0.95)
    fold = [(x, y + 0.75) for x, y in upper]
    canvas.fill(fold + [(x, y + 0.14) for x, y in fold[::-1]], _towards(skin, (0.2, 0.08, 0.06), 0.5), 0.6, 0.06)


def _brow(canvas: _Canvas, sign: float, kind: str, colour: RGB) -> None:
    thick = {"man": 0.85, "woman": 0.5}.get(kind, 0.55)
    xs = np.linspace(1.5, 5.0, 9)
    lower = [(sign * float(x), 1.95 + 0.55 * float(np.sin((x - 1.2) / 4.2 * np.pi))) for x in xs]
    taper = np.interp(xs, [1.5, 2.4, 5.0], [0.7, 1.0, 0.35]) * thick
    canvas.fill(
        lower + [(x, y + float(t)) for (x, y), t in zip(lower[::-1], taper[::-1], strict=True)], colour, 0.9, 0.08
    )


def _nose(canvas: _Canvas, dark: RGB) -> None:
    for sign in (1.0, -1.0):
        canvas.ellipse((sign * 0.72, -4.25), (0.42, 0.2), dark, 0.9, 0.1)
        canvas.ellipse((sign * 1.55, -3.7), (0.22, 0.6), dark, 0.35, 0.2)
    canvas.ellipse((0.0, -4.7), (1.3, 0.3), dark, 0.3, 0.3)


def _mouth(canvas: _Canvas, kind: str, skin: RGB) -> None:
    red: RGB = (0.72, 0.16, 0.20) if kind == "woman" else (0.62, 0.28, 0.26)
    lips = _towards(skin, red, 0.75 if kind == "woman" else 0.5)
    half, y = (2.45, -6.6) if kind != "child" else (2.1, -6.5)
    xs = np.linspace(-1, 1, 17)
    line = [(half * float(x), y + 0.32 * float(x * x)) for x in xs]
    full = 1 - xs**2
    upper = [(px, py + float(0.62 * f * (1 - 0.25 * np.exp(-((x / 0.14) ** 2)))))
             for (px, py), f, x in zip(line, full, xs, strict=True)]  # fmt: skip
    lower = [(px, py - float(0.85 * f)) for (px, py), f in zip(line, full, strict=True)]
    canvas.fill(upper + line[::-1], _towards(lips, (0.2, 0.05, 0.05), 0.2), 0.9, 0.06)
    canvas.fill(line + lower[::-1], lips, 0.9, 0.06)
    canvas.fill(line + [(px, py - 0.16) for px, py in line[::-1]], (0.22, 0.06, 0.06), 0.9, 0.05)


def _towards(colour: RGB, other: RGB, share: float) -> RGB:
    red, green, blue = (a + share * (b - a) for a, b in zip(colour, other, strict=True))
    return red, green, blue


def _premultiplied(image: Array) -> Array:
    return np.concatenate([image[..., :3] * image[..., 3:], image[..., 3:]], -1)
