"""What a camera does to a picture: lens blur, exposure, white balance, saturation, vignette, noise of the sensor, JPEG.

One camera films an actor, so that all of its frames are changed alike; the noise alone is new in every frame.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

Frame = NDArray[np.uint8]

_WIDTH = 480
"""Pixels across for which the blur is given: wider pictures are blurred over as much of the scene."""

_LUMA = np.array([0.299, 0.587, 0.114])
_NOISE_MIDDLE = 128


@dataclass(frozen=True)
class Sensor:
    """A camera's faults; the default has none.

    blur: standard deviation, pixels of a picture 480 wide. exposure: stops. contrast: slope of the tone curve in its
    middle, less 1. gains: of red, green and blue. saturation: 1 as it is, 0 grey. vignette: share of the light that the
    corners lack. noise: standard deviation, of 255. jpeg: quality in [1, 100], None: not compressed.
    """

    blur: float = 0.0
    exposure: float = 0.0
    contrast: float = 0.0
    gains: tuple[float, float, float] = (1.0, 1.0, 1.0)
    saturation: float = 1.0
    vignette: float = 0.0
    noise: float = 0.0
    jpeg: int | None = None


def draw_sensor(rng: np.random.Generator, amount: float) -> Sensor:
    """A camera by lot; amount: scale of its faults in [0, 2], 0 is a faultless one."""
    blur, noise, vignette = rng.random(3)
    exposure, contrast, warmth, tint = rng.normal(0, 1, 4).clip(-2, 2)
    saturation = rng.uniform(-0.35, 0.25)
    quality, compressed = int(rng.integers(35, 90)), rng.random() < 0.4
    if amount == 0:
        return Sensor()
    return Sensor(
        blur=amount * 1.3 * blur**2,
        exposure=amount * 0.25 * exposure,
        contrast=amount * 0.09 * contrast,
        gains=_gains(amount * 0.07 * warmth, amount * 0.02 * tint),
        saturation=max(1 + amount * saturation, 0.0),
        vignette=min(amount * 0.30 * vignette, 0.6),
        noise=amount * 5.0 * noise**2,
        jpeg=quality if compressed else None,
    )


def _gains(warmth: float, tint: float) -> tuple[float, float, float]:
    return float(np.exp(warmth)), float(np.exp(tint)), float(np.exp(-warmth))


def filmed(frames: Iterable[Frame], sensor: Sensor, rng: np.random.Generator) -> Iterator[Frame]:
    """The frames uint8 (H, W, 3) RGB as the camera records them; rng: of the noise."""
    film = None
    for frame in frames:
        film = film or _Film(sensor, rng, frame.shape[0], frame.shape[1])
        yield film.record(frame)


class _Film:
    """A camera that is set up for pictures of one size: all that does not change from frame to frame is tabulated."""

    def __init__(self, sensor: Sensor, rng: np.random.Generator, height: int, width: int) -> None:
        self._rng, self._size = rng, (height, width)
        self._blur = sensor.blur * width / _WIDTH
        self._mix = _colour_matrix(sensor) if sensor.saturation != 1 else None
        self._table = _tone_table(sensor)
        self._corners = _vignette(sensor.vignette, height, width) if sensor.vignette > 0 else None
        self._grain = _grain(rng, sensor.noise, height, width) if sensor.noise > 0 else None
        self._quality = sensor.jpeg

    def record(self, frame: Frame) -> Frame:
        """One frame, as it is recorded."""
        picture: NDArray[Any] = frame
        if self._blur > 0.25:  # less is lost in the rounding to bytes
            picture = cv2.GaussianBlur(picture, (0, 0), self._blur)
        if self._mix is not None:
            picture = cv2.transform(picture, self._mix)
        picture = cv2.LUT(picture, self._table)
        if self._corners is not None:
            picture = cv2.multiply(picture, self._corners, scale=1 / 255)
        if self._grain is not None:
            top, left = self._rng.integers(0, self._size)
            part = self._grain[top : top + self._size[0], left : left + self._size[1]]
            picture = cv2.addWeighted(picture, 1, part, 1, -_NOISE_MIDDLE)
        if self._quality is not None:
            picture = _compressed(picture, self._quality)
        return np.asarray(picture, np.uint8)


def _colour_matrix(sensor: Sensor) -> NDArray[np.float64]:
    """RGB to RGB (3, 3): towards the grey of the same luma."""
    grey = np.broadcast_to(_LUMA, (3, 3))
    return np.asarray(grey + sensor.saturation * (np.eye(3) - grey))


def _tone_table(sensor: Sensor) -> NDArray[np.uint8]:
    """Bytes (1, 256, 3) of what is recorded for each byte of what is seen: exposure and gains in linear light."""
    seen = np.linspace(0, 1, 256)
    linear = np.where(seen < 0.04045, seen / 12.92, ((seen + 0.055) / 1.055) ** 2.4)
    light = linear[:, None] * np.array(sensor.gains) * 2.0**sensor.exposure
    if light.max() > 1:  # a soft shoulder instead of burnt highlights
        light = np.where(light < 0.7, light, 0.7 + 0.3 * np.tanh((light - 0.7) / 0.3))
    value = np.where(light < 0.0031308, 12.92 * light, 1.055 * light ** (1 / 2.4) - 0.055)
    # an S-shaped curve through 0, 1/2 and 1
    value = value + sensor.contrast * np.sin(2 * np.pi * (value - 0.5)) / (2 * np.pi)
    return np.clip(255 * value + 0.5, 0, 255).astype(np.uint8)[None]


def _vignette(share: float, height: int, width: int) -> NDArray[np.uint8]:
    """Factors of 255 (H, W, 3): light falls off with the square of the distance from the middle."""
    x, y = np.meshgrid(np.linspace(-1, 1, width), np.linspace(-1, 1, height))
    return np.repeat((255 * (1 - share * (x**2 + y**2) / 2) + 0.5).astype(np.uint8)[..., None], 3, axis=2)


def _grain(rng: np.random.Generator, deviation: float, height: int, width: int) -> NDArray[np.uint8]:
    """Noise (2 H, 2 W, 3) around 128, of which each frame takes another part: mostly of brightness."""
    shape = (2 * height, 2 * width)
    brightness = rng.standard_normal((*shape, 1), np.float32)
    colour = rng.standard_normal((shape[0] // 2, shape[1] // 2, 3), np.float32)
    noise = 0.85 * brightness + 0.7 * cv2.resize(colour, shape[::-1], interpolation=cv2.INTER_LINEAR)
    return np.clip(_NOISE_MIDDLE + deviation * noise + 0.5, 0, 255).astype(np.uint8)


def _compressed(frame: NDArray[Any], quality: int) -> Frame:
    _, data = cv2.imencode(".jpg", cv2.cvtColor(frame, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_JPEG_QUALITY, quality])
    read = cv2.imdecode(data, cv2.IMREAD_COLOR)
    assert read is not None
    return np.asarray(cv2.cvtColor(read, cv2.COLOR_BGR2RGB), np.uint8)
