"""Compiled loops that move a place: drifting clouds, water, swinging light, falling snow."""

from __future__ import annotations

import numpy as np
from numba import njit

from mien.heads.render.numba_cache import CACHE


@njit(cache=CACHE)
def drift_clouds(picture, clear, seen, colour, alpha, shift, out):  # type: ignore[no-untyped-def]  # pragma: no cover
    """Lay clouds over a picture (H, W, 3) where `seen` (R, W) is sky; `colour`, `alpha` (R, P) repeat after P columns.

    clear: (H, W, 3) the sky without clouds. shift: of the clouds in columns.
    """
    rows, period = alpha.shape
    whole = int(np.floor(shift))
    part = np.float32(shift - whole)
    for y in range(min(rows, picture.shape[0])):
        for x in range(picture.shape[1]):
            cover = seen[y, x]
            if cover <= 0.002:
                continue
            a = (x + whole) % period
            b = (a + 1) % period
            first, second = alpha[y, a] * (1 - part), alpha[y, b] * part
            opacity = first + second
            if opacity <= 0.002:
                continue
            for c in range(3):
                cloud = first * colour[y, a, c] + second * colour[y, b, c]
                out[y, x, c] = picture[y, x, c] + cover * (cloud - opacity * clear[y, x, c])


@njit(inline="always")
def _tile(tile, level, x, y):  # type: ignore[no-untyped-def]  # pragma: no cover
    """A periodic tile (L, N, N) at a point in texels, between two levels of smoothness."""
    side = tile.shape[1]
    mask = side - 1
    low = int(level)
    high = min(low + 1, tile.shape[0] - 1)
    share = level - low
    fx, fy = np.floor(x), np.floor(y)
    sx, sy = np.float32(x - fx), np.float32(y - fy)
    ax, ay = int(fx) & mask, int(fy) & mask
    bx, by = (ax + 1) & mask, (ay + 1) & mask
    top = tile[low, ay, ax] * (1 - sx) + tile[low, ay, bx] * sx
    bottom = tile[low, by, ax] * (1 - sx) + tile[low, by, bx] * sx
    fine = top * (1 - sy) + bottom * sy
    top = tile[high, ay, ax] * (1 - sx) + tile[high, ay, bx] * sx
    bottom = tile[high, by, ax] * (1 - sx) + tile[high, by, bx] * sx
    return fine * (1 - share) + (top * (1 - sy) + bottom * sy) * share


@njit(inline="always")
def _ramp(low, high, value):  # type: ignore[no-untyped-def]  # pragma: no cover
    share = min(max((value - low) / (high - low), 0.0), 1.0)
    return share * share * (3.0 - 2.0 * share)


@njit(inline="always")
def _surf(gap, wave):  # type: ignore[no-untyped-def]  # pragma: no cover
    """Share of foam at a distance from the edge of the water: at the edge, and where the next wave breaks."""
    if gap < -0.02:
        return 0.0
    line = np.exp(-gap * gap / 0.0022)
    line += 0.8 * np.exp(-(gap - 0.42) * (gap - 0.42) / 0.012) * _ramp(-0.3, 0.5, wave)
    return line * _ramp(-1.6, 0.2, wave)


