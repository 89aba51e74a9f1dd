"""Pictures of a place at any time of a clip: painted once, then moved."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from mien.bodies.places.canvas import Canvas, mixed
from mien.bodies.places.catalogue import LEVELS, PAINT
from mien.bodies.places.layers import Water
from mien.bodies.places.motion import add_glow, drift_clouds, fall, mirror_figure, move_water, to_bytes
from mien.bodies.places.noise import Field, fractal, smoothstep, waves
from mien.bodies.places.skies import Sky
from mien.bodies.scene import PLACES, Light, Scene

SMALLEST, LARGEST = 16, 4096
"""Sides of pictures in pixels."""

_CLOUD_SPEED = 0.006  # widths of the picture a second
_CLOUD_PERIOD = 60.0  # seconds in which clouds drift there and back: so a long video keeps its place
_NEAR = 0.12  # speed of a flake in heights a second above which it falls before the figure
_FINE = 840  # pixels of the shorter side above which a pixel is painted by one sample


def _samples(width: int, height: int) -> int:
    """Samples along a side of each pixel."""
    return 2 if min(width, height) < _FINE else 1


@dataclass(frozen=True)
class _Clouds:
    """Clouds of the top R rows, which repeat after P columns: colour (R, P, 3) and opacity (R, P)."""

    colour: Field
    alpha: Field


class PlacePainter:
    """The place of a scene in pictures of one size. `light`: on figures that stand in it.

    The same scene and size give the same pictures. Raises ValueError for a size out of range.
    """

    light: Light

    def __init__(self, scene: Scene, width: int, height: int) -> None:
        if not (SMALLEST <= width <= LARGEST and SMALLEST <= height <= LARGEST):
            raise ValueError(f"a place is painted in {SMALLEST} to {LARGEST} pixels, not in {width}×{height}")
        samples = _samples(width, height)
        rng = np.random.default_rng([scene.variation % (1 << 32), PLACES.index(scene.place)])
        fine = Canvas(width * samples, height * samples, LEVELS[scene.place])
        self._plan = plan = PAINT[scene.place](fine, scene.time, rng)
        self.light = plan.light
        self._out = Canvas(width, height, LEVELS[scene.place])
        self._picture = _reduced(fine.picture, samples)
        self._buffer = self._picture.copy()
        self._glows = [(_reduced(glow.strength, samples), glow) for glow in plan.glows]
        self._clouds = None
        if plan.sky is not None and plan.clouds > 0 and fine.sky is not None:
            self._clear, self._sky = _reduced(fine.clear_sky, samples), _reduced(fine.sky, samples)
            self._clouds = _make_clouds(self._out, plan.sky, plan.clouds)
        if plan.water is not None and fine.water is not None and fine.backdrop is not None:
            self._cover = _reduced(fine.water, samples)
            rows = max(int(np.floor(self._out.horizon / self._out.pixel)), 1)
            self._far, self._far_sky = (_reduced(one, samples)[:rows] for one in fine.backdrop)
        self._flakes = _flakes(self._out, plan.flakes, rng)
        self._everywhere = np.ones((height, width), np.float32)
        bright = np.float32(0.35 + 0.65 * max(float(self._picture.max()), 0.3))
        self._white = np.array((0.97, 0.98, 1.0), np.float32) * bright

    def frame(self, seconds: float) -> NDArray[np.uint8]:
        """The place at a time of the clip, uint8 (H, W, 3); a new array."""
        buffer, plan = self._buffer, self._plan
        np.copyto(buffer, self._picture)
        turn = 2 * np.pi / _CLOUD_PERIOD
        shift = _CLOUD_SPEED * self._out.columns * float(np.sin(turn * seconds)) / turn
        if self._clouds is not None:
            clouds = self._clouds
            drift_clouds(self._picture, self._clear, self._sky, clouds.colour, clouds.alpha, shift, buffer)
        if plan.water is not None and plan.sky is not None:
            self._move_water(plan.water, plan.sky, seconds, shift)
        for strength, glow in self._glows:
            wave = 1 + glow.swing * np.sin(2 * np.pi * seconds / glow.period + glow.phase)
            add_glow(strength, np.array(glow.colour, np.float32) * np.float32(wave), buffer)
        if len(self._flakes):
            fall(self._flakes, float(seconds), self._white, self._everywhere, buffer)
        frame = np.empty(buffer.shape, np.uint8)
        to_bytes(buffer, frame)
        return frame

    def finish(self, frame: NDArray[np.uint8], mask: NDArray[np.float32], ground: float | None, seconds: float) -> None:
        """Add what a place does to a figure that is drawn in its frame, in place: a reflection, snow before it.

        frame: uint8 (H, W, 3) of this painter's size. mask: float32 (H, W), the share of the figure in each pixel.
        ground: y in pixels of the ground below the figure; None: it is not known, and nothing is mirrored.
        Raises ValueError for another size.
        """
        if frame.shape != self._buffer.shape or mask.shape != frame.shape[:2]:
            raise ValueError(f"frame {frame.shape} and mask {mask.shape} are not of {self._buffer.shape[:2]}")
        if self._plan.polish > 0 and ground is not None and np.isfinite(ground):
            sway = self._plan.ripples / self._out.pixel
            mirror_figure(frame, mask, float(ground), self._plan.polish, sway, self._out.pixel * 60, float(seconds))
        near = self._flakes[self._flakes[:, 3] > _NEAR] if len(self._flakes) else self._flakes
        if len(near):
            fall(near, float(seconds), self._white * np.float32(255), mask, frame)

    def _move_water(self, water: Water, sky: Sky, seconds: float, shift: float) -> None:
        out, far = self._out, self._far
        if self._clouds is not None:
            far = self._far.copy()
            drift_clouds(self._far, self._clear, self._far_sky, self._clouds.colour, self._clouds.alpha, shift, far)
        sun = (sky.sun[0] + out.width / 2) / out.pixel
        style = (*water.mirror, water.roughness, water.waves, water.grain, water.foam, water.shore, sun, water.speed)
        colours = np.array((water.deep, water.bright, water.white, water.glint), np.float32)
        numbers = tuple(float(one) for one in style)
        move_water(
            far,
            self._cover,
            waves(),
            out.horizon / out.pixel,
            out.pixel,
            numbers,
            colours,
            float(seconds),
            self._buffer,
        )


def _reduced(picture: Field, samples: int) -> Field:
    """The mean of the samples of each pixel."""
    if samples == 1:
        return np.ascontiguousarray(picture, np.float32)
    size = picture.shape[1] // samples, picture.shape[0] // samples
    return np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.float32)


def _make_clouds(canvas: Canvas, sky: Sky, amount: float) -> _Clouds:
    """Clouds for the rows above the horizon. amount: share of the sky, 0 to 1."""
    rows = min(max(int(np.ceil(canvas.horizon / canvas.pixel)), 1), canvas.rows)
    columns = 2 * canvas.columns
    up = np.asarray(np.maximum(canvas.horizon - canvas.y[:rows], 0)[:, None] / canvas.horizon, np.float32)
    far = 1.0 / (up + 0.16)  # the clouds' plane is seen at a slant: near the horizon they are small and flat
    turns = max(round(2.2 * canvas.width), 2)  # of the texture's units, after which it repeats
    across = np.asarray((np.arange(columns) + 0.5) / columns * 2 * turns, np.float32)[None, :]
    footprint = np.broadcast_to(2 * turns / columns * (0.7 + far / 4), (rows, columns))

    def density(above: float) -> Field:
        along = np.broadcast_to(2.1 * far + sky.seed % 997 - above, (rows, columns))
        return fractal(np.broadcast_to(across, along.shape), along, 6, sky.seed, footprint, period=2 * turns)

    body = density(0.0)
    edge = 0.66 - 0.30 * amount
    alpha = smoothstep(edge, edge + 0.17, body) * smoothstep(0.01, 0.12, up) * np.float32(0.94)
    lit = np.clip(0.72 + 2.6 * (body - density(0.22)) - 0.5 * smoothstep(edge + 0.08, edge + 0.3, body), 0, 1)
    daylight = sky.daylight
    colour = mixed(mixed(daylight.shade, daylight.lit, lit), daylight.low, 0.6 * smoothstep(0.4, 0.0, up))
    return _Clouds(np.ascontiguousarray(colour), np.asarray(alpha, np.float32))


def _flakes(canvas: Canvas, count: int, rng: np.random.Generator) -> Field:
    """Falling snow, see `fall`: near flakes are larger and faster."""
    count = int(count * canvas.width * canvas.height)
    near = rng.uniform(0, 1, count) ** 3
    radius = np.maximum((0.0035 + 0.0095 * near) / canvas.pixel, 0.75)
    faint = np.minimum((0.0035 + 0.0095 * near) / canvas.pixel / 0.75, 1) ** 2
    columns = (
        rng.uniform(0, 1, count), rng.uniform(0, 1, count), radius, 0.08 + 0.16 * near, rng.uniform(0.004, 0.02, count),
        rng.uniform(0, 2 * np.pi, count), (0.9 - 0.35 * near) * np.maximum(faint, 0.35),
    )  # fmt: skip
    return np.ascontiguousarray(np.stack(columns, axis=1), np.float32)
