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
def _row(tile, level, y, out):  # type: ignore[no-untyped-def]  # pragma: no cover
    """A row (N, 2) of a periodic tile (2, L, N, N) at height y in texels, between two levels of smoothness."""
    side = tile.shape[2]
    low = int(level)
    high = min(low + 1, tile.shape[1] - 1)
    share = np.float32(level - low)
    base = np.floor(y)
    part = np.float32(y - base)
    above = int(base) & (side - 1)
    below = (above + 1) & (side - 1)
    for x in range(side):
        for c in range(2):
            fine = tile[c, low, above, x] * (1 - part) + tile[c, low, below, x] * part
            coarse = tile[c, high, above, x] * (1 - part) + tile[c, high, below, x] * part
            out[x, c] = fine * (1 - share) + coarse * share


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


@njit(inline="always")
def _along(line, x):  # type: ignore[no-untyped-def]  # pragma: no cover
    """Both values of a periodic row (N, 2) at x in texels."""
    base = np.floor(x)
    part = np.float32(x - base)
    a = int(base) & (line.shape[0] - 1)
    b = (a + 1) & (line.shape[0] - 1)
    return line[a, 0] + (line[b, 0] - line[a, 0]) * part, line[a, 1] + (line[b, 1] - line[a, 1]) * part


@njit(inline="always")
def _point(picture, row, column):  # type: ignore[no-untyped-def]  # pragma: no cover
    """The colour of a picture (R, W, 3) at a point, of its edge outside it."""
    row = min(max(row, 0.0), picture.shape[0] - 1.0)
    column = min(max(column, 0.0), picture.shape[1] - 1.0)
    r0, c0 = int(row), int(column)
    r1, c1 = min(r0 + 1, picture.shape[0] - 1), min(c0 + 1, picture.shape[1] - 1)
    dr, dc = np.float32(row - r0), np.float32(column - c0)
    a, b, c, d = (1 - dr) * (1 - dc), (1 - dr) * dc, dr * (1 - dc), dr * dc
    return (
        a * picture[r0, c0, 0] + b * picture[r0, c1, 0] + c * picture[r1, c0, 0] + d * picture[r1, c1, 0],
        a * picture[r0, c0, 1] + b * picture[r0, c1, 1] + c * picture[r1, c0, 1] + d * picture[r1, c1, 1],
        a * picture[r0, c0, 2] + b * picture[r0, c1, 2] + c * picture[r1, c0, 2] + d * picture[r1, c1, 2],
    )


