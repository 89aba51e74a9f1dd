"""Fractal value noise in two dimensions: the grain of clouds, waves, sand, bark and leaves."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from mien.heads.render.numba_cache import CACHE

Field = NDArray[np.float32]
Numbers = NDArray[np.floating[Any]]
Colour = Sequence[float] | Numbers
"""RGB in [0, 1]: one for all pixels, or (…, 3) for each."""

TILE = 256
"""Side of a periodic tile in texels."""


@njit(inline="always")
def _lattice(x, y, seed):  # type: ignore[no-untyped-def]  # pragma: no cover
    """A number in [0, 1) for a point of the lattice: integer hashing, the same on every machine."""
    value = np.uint32(x * 374761393 + y * 668265263 + seed * 1274126177)
    value = np.uint32((value ^ (value >> np.uint32(13))) * np.uint32(1274126177))
    value = np.uint32((value ^ (value >> np.uint32(16))) * np.uint32(2246822519))
    return np.float32((value ^ (value >> np.uint32(15))) >> np.uint32(8)) * np.float32(1.0 / 16777216.0)


@njit(cache=CACHE)
def _fractal(x, y, footprint, octaves, seed, period, out):  # type: ignore[no-untyped-def]  # pragma: no cover
    for i in range(x.size):
        total, weight, amplitude, frequency = 0.0, 0.0, 1.0, 1.0
        for octave in range(octaves):
            # An octave finer than two samples would alias: it fades into its mean.
            kept = min(max(2.0 - 4.0 * frequency * footprint[i], 0.0), 1.0)
            if kept == 0.0:
                total += 0.5 * amplitude
                weight += amplitude
                amplitude *= 0.5
                frequency *= 2.0
                continue
            px, py = x[i] * frequency, y[i] * frequency
            fx, fy = np.floor(px), np.floor(py)
            ix, iy = np.int64(fx), np.int64(fy)
            jx, jy = ix + 1, iy + 1
            if period > 0:
                turn = np.int64(period * frequency)
                ix, iy, jx, jy = ix % turn, iy % turn, jx % turn, jy % turn
            sx, sy = px - fx, py - fy
            sx, sy = sx * sx * (3.0 - 2.0 * sx), sy * sy * (3.0 - 2.0 * sy)
            number = seed + 101 * octave
            a, b = _lattice(ix, iy, number), _lattice(jx, iy, number)
            c, d = _lattice(ix, jy, number), _lattice(jx, jy, number)
            top, bottom = a + (b - a) * sx, c + (d - c) * sx
            total += amplitude * ((top + (bottom - top) * sy - 0.5) * kept + 0.5)
            weight += amplitude
            amplitude *= 0.5
            frequency *= 2.0
        out[i] = total / weight


def fractal(
    x: Numbers, y: Numbers, octaves: int, seed: int, footprint: Numbers | float = 0.0, period: int = 0
) -> Field:
    """Noise in [0, 1], mean 0.5, at points (…) whose coarsest grain has size 1.

    footprint: distance between neighbouring samples in the same unit; grains that are finer fade. period: the noise
    repeats after this whole number of units in both directions; 0: never.
    """
    places = [np.asarray(one) for one in (x, y, np.float32(footprint))]
    shape = np.broadcast_shapes(*(one.shape for one in places))
    whole = [one if one.shape == shape else np.broadcast_to(one, shape) for one in places]
    across, along, footprints = (np.ascontiguousarray(one, np.float64).ravel() for one in whole)
    out = np.empty(across.size, np.float32)
    _fractal(across, along, footprints, octaves, seed, period, out)
    return out.reshape(shape)


def _smoothed(tile: Field, reach: int) -> Field:
    for axis in (0, 1):
        sides = np.roll(tile, reach, axis) + np.roll(tile, -reach, axis)
        tile = np.asarray(tile * np.float32(0.5) + sides * np.float32(0.25), np.float32)
    return tile


@cache
def waves() -> Field:
    """A periodic tile of waves (2, L, TILE, TILE): height and slope, mean 0, in L levels of rising smoothness."""
    steps = np.arange(TILE, dtype=np.float32) / TILE * 16
    x, y = np.meshgrid(steps, steps)
    bent = fractal(x, y, 2, 91, period=16)
    rough = fractal(x + 1.2 * bent, y + 0.8 * bent, 5, 11, period=16)
    crests = 1 - 2.4 * np.abs(fractal(x + 0.9 * bent, y, 5, 57, period=16) - 0.5)
    height = np.asarray(rough + 0.55 * crests, np.float32)
    found = []
    for tile in (height, np.roll(height, -1, 0) - np.roll(height, 1, 0)):
        levels = [np.asarray((tile - tile.mean()) / tile.std(), np.float32)]
        for level in range(1, 7):
            levels.append(_smoothed(levels[-1], 1 << (level - 1)))
        found.append(np.stack(levels))
    return np.stack(found)


def smoothstep(low: float, high: float, value: Numbers) -> Field:
    """0 below `low`, 1 above `high`, smooth between; falls where low > high."""
    share = np.minimum(np.maximum((value - low) / (high - low), 0), 1)  # `np.clip` is slow for small arrays
    return np.asarray(share * share * (3 - 2 * share), np.float32)
