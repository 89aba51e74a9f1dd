"""Hair and clothes: sheets laid over the head's surface, in cm, that follow the identity and the neck."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mien.heads.appearance import Appearance
from mien.heads.embedded.parts import Part, grid_faces, two_sided
from mien.heads.embedded.strands import loose_strands
from mien.heads.embedded.surface import LEVELS, base_surface, smoothstep

Array = NDArray[np.float64]


@dataclass(frozen=True)
class _Cut:
    """A hair style in numbers: lengths in cm, levels as in `surface`.

    hairline: level at which hair begins in front, temple: at the side, before the ear; fall: y to which it hangs
    behind the ears (None: it stays on the head, down to `nape`); top, side: thickness; wave: of hanging hair;
    lumps: of the surface; part: x of the parting (0 none); recede: how far the temples' corners run back.
    """

    hairline: float = 0.0
    temple: float = 0.0
    fall: float | None = None
    nape: float = 0.0
    top: float = 1.1
    side: float = 0.6
    wave: float = 0.0
    lumps: float = 0.06
    part: float = 0.0
    recede: float = 0.0
    open_front: float = 1.25


_FRONT = float(LEVELS[3] + 0.6)
_TEMPLE = float(LEVELS[6] - 0.3)
_NAPE = float(LEVELS[9])

CUTS: dict[str, _Cut] = {
    "buzz": _Cut(_FRONT, _TEMPLE, None, _NAPE, top=0.18, side=0.14, lumps=0.0),
    "short": _Cut(_FRONT, _TEMPLE + 0.6, None, _NAPE, top=1.35, side=0.55, lumps=0.14, part=2.5),
    "receding": _Cut(_FRONT - 1.6, _TEMPLE, None, _NAPE, top=0.45, side=0.5, lumps=0.06, recede=1.0),
    "side_part": _Cut(_FRONT + 0.3, _TEMPLE + 0.8, None, _NAPE + 0.5, top=1.9, side=0.75, lumps=0.10, part=3.2),
    "fringe": _Cut(_FRONT + 3.6, _TEMPLE + 2.2, None, _NAPE + 1.5, top=1.5, side=1.0, lumps=0.10),
    "bob": _Cut(_FRONT + 0.3, _TEMPLE, -9.6, 0.0, top=1.4, side=1.4, wave=0.10, lumps=0.05, part=1.6, open_front=1.10),
    "long": _Cut(
        _FRONT + 0.2, _TEMPLE, -21.0, 0.0, top=1.2, side=1.3, open_front=1.08, wave=0.20, lumps=0.05, part=0.4
    ),
    "wavy": _Cut(
        _FRONT + 0.5, _TEMPLE, -17.0, 0.0, top=1.6, side=1.7, open_front=1.08, wave=0.55, lumps=0.16, part=2.2
    ),
    "bun": _Cut(_FRONT, _TEMPLE, None, _NAPE, top=0.5, side=0.4, lumps=0.02),
    "curly": _Cut(_FRONT + 0.9, _TEMPLE + 0.3, -7.5, 0.0, top=2.0, side=1.8, wave=0.5, lumps=0.15, open_front=1.12),
    "afro": _Cut(_FRONT + 0.3, _TEMPLE, -2.5, 0.0, top=3.0, side=2.7, wave=0.1, lumps=0.09, open_front=1.2),
}


def hairline_level(style: str, azimuth: Array) -> Array:
    """Level (N,) at which the hair ends on the head in front of the ears; behind them it is the nape's."""
    cut = CUTS[style]
    a = np.abs(azimuth)
    front = cut.hairline - (0.7 + cut.recede * 2.2) * np.exp(-(((a - 0.62) / 0.26) ** 2))
    temple = front + (cut.temple - front) * smoothstep(a, 0.72, 1.18)
    burn = temple + (LEVELS[7] + 0.2 - temple) * smoothstep(a, 1.16, 1.32)
    nape = cut.nape or _NAPE
    behind = burn + (LEVELS[6] + 0.2 - burn) * smoothstep(a, 1.36, 1.50)
    return behind + (nape - behind) * smoothstep(a, 1.78, 2.2)


