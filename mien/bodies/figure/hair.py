"""Hair: caps on the skull, and what hangs from it."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from mien.bodies.figure.mesh import Part, Ring
from mien.bodies.figure.rings import HEAD, ball, mix, sections, smooth
from mien.bodies.figure.skeleton import HANGING
from mien.heads.embedded.surface import base_surface

Array = NDArray[Any]

# thickness at the top and at the sides, cm; lowest height in front, at the side and behind
_CAPS: dict[str, tuple[float, float, float, float, float]] = {
    "short": (1.6, 0.9, 6.0, 0.5, -7.0),
    "bob": (1.7, 1.7, 5.4, -3.0, -8.5),
    "long": (1.4, 1.3, 6.2, -2.0, -9.0),
    "ponytail": (1.0, 0.8, 6.4, 0.8, -6.0),
    "bun": (1.0, 0.8, 6.4, 0.8, -6.0),
    "curly": (4.6, 3.6, 5.6, -3.5, -8.5),
}


def hair_parts(style: str, hat: str) -> list[Part]:
    """Hair of a style. hat: what is worn over it; it presses the hair down."""
    if style == "bald":
        return []
    parts = [_cap(style, flat=hat != "none")]
    if style == "bob":
        parts.append(_curtain(8.6, 9.4, -1.0, -11.5, 1.0))
    if style == "long":
        parts.append(_mane())
    if style == "ponytail":
        parts.extend([_tail(), ball(HEAD, (1.6, 1.6, 1.6), (0.0, -10.8, 4.2), "hair", "hair", 8)])
    if style == "bun":
        parts.append(ball(HEAD, (4.0, 3.6, 3.8), (0.0, -10.2, 6.5), "hair", "hair", 14))
    return parts


def _cap(style: str, flat: bool) -> Part:
    """Hair on the skull: rows from the crown down to the hairline, where it turns in."""
    top, side, front_y, side_y, back_y = _CAPS[style]
    azimuth = np.linspace(-np.pi, np.pi, 33)
    # hairline: over the forehead, down before the ears, lowest in the neck
    edge = np.interp(
        np.abs(azimuth) / np.pi,
        [0.0, 0.18, 0.30, 0.38, 0.46, 0.60, 1.0],
        [front_y, front_y - 0.3, front_y - 2.0, side_y + 1.0, side_y, back_y + 2, back_y],
    )
    levels = np.linspace(0.3, 32.0, 120)
    heights = base_surface(*(one.ravel() for one in np.meshgrid(azimuth, levels)))[:, 1].reshape(120, -1)
    ends = np.array([np.interp(-e, -heights[:, k], levels) for k, e in enumerate(edge)])
    down = np.array([0.0, 0.12, 0.25, 0.4, 0.55, 0.7, 0.83, 0.93, 0.985, 1.0])
    level = 0.3 + down[:, None] * (ends - 0.3)[None]
    points = base_surface(np.broadcast_to(azimuth, level.shape).ravel(), level.ravel()).reshape(*level.shape, 3)
    high = np.clip((points[..., 1] - 2.0) / 8.0, 0, 1)
    thick = side + (top - side) * high
    if flat:
        thick = np.minimum(thick, 0.9)
    if style == "curly":
        x, y = azimuth[None], points[..., 1]
        thick = thick * (1.0 + 0.2 * np.sin(x * 8.0 + 1.7 * y) * np.cos(1.3 * y + 2.0 * np.sin(x * 4)))
    thick = thick * np.array([1, 1, 1, 1, 1, 1, 1, 0.95, 0.7, -0.2])[:, None]
    away = points - np.array([0.0, 0.8, -0.4])
    away /= np.linalg.norm(away, axis=-1, keepdims=True)
    x, y, z = np.moveaxis(points + away * thick[..., None], -1, 0)
    x[:, -1], z[:, -1] = x[:, 0], z[:, 0]
    return Part([HEAD] * len(x), x, z, "hair", "hair", z=y, length=down * 20.0)


def _curtain(width: float, depth: float, top: float, bottom: float, flare: float) -> Part:
    """Hair that falls around sides and back of the head and moves with it, open at the face."""
    rows = np.linspace(0, 1, 7)
    a = width + flare * np.sin(rows * np.pi * 0.8)
    b = depth + flare * np.sin(rows * np.pi * 0.8)
    x, y = sections(a, b, 26)
    angle = np.linspace(-np.pi, np.pi, 27)
    y = y - 1.6
    z = np.repeat((top + (bottom - top) * rows)[:, None], 27, 1)
    gaps = np.repeat(_open_in_front(angle, 1.15)[None], 6, 0)
    return Part([HEAD] * 7, x, y, "hair", "hair", z=z, length=-z[:, 0], gaps=gaps, thin=True)


def _open_in_front(angle: Array, half: float) -> NDArray[np.bool_]:
    middle = (angle[:-1] + angle[1:]) / 2
    return np.abs(middle) < half


def _mane() -> Part:
    """Long hair: begins around the back of the head, hangs behind the shoulders."""
    rings, a, b, length = [], [], [], []
    count = 11
    for row in range(count):
        part = row / (count - 1)
        place = part * (HANGING - 1)
        low = min(int(place), HANGING - 2)
        weights = mix(f"hair_{low}", f"hair_{low + 1}", place - low)
        flow = smooth(part / 0.45)
        rings.append(
            Ring(
                weights,
                mix("head_side", "chest_side", flow * 0.8),
                mix("head_front", "chest_front", flow * 0.8),
                offset={"head_up": 3.5 * (1 - part) ** 2},
            )
        )
        a.append(np.interp(part, [0, 0.15, 0.35, 0.7, 1.0], [8.4, 9.4, 10.6, 10.2, 7.2]))
        b.append(np.interp(part, [0, 0.15, 0.35, 0.7, 1.0], [8.8, 8.2, 4.6, 3.2, 2.0]))
        length.append(part * 46.0)
    x, y = sections(np.array(a), np.array(b), 26)
    wave = 1.0 + 0.03 * np.sin(np.linspace(-np.pi, np.pi, 27) * 11)[None] * np.linspace(0, 1, count)[:, None]
    # the inner front is drawn in, so that the hair lies around the neck and does not cover the face
    angle = np.linspace(-np.pi, np.pi, 27)
    y = np.where(y > 0, y * np.interp(np.linspace(0, 1, count), [0.0, 0.2, 0.5], [0.85, 0.7, 0.25])[:, None], y)
    gaps = np.zeros((count - 1, 26), bool)
    gaps[:5] = _open_in_front(angle, 1.0)
    return Part(rings, x * wave, y * wave, "hair", "hair", length=np.array(length), gaps=gaps, thin=True)


def _tail() -> Part:
    points = [f"tail_{number}" for number in range(HANGING)]
    rings, radius, length = [], [], []
    for row in range(9):
        part = row / 8
        place = part * (HANGING - 1)
        low = min(int(place), HANGING - 2)
        back = 4.0 * np.sin(part * np.pi) * (1 - part)
        rings.append(
            Ring(
                mix(points[low], points[low + 1], place - low),
                mix("head_side", "chest_side", part * 0.6),
                mix("head_front", "chest_front", part * 0.6),
                offset={"head_front": -float(back), "head_up": 2.0 * float(np.sin(part * np.pi))},
            )
        )
        radius.append(np.interp(part, [0, 0.15, 0.5, 0.85, 1.0], [1.4, 2.8, 3.4, 2.2, 0.3]))
        length.append(part * 40.0)
    x, y = sections(np.array(radius), np.array(radius), 12)
    return Part(rings, x, y, "hair", "hair", length=np.array(length))