@njit(cache=CACHE)
def move_water(backdrop, cover, tiles, horizon, pixel, style, colours, seconds, out):  # type: ignore[no-untyped-def]  # pragma: no cover
    """Paint water over `out` (H, W, 3) by its share `cover` (H, W).

    backdrop: (R, W, 3) what is mirrored, the rows above the horizon. horizon: in pixels. pixel: size of one in units.
    style: near and far share of the mirror, roughness, waves, grain, foam, shore, column of the sun in pixels, speed.
    colours: rows deep, bright, white, glint.
    """
    height, width = cover.shape
    near, far, roughness, waves, grain, foam, shore, sun, speed = style
    clock = seconds * speed
    span = height - horizon
    texels = tiles.shape[2] / 16.0
    last = backdrop.shape[0] - 1
    for y in range(max(int(horizon) - 1, 0), height):
        below = max(y + 0.5 - horizon, 0.35)
        depth = span / below
        footprint = pixel * depth * np.sqrt(depth / (span * pixel)) * grain * texels
        level = min(max(np.log2(max(footprint, 1e-6)) + 0.6, 0.0), tiles.shape[1] - 1.001)
        share = near + (far - near) * np.sqrt(max(1.0 - below / span, 0.0))
        for x in range(width):
            seen = cover[y, x]
            if seen <= 0.002:
                continue
            across = (x + 0.5 - width / 2) * pixel * depth * grain
            away = depth * grain
            first = _tile(tiles[0], level, (across + 0.11 * clock) * texels, (away + 0.42 * clock) * texels)
            second = _tile(
                tiles[1], level, (1.83 * across - 0.17 * clock + 5) * texels, (1.83 * away + 0.37 * clock) * texels
            )
            wave = 0.62 * first + 0.38 * second
            # The mirrored row, pushed about by the waves' slopes.
            row = 2 * horizon - y - 1 - roughness * (0.25 * abs(wave) + 0.12 * wave) * (below + 2.0)
            column = x + roughness * 0.10 * second * below
            row = min(max(row, 0.0), float(last))
            column = min(max(column, 0.0), width - 1.0)
            r0, c0 = int(row), int(column)
            r1, c1 = min(r0 + 1, last), min(c0 + 1, width - 1)
            dr, dc = np.float32(row - r0), np.float32(column - c0)
            facing = min(max(share + waves * wave, 0.02), 0.98)
            crest = max(wave - 0.9, 0.0) * waves * 0.7
            sparkle = 0.0
            if colours[3, 0] > 0:
                reach = (x + 0.5 - sun) / (0.035 * width + 0.16 * below)
                sparkle = np.exp(-reach * reach) * min(max(0.42 + 0.9 * (second + 0.5 * first), 0.0), 1.3)
            froth = 0.0
            if foam > 0:
                froth = foam * min(1.0, 2.4 / depth) * _ramp(0.95, 1.75, wave + 0.25 * second)
            amount = np.float32(seen)
            if shore > 0:
                edge = shore + 0.05 * first + 0.06 * np.sin(0.9 * clock + 0.5 * across / grain)
                amount *= 1 - np.float32(_ramp(edge + 0.012, edge - 0.012, depth))
                froth = min(froth + _surf(depth - edge, second), 0.95)
            for c in range(3):
                top = backdrop[r0, c0, c] * (1 - dc) + backdrop[r0, c1, c] * dc
                bottom = backdrop[r1, c0, c] * (1 - dc) + backdrop[r1, c1, c] * dc
                mirrored = top * (1 - dr) + bottom * dr
                value = colours[0, c] + (mirrored - colours[0, c]) * facing + crest * colours[1, c]
                value += sparkle * colours[3, c]
                value += (colours[2, c] - value) * froth
                out[y, x, c] += (np.float32(value) - out[y, x, c]) * amount


@njit(cache=CACHE)
def add_glow(strength, colour, out):  # type: ignore[no-untyped-def]  # pragma: no cover
    """Add light of one colour to `out` (H, W, 3) by its strength (H, W)."""
    for y in range(out.shape[0]):
        for x in range(out.shape[1]):
            amount = strength[y, x]
            if amount > 0.001:
                for c in range(3):
                    out[y, x, c] += amount * colour[c]


@njit(cache=CACHE)
def fall(table, seconds, colour, out):  # type: ignore[no-untyped-def]  # pragma: no cover
    """Draw snow flakes: rows are x, y in [0, 1), radius in pixels, speed in heights a second, sway, phase, opacity."""
    height, width = out.shape[0], out.shape[1]
    for number in range(table.shape[0]):
        x0, y0, radius, speed, sway, phase, opacity = table[number]
        reach = int(np.ceil(radius)) + 1
        x = ((x0 + sway * np.sin(0.8 * seconds + phase) + 0.02 * seconds) % 1.0) * (width + 2 * reach) - reach
        y = ((y0 + speed * seconds) % 1.0) * (height + 2 * reach) - reach
        for row in range(max(int(y) - reach, 0), min(int(y) + reach + 1, height)):
            for column in range(max(int(x) - reach, 0), min(int(x) + reach + 1, width)):
                dx, dy = column + 0.5 - x, row + 0.5 - y
                inside = 1.0 - (dx * dx + dy * dy) / (radius * radius)
                if inside > 0:
                    amount = np.float32(min(inside * 1.5, 1.0) * opacity)
                    for c in range(3):
                        out[row, column, c] += (colour[c] - out[row, column, c]) * amount


@njit(cache=CACHE)
def to_bytes(picture, out):  # type: ignore[no-untyped-def]  # pragma: no cover
    """Round (H, W, 3) in [0, 1] to bytes."""
    flat, bytes_ = picture.ravel(), out.ravel()
    for i in range(flat.size):
        bytes_[i] = np.uint8(min(max(flat[i], 0.0), 1.0) * 255.0 + 0.5)