def _noise(rng: np.random.Generator, azimuth: Array, along: Array, scale: float) -> Array:
    """Smooth noise (N,) of about unit height on the head's surface."""
    out = np.zeros_like(azimuth)
    for _ in range(10):
        k = rng.normal(size=2) * np.array([7.0, 0.9]) / scale
        k[0] = np.round(k[0])  # whole waves round the head, so that there is no seam
        out += np.sin(k[0] * azimuth + k[1] * along + rng.uniform(0, 2 * np.pi))
    return out / np.sqrt(5.0)


def hair_part(appearance: Appearance) -> Part | None:
    """The hair as a sheet from the crown to the hairline, hanging where it is long; None for a bald head."""
    style = appearance.hair_style
    if style == "bald":
        return None
    cut = CUTS[style]
    rng = np.random.default_rng(appearance.seed + 11)
    columns, rows = 121, 34
    azimuth = np.linspace(-np.pi, np.pi, columns)
    end = hairline_level(style, azimuth)
    a = np.abs(azimuth)
    turn = smoothstep(a, cut.open_front - 0.17, cut.open_front + 0.10)
    fall_level = LEVELS[6] + 0.0 * a
    length = end.copy()
    if cut.fall is not None:
        hanging = fall_level + (0.0 - cut.fall) * (0.9 + 0.1 * turn)
        length = end + (hanging - end) * turn
    t = np.linspace(0, 1, rows) ** 0.9
    along = 0.35 + t[:, None] * (length - 0.35)[None]
    on_head = np.minimum(along, np.where(turn > 0.01, fall_level, 99.0)[None]) if cut.fall is not None else along
    grid = base_surface(np.broadcast_to(azimuth, along.shape).ravel(), on_head.ravel()).reshape(rows, columns, 3)
    ring = np.broadcast_to(azimuth, along.shape)
    outward = grid - np.stack([0 * ring, np.clip(grid[..., 1], -12, 3.0), np.full_like(ring, -1.0)], -1)
    outward /= np.linalg.norm(outward, axis=-1, keepdims=True)
    height = smoothstep(grid[..., 1], 0.0, 8.0)
    thick = cut.side + (cut.top - cut.side) * height
    if cut.part:
        gap = np.exp(-(((grid[..., 0] - cut.part) / 0.6) ** 2)) * smoothstep(grid[..., 2], -3.0, 3.0) * height
        lean = 1 + 0.25 * np.tanh((cut.part - grid[..., 0]) / 2.0) * height * np.sign(cut.part)
        thick = thick * lean * (1 - 0.55 * gap)
    if cut.lumps:
        scale = 0.6 if style in ("curly", "afro") else 1.0
        noise = np.tanh(_noise(rng, ring, along * (2.4 if scale < 1 else 1.0), scale))
        thick = thick * (1 + cut.lumps * 1.8 * noise * smoothstep(along, 0.8, 4.5))
    edge = np.sqrt(np.maximum(1 - t**7, 0.0))[:, None]
    if cut.fall is not None:
        edge = edge + (1 - edge) * (turn * smoothstep(a, 1.1, 1.4))[None]
    grid = grid + outward * np.maximum(thick * edge, 0.02)[..., None]
    if cut.fall is not None:
        grid = _hang(grid, along - on_head, ring, cut, rng)
    strands = None
    if appearance.loose_hair > 0 and style != "buzz":
        chance = np.random.default_rng(appearance.seed + 17)
        strands = loose_strands(grid, outward, chance, appearance.loose_hair, style in ("curly", "afro"))
    faces = grid_faces(rows, columns)
    u = (ring / (2 * np.pi) + 0.5).ravel()
    v = np.clip(along / 34.0, 0, 1).ravel()
    positions, texture = grid.reshape(-1, 3), np.stack([u, v], 1)
    sheet = two_sided(Part("hair", positions, faces, texture, np.full(len(positions), -1)))
    sheet = _with_bun(sheet) if style == "bun" else sheet
    return sheet if strands is None else _with(sheet, strands)