@njit(cache=CACHE)
def move_water(backdrop, cover, tile, horizon, pixel, style, colours, seconds, out):  # type: ignore[no-untyped-def]  # pragma: no cover
    """Paint water over `out` (H, W, 3) by its share `cover` (H, W).

    backdrop: (R, W, 3) what is mirrored, the rows above the horizon. tile: see `waves`. horizon: in pixels. pixel: size
    of one in units. style: near and far share of the mirror, roughness, waves, grain, foam, shore, column of the sun in
    pixels, speed. colours: rows deep, bright, white, glint.
    """
    height, width = cover.shape
    near, far, roughness, contrast, grain, foam, shore, sun, speed = style
    clock = seconds * speed
    span = height - horizon
    side = tile.shape[2]
    texels = side / 16.0
    one, two = np.empty((side, 2), np.float32), np.empty((side, 2), np.float32)
    for y in range(max(int(horizon) - 1, 0), height):
        below = max(y + 0.5 - horizon, 0.35)
        depth = span / below
        footprint = pixel * depth * np.sqrt(depth / (span * pixel)) * grain * texels
        level = min(max(np.log2(max(footprint, 1e-6)) + 0.4, 0.0), tile.shape[1] - 1.001)
        finer = min(level + 0.9, tile.shape[1] - 1.001)
        away, step = depth * grain, pixel * depth * grain
        _row(tile, level, (1.35 * away + 0.42 * clock) * texels, one)
        _row(tile, finer, (2.6 * away + 0.60 * clock + 7.3) * texels, two)
        share = near + (far - near) * np.sqrt(max(1.0 - below / span, 0.0))
        for x in range(width):
            seen = cover[y, x]
            if seen <= 0.002:
                continue
            across = (x + 0.5 - width / 2) * step
            first, slope = _along(one, (0.72 * across + 0.09 * clock) * texels)
            second, other = _along(two, (1.7 * across - 0.15 * clock + 5.0) * texels)
            tilt = 0.62 * slope + 0.38 * other
            wave = 0.66 * first + 0.34 * second
            # What is mirrored is pushed about by the slopes.
            row = 2 * horizon - y - 1 - roughness * (0.20 * abs(tilt) + 0.12 * tilt) * (below + 2.0)
            column = x + roughness * 0.10 * second * below
            facing = min(max(share - contrast * tilt + 0.45 * contrast * wave, 0.02), 0.98)
            crest = max(wave - 0.35, 0.0) * contrast * 0.55
            sparkle = 0.0
            reach = (x + 0.5 - sun) / (0.035 * width + 0.16 * below)
            if colours[3, 0] > 0 and reach * reach < 6:
                sparkle = np.exp(-reach * reach) * min(max(0.42 - 0.8 * tilt + 0.4 * second, 0.0), 1.3)
            froth = 0.0
            if foam > 0:
                froth = foam * min(1.0, 2.4 / depth) * _ramp(0.95, 1.9, wave + 0.45 * second)
            amount = np.float32(seen)
            if shore > 0:
                edge = shore + 0.04 * first + 0.06 * np.sin(0.9 * clock + 0.5 * across / grain)
                amount *= 1 - np.float32(_ramp(edge + 0.012, edge - 0.012, depth))
                froth = min(froth + _surf(depth - edge, second), 0.95)
            mirrored = _point(backdrop, row, column)
            for c in range(3):
                value = colours[0, c] + (mirrored[c] - colours[0, c]) * facing + crest * colours[1, c]
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
def fall(table, seconds, colour, cover, out):  # type: ignore[no-untyped-def]  # pragma: no cover
    """Draw snow flakes: rows are x, y in [0, 1), radius in pixels, speed in heights a second, sway, phase, opacity.

    colour: in the unit of `out` (H, W, 3), which may be bytes. cover: (H, W), where they are seen.
    """
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
                    amount = np.float32(min(inside * 1.5, 1.0) * opacity * cover[row, column])
                    for c in range(3):
                        old = np.float32(out[row, column, c])
                        out[row, column, c] = old + (colour[c] - old) * amount


@njit(cache=CACHE)
def mirror_figure(frame, mask, ground, strength, sway, grain, seconds):  # type: ignore[no-untyped-def]  # pragma: no cover
    """Mirror what `mask` (H, W) covers of `frame` (H, W, 3) at the row `ground`, downwards, fading with distance.

    sway: sideways, in pixels. grain: radians of the ripples a pixel.
    """
    height, width = mask.shape
    for y in range(max(int(ground), 0), height):
        below = y + 0.5 - ground
        row = int(ground - below)
        if below < 0 or row < 0 or row >= height:
            continue
        share = min(below / (0.25 * height), 1.0)
        shift = (
            sway
            * (0.25 + 0.75 * share)
            * (0.6 * np.sin(grain * below + 2.1 * seconds) + 0.4 * np.sin(2.3 * grain * below - 1.3 * seconds))
        )
        amount = strength * (1.0 - 0.55 * share)
        for x in range(width):
            place = x + shift
            left = int(np.floor(place))
            if left < 0 or left + 1 >= width:
                continue
            part = place - left
            seen = (mask[row, left] * (1 - part) + mask[row, left + 1] * part) * amount * (1.0 - mask[y, x])
            if seen > 0.004:
                for c in range(3):
                    value = frame[row, left, c] * (1 - part) + frame[row, left + 1, c] * part
                    frame[y, x, c] = np.uint8(frame[y, x, c] + (value - frame[y, x, c]) * seen + 0.5)


@njit(cache=CACHE)
def to_bytes(picture, out):  # type: ignore[no-untyped-def]  # pragma: no cover
    """Round (H, W, 3) in [0, 1] to bytes."""
    flat, bytes_ = picture.ravel(), out.ravel()
    for i in range(flat.size):
        bytes_[i] = np.uint8(min(max(flat[i], 0.0), 1.0) * 255.0 + 0.5)
