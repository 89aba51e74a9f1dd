"""Clothes as surfaces of their own around the body: tops, sleeves, trousers, skirts and tunics that hang."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from mien.bodies.figure.body import Body, arm_part, leg_part, leg_ring, trunk_part
from mien.bodies.figure.mesh import Part, Ring
from mien.bodies.figure.rings import TORSO, circle, mix, sections, trunk_ring
from mien.bodies.figure.skeleton import HANGING, SIDES

Array = NDArray[np.float64]

_COLUMNS = 36
"""Vertices around cloth that hangs."""

TUNIC = 82.0
"""Length of a tunic below the waist, cm."""

# of each top: where its sleeves end along the arm, how loose it is (cm), where its hem is on the trunk
_SLEEVES = {"t_shirt": 1.58, "shirt": 2.95, "coat": 2.93, "dress": 1.34, "ao_dai": 2.94}
_LOOSE = {"t_shirt": 1.1, "shirt": 1.1, "coat": 2.4, "dress": 0.8, "ao_dai": 0.9}
_HEMS = {"t_shirt": -0.06, "shirt": -0.12, "coat": -0.02, "dress": -0.02, "ao_dai": 0.12}
_NECKS = {"t_shirt": 1.085, "shirt": 1.12, "coat": 1.10, "dress": 1.05, "ao_dai": 1.13}
# how much lower the neckline is in front, cm
_SCOOPS = {"t_shirt": 1.5, "shirt": 0.5, "coat": 1.0, "dress": 5.0, "ao_dai": 0.0}


def sleeve_end(top: str) -> float:
    """Where along the arm the sleeves of a top end; 0 without sleeves."""
    return _SLEEVES.get(top, 0.0)


def trouser_end(bottom: str, top: str) -> float:
    """Where along the leg trousers end; 0 where there are none."""
    if top == "dress":
        return 0.0
    return {"trousers": 2.0, "shorts": 0.78}.get(bottom, 0.0)


def top_parts(body: Body, top: str) -> list[Part]:
    """The parts of a top, none for "none"."""
    if top == "none":
        return []
    loose = _LOOSE[top]
    shell = _shell(body, top)
    parts = [shell]
    for side in SIDES:
        rows = body.limb_between("arm", 0.15, _SLEEVES[top], loose)
        rows[rows[:, 0] < 1.0, 1:] -= 0.5 * loose  # flush with the trunk at the shoulder
        rows[-1, 1:] += 0.35 if top != "t_shirt" else 0.9
        rows[:, 1:] *= 1 + 0.02 * np.sin(rows[:, :1] * 9.0)
        parts.append(arm_part(side, rows, "top"))
    if top in ("shirt", "coat", "ao_dai"):
        parts.append(_collar(body, top))
    if top == "coat":
        parts.append(_inner(body))
        parts.append(_skirt(body, "top", start=0.02, end=0.88, ease=3.0, flare=3.5, opening=0.30))
    if top == "dress":
        parts.append(_skirt(body, "top", start=0.02, end=1.12, ease=1.5, flare=9.0, folds=0.05))
    if top == "ao_dai":
        parts.extend([_panel(body, "front", 1.0), _panel(body, "back", -1.0)])
    return parts


def bottom_parts(body: Body, bottom: str, top: str) -> list[Part]:
    """Trousers, shorts or a skirt; none under a dress."""
    if bottom == "none" or top == "dress":
        return []
    if bottom == "skirt":
        return [_skirt(body, "bottom", start=0.42, end=0.92, ease=1.4, flare=7.0, folds=0.06)]
    hips = body.trunk_between(-0.24, 0.30, 0.4, 9)
    parts = [under(trunk_part(hips, "bottom", "trunk"), 60.0)]
    for side in SIDES:
        end = trouser_end(bottom, top)
        rows = body.limb_between("leg", 0.0, end, 1.0 if bottom == "trousers" else 1.6)
        if bottom == "trousers":
            # cloth falls straight from the knee
            wide = 7.4 if top == "ao_dai" else 6.1
            low = rows[:, 0] > 1.0
            rows[low, 1:] = np.maximum(rows[low, 1:], np.interp(rows[low, :1], [1.0, 2.0], [6.6, wide]) * body.limb)
        rows[:, 1:] *= 1 + 0.018 * np.sin(rows[:, :1] * 11.0 + 1.0)
        parts.append(
            under(leg_part(side, rows, "bottom"), 24.0 if bottom == "shorts" else 85.0 if top == "ao_dai" else 60.0)
        )
    return parts


def under(part: Part, reach: float) -> Part:
    """A part that is worn under tops or skirts, down to `reach` cm from its first row."""
    assert part.length is not None
    down = np.abs(part.length - part.length[0])
    return replace(part, under=2.5 * np.clip(2.0 * (1.0 - down / reach), 0.0, 1.0))


def _shell(body: Body, top: str) -> Part:
    rows = body.trunk_between(_HEMS[top], _NECKS[top], _LOOSE[top], 18)
    if top in ("t_shirt", "shirt"):
        # cloth hangs from the chest instead of following the waist
        below = rows[:, 0] < 0.7
        chest = rows[:, 1][np.argmin(np.abs(rows[:, 0] - 0.74))]
        rows[below, 1] = np.maximum(
            rows[below, 1], np.interp(rows[below, 0], [0.0, 0.7], [chest + 1.0, chest - 0.3]) - 0.8
        )
        rows[:, 1:3] += 1.8 * np.clip((0.25 - rows[:, :1]) / 0.3, 0, 1)
    part = trunk_part(rows, "top_front")
    cosine, sine = circle(part.x.shape[1] - 1)
    near = np.clip((rows[:, 0] - 0.85) / (_NECKS[top] - 0.85), 0, 1)[:, None] ** 3
    drop = -near * _SCOOPS[top] * np.maximum(sine, 0)[None] ** 2
    rings = [replace(ring, rise={"up": 1.0}) for ring in part.rings]
    gaps = None
    if top == "coat":
        middle = (np.linspace(-0.5, 1.5, len(cosine))[:-1] + np.linspace(-0.5, 1.5, len(cosine))[1:]) / 2
        gaps = np.repeat((np.abs(middle - 0.5) < 0.09)[None], len(rows) - 1, 0)
    return replace(part, rings=rings, z=drop, gaps=gaps, thin=top == "coat")


def _inner(body: Body) -> Part:
    return trunk_part(body.trunk_between(0.20, 1.08, 1.0, 12), "inner")


def _collar(body: Body, top: str) -> Part:
    rows = body.trunk_between(1.06, 1.12, 0.0, 2)
    neck = rows[-1, 1]
    high = 3.6 if top == "ao_dai" else 2.4
    rise = np.array([-1.0, 0.3, 1.0]) * high
    wide = neck + (np.array([1.4, 0.5, -0.2]) if top == "ao_dai" else np.array([1.6, 1.5, 1.1]))
    x, y = sections(wide, wide * 0.95, 18)
    _, sine = circle(18)
    z = np.repeat(rise[:, None], 19, 1) - 1.4 * np.maximum(sine, 0)[None] ** 2
    ring = trunk_ring(1.115, -1.0)
    ring = replace(ring, rise={"up": 1.0})
    gaps = None
    if top != "ao_dai":
        gaps = np.zeros((2, 18), bool)
        gaps[:, 8:10] = True
    return Part([ring] * 3, x, y, "trim" if top != "ao_dai" else "top_plain", "trunk", z=z, gaps=gaps, thin=True)


_SHARES = np.linspace(1.0, -1.0, 7)
"""Shares of the left leg less those of the right in the rings of cloth around both."""


def _between_legs(at: float, share: float) -> Ring:
    """A ring of the left leg (share 1), of the right one (-1) or of what is between them, with U to the left."""
    centre: dict[str, float] = {}
    across: dict[str, float] = {}
    ahead: dict[str, float] = {}
    for side, sign in (("left", 1.0), ("right", -1.0)):
        ring = leg_ring(side, at)
        centre |= {name: weight * (1 + sign * share) / 2 for name, weight in ring.centre.items()}
        part = (1 + 0.6 * sign * share) / 2  # cloth turns less than the leg in it
        across |= {name: weight * part * sign for name, weight in ring.across.items()}
        ahead |= {name: weight * part for name, weight in ring.ahead.items()}
    return Ring(centre, across, ahead)


def _skirt(
    body: Body,
    material: str,
    start: float,
    end: float,
    ease: float,
    flare: float,
    folds: float = 0.0,
    opening: float = 0.0,
) -> Part:
    """Cloth around both legs from `start` on the trunk to `end` on the legs.

    ease, flare: cm around the legs at the top and more of it at the hem. folds: their depth in part of the width.
    opening: half angle that stays open in front, in part of a half turn.
    """
    cosine, sine = circle(_COLUMNS)
    angle = np.linspace(-np.pi / 2, 1.5 * np.pi, _COLUMNS + 1)
    # the outer third of each side goes with its leg, front and back with what is between
    column = np.rint(np.clip(1 - cosine / np.cos(np.radians(60)), 0, 2) * 3).astype(np.int64)
    rings: list[Ring] = []
    x, y, length, choice = [], [], [], []
    upper = body.trunk_between(0.0, start, ease * 0.7, max(round(start * 14), 1) + 1)[::-1]
    for at, a, b, ahead in upper[:-1] if start > 0.1 else upper[:1]:
        choice.append(np.full(_COLUMNS + 1, len(rings)))
        rings.append(trunk_ring(float(at), float(ahead)))
        x.append(a * cosine)
        y.append(b * sine)
        length.append((1.1 - at) * TORSO)
    legs = body.limb_between("leg", 0.0, 2.0)
    for at in np.linspace(0.1, end, 10):
        part = at / end
        radius = np.interp(at, legs[:, 0], legs[:, 1])
        radius = max(radius, 8.0 * body.limb * (1 - 0.3 * part)) + ease + flare * part**1.2
        wave = 1 + folds * part * np.sin(9 * angle) if folds else 1.0
        choice.append(len(rings) + column)
        rings.extend(_between_legs(float(at), float(share)) for share in _SHARES)
        x.append(radius * cosine * wave)
        y.append((radius + 1.5 * (1 - part)) * sine * wave)
        length.append(1.1 * TORSO + at * 41.0)
    gaps = None
    if opening:
        middle = (angle[:-1] + angle[1:]) / 2
        gaps = np.repeat((np.abs(middle - np.pi / 2) < opening * np.pi / 2)[None], len(x) - 1, 0)
    wide = float(np.array(x).max(1).mean()) + 7.0
    pattern = np.stack(np.broadcast_arrays(wide * (angle - np.pi / 2)[None], np.array(length)[:, None]), -1)
    return Part(
        rings, np.array(x), np.array(y), material, "skirt", gaps=gaps, thin=True, pattern=pattern.astype(np.float32),
        choice=np.array(choice),
    )  # fmt: skip


def _panel(body: Body, name: str, sign: float) -> Part:
    """Front or back of a tunic below the waist, open at the sides."""
    count, columns = 13, 15
    angle = np.linspace(-1.38, 1.38, columns)
    trunk = body.trunk_between(0.12, 0.16, 0.9, 2)[1]
    hips = body.trunk_between(-0.04, 0.0, 0.0, 2)[1]
    seat = hips[2] + sign * hips[3] + 1.7
    rings, x, y, length = [], [], [], []
    for row in range(count):
        part = row / (count - 1)
        place = part * (HANGING - 1)
        low = min(int(place), HANGING - 2)
        leg = min(max((part * TUNIC - 8.0) / 41.0, 0.0), 2.0)
        turn = min(leg / 0.3, 1.0)
        ahead = {"hip_front": 1.0 - turn}
        for side in SIDES:
            ahead |= {axis: weight * turn / 2 for axis, weight in leg_ring(side, leg).ahead.items()}
        rings.append(Ring(mix(f"{name}_{low}", f"{name}_{low + 1}", place - low), {"hip_side": 1.0}, ahead))
        depth = np.interp(part, [0.0, 0.12, 0.3, 1.0], [trunk[2], seat, 10.6 * body.limb + 1.0, 8.5])
        wide = np.interp(part, [0.0, 0.15, 1.0], [trunk[1], trunk[1] + 1.5, 17.0])
        x.append(wide * np.sin(angle))
        y.append(
            sign
            * depth
            * np.cos(angle) ** np.interp(part, [0.0, 0.3], [0.91, 0.6])
            * (1 + 0.05 * part * np.cos(7 * angle))
            + trunk[3] * (1 - part)
        )
        length.append((1.1 - 0.16) * TORSO + part * TUNIC)
    return Part(rings, np.array(x), np.array(y), "top", "skirt", length=np.array(length), thin=True)