def _hang(grid: Array, drop: Array, ring: Array, cut: _Cut, rng: np.random.Generator) -> Array:
    """Let what is longer than the head hang down, in waves, a little inwards at the neck, over the shoulders."""
    side, back = np.sin(ring), -np.cos(ring)
    swing = cut.wave * np.sin(drop * 0.75 + 2.0 * np.sin(3 * ring)) * smoothstep(drop, 0.5, 5.0)
    ragged = 0.5 * _noise(rng, ring, 0 * drop, 0.25) * (drop / max(drop.max(), 1e-6)) ** 2
    inward = 0.5 * np.sin(np.pi * smoothstep(drop, 1.0, 14.0)) - 0.8 * smoothstep(drop, 8.0, 10.5) * (drop.max() < 11)
    over = 2.6 * smoothstep(drop, 12.0, 19.0)
    amount = swing + inward + over
    out = grid.copy()
    out[..., 0] += side * amount
    out[..., 2] += back * amount * 0.6 + over * 1.4 * smoothstep(-back, -0.6, 0.3)
    out[..., 1] -= drop + ragged
    return out


def _with(hair: Part, more: Part) -> Part:
    """Two parts of one kind as one."""
    return Part(
        hair.kind,
        np.concatenate([hair.positions, more.positions]),
        np.concatenate([hair.faces, more.faces + len(hair.positions)]),
        np.concatenate([hair.texture, more.texture]),
        np.concatenate([hair.bind, more.bind]),
    )


def _with_bun(hair: Part) -> Part:
    polar = np.linspace(0, np.pi, 9)[:, None]
    around = 2 * np.pi * np.arange(19)[None] / 18
    shape = np.stack([np.sin(polar) * np.cos(around), np.cos(polar) + 0 * around, np.sin(polar) * np.sin(around)], -1)
    bun = (np.array([2.7, 2.3, 2.6]) * shape + np.array([0.0, 11.9, -4.6])).reshape(-1, 3)
    u = np.broadcast_to(around / (2 * np.pi), (9, 19)).ravel()
    v = np.broadcast_to(polar / np.pi, (9, 19)).ravel()
    faces = grid_faces(9, 19)[:, [0, 2, 1]]
    return _with(hair, Part("hair", bun, faces, np.stack([u, v], 1), np.full(len(bun), -1)))


def clothing_part(appearance: Appearance) -> Part:
    """The garment over the shoulders, with a rolled edge at its neckline."""
    columns, rows = 73, 18
    azimuth = np.linspace(-np.pi, np.pi, columns)
    a = np.abs(azimuth)
    base = LEVELS[17] - 0.2
    depth = {
        "crew": 0.9 * np.exp(-((a / 0.9) ** 2)),
        "v_neck": 5.2 * np.clip(1 - a / 0.95, 0, 1),
        "scoop": 4.0 * np.exp(-((a / 0.75) ** 4)) + 1.2 * np.exp(-((a / 1.6) ** 4)),
        "collar": 3.2 * np.clip(1 - a / 0.5, 0, 1) - 1.3,
        "turtleneck": -2.6 + 0 * a,
    }[appearance.clothing]
    start = base + depth
    t = np.concatenate([[0.0, 0.0, 0.012, 0.03], np.linspace(0.06, 1, rows - 4)])
    level = start[None] + t[:, None] * (LEVELS[-1] - start)[None]
    grid = base_surface(np.broadcast_to(azimuth, level.shape).ravel(), level.ravel()).reshape(rows, columns, 3)
    thick = np.full(rows, 0.42)
    thick[:4] = [-0.05, 0.38, 0.62, 0.50]
    flat = grid - np.array([0.0, 0.0, -1.6])
    flat[..., 1] = 2.5
    outward = flat / np.linalg.norm(flat, axis=-1, keepdims=True)
    if appearance.clothing == "collar":
        thick[1:4] += [0.35, 0.55, 0.5]
    grid = grid + outward * thick[:, None, None]
    rng = np.random.default_rng(appearance.seed + 5)
    ring = np.broadcast_to(azimuth, level.shape)
    grid = grid + outward * (0.10 * _noise(rng, ring, level, 0.8) * smoothstep(t, 0.05, 0.25)[:, None])[..., None]
    u, v = np.broadcast_to(azimuth / (2 * np.pi) + 0.5, level.shape), np.broadcast_to(t[:, None], level.shape)
    faces = grid_faces(rows, columns)
    texture = np.stack([u.ravel(), v.ravel()], 1)
    return Part("cloth", grid.reshape(-1, 3), faces, texture, np.full(grid.shape[0] * grid.shape[1], -1))
