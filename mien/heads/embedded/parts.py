"""What a head has besides its skin: eyeballs, lashes, teeth, tongue and ears, as meshes at rest (cm)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mien.heads.embedded.surface import EYE_CENTRE, EYE_RADIUS, MOUTH_Y
from mien.heads.embedded.topology import EYE_POINTS, SkinMesh

Array = NDArray[np.float64]
Integers = NDArray[np.int64]

PARTS = (
    "skin",
    "eye_left",
    "eye_right",
    "teeth_upper",
    "teeth_lower",
    "tongue",
    "ear",
    "lashes",
    "hair",
    "cloth",
    "glasses",
    "beard",
)
"""Names of what a vertex may belong to; left is the person's own left, at x > 0."""


@dataclass
class Part:
    """A mesh of one kind: positions (V, 3), faces (F, 3) counter-clockwise from outside, texture (V, 2) in [0, 1].

    bind: index into the skin whose motion each vertex shares, or -1 where it has its own.
    """

    kind: str
    positions: Array
    faces: Integers
    texture: Array
    bind: Integers


def grid_faces(rows: int, columns: int, wrap: bool = False) -> Integers:
    """Triangles of a grid of rows x columns vertices in row-major order; `wrap` joins the last column to the first."""
    i, j = np.meshgrid(np.arange(rows - 1), np.arange(columns if wrap else columns - 1), indexing="ij")
    a, b = i * columns + j, i * columns + (j + 1) % columns
    c, d = a + columns, b + columns
    quads = np.stack([a, c, b, b, c, d], axis=-1)
    return quads.reshape(-1, 3)


def _part(kind: str, positions: Array, faces: Integers, texture: Array) -> Part:
    return Part(kind, positions, faces, texture, np.full(len(positions), -1))


def two_sided(part: Part) -> Part:
    """An open sheet with an inner side: its own vertices with the faces reversed, after the outer ones.

    On shared vertices the normals of the two sides would cancel, and the light would see no form.
    """
    return Part(
        part.kind,
        np.concatenate([part.positions, part.positions]),
        np.concatenate([part.faces, part.faces[:, [0, 2, 1]] + len(part.positions)]),
        np.concatenate([part.texture, part.texture]),
        np.concatenate([part.bind, part.bind]),
    )


def mirrored(part: Part, kind: str) -> Part:
    """The same part on the other side of the head."""
    return Part(kind, part.positions * [-1, 1, 1], part.faces[:, [0, 2, 1]], part.texture, part.bind)


def eyeball() -> Part:
    """The left eyeball, its pole at the pupil; texture is a disc: the pole at the centre, the equator at the rim."""
    rows, columns = 13, 26
    polar = np.pi * 0.56 * (np.linspace(0.0, 1, rows) ** 1.15)
    around = 2 * np.pi * np.arange(columns) / columns
    sine, cosine = np.sin(polar)[:, None], np.cos(polar)[:, None]
    direction = np.stack([sine * np.cos(around), sine * np.sin(around), cosine + 0 * around], axis=-1)
    flat = (polar / (np.pi * 0.56))[:, None, None] * np.stack([np.cos(around), np.sin(around)], axis=-1)
    positions = EYE_CENTRE + EYE_RADIUS * direction.reshape(-1, 3)
    return _part("eye_left", positions, grid_faces(rows, columns, wrap=True), 0.5 + 0.49 * flat.reshape(-1, 2))


def _arch(y: Array, front: float, half_width: float, depth: float, kind: str) -> Part:
    angle = np.linspace(-1.25, 1.25, 29)
    x = half_width * np.sin(angle) / np.sin(1.25)
    z = front - depth * (1 - np.cos(angle)) / (1 - np.cos(1.25))
    rows = len(y)
    lean = np.linspace(-0.15, 0.0, rows)
    positions = np.stack([np.tile(x, rows), np.repeat(y, len(x)), (z[None] + lean[:, None] * 0.5).ravel()], axis=1)
    u, v = np.meshgrid(np.linspace(0, 1, len(x)), np.linspace(0, 1, rows))
    faces = grid_faces(rows, len(x))
    return _part(kind, positions, faces, np.stack([u.ravel(), v.ravel()], axis=1))


def teeth() -> list[Part]:
    """Both dental arches; texture v = 0 at the gum and 1 at the biting edge."""
    upper = _arch(np.linspace(-5.45, MOUTH_Y - 0.12, 5), 9.05, 2.45, 2.6, "teeth_upper")
    lower = _arch(np.linspace(-8.05, MOUTH_Y - 0.12, 5), 8.85, 2.3, 2.5, "teeth_lower")
    lower.faces = lower.faces[:, [0, 2, 1]]
    return [upper, lower]


def tongue() -> Part:
    """The tongue: a flattened ellipsoid on the floor of the mouth."""
    rows, columns = 9, 18
    polar = np.linspace(0.05, np.pi * 0.75, rows)
    around = 2 * np.pi * np.arange(columns) / columns
    sine, cosine = np.sin(polar)[:, None], np.cos(polar)[:, None]
    shape = np.stack([1.55 * sine * np.cos(around), 0.62 * sine * np.sin(around), 2.2 * cosine + 0 * around], axis=-1)
    positions = np.array([0.0, -7.5, 6.2]) + shape.reshape(-1, 3)
    u, v = np.meshgrid(np.arange(columns) / columns, np.linspace(0, 1, rows))
    return _part("tongue", positions, grid_faces(rows, columns, wrap=True), np.stack([u.ravel(), v.ravel()], axis=1))


def ear() -> Part:
    """The left ear: rim, antihelix, hollow, lobe and the back that joins the head."""
    columns = 30
    around = 2 * np.pi * np.arange(columns) / columns
    # outline in the ear's own plane: a to the back, b upwards
    high = np.sin(around)
    outline_a = 1.45 * np.cos(around) * (1 + 0.28 * high) + 0.25 * high
    outline_b = 2.95 * high - 0.25
    # scale of the outline and height above the ear's plane, from the hollow to the rim and round to the back
    profile = np.array(
        [[0.05, -0.55], [0.30, -0.55], [0.46, -0.40], [0.60, -0.02], [0.72, 0.02], [0.82, -0.10], [0.90, 0.10],
         [0.97, 0.20], [1.02, 0.08], [1.00, -0.12], [0.85, -0.45], [0.70, -1.1]]
    )  # fmt: skip
    lobe = np.clip(-high - 0.45, 0, 1)[None] * 1.2
    relief = profile[:, 1][:, None] * (1 - 0.7 * np.minimum(lobe, 1))
    a = profile[:, 0][:, None] * outline_a + 0.15
    b = profile[:, 0][:, None] * outline_b
    # the front edge of the rim is low where it meets the cheek
    front = np.clip(-np.cos(around) - 0.35, 0, 1)[None]
    relief = relief - 0.25 * front * (profile[:, 0][:, None] > 0.5)
    flare = 0.52
    out = np.array([np.cos(flare), 0.0, np.sin(flare)])
    back = np.array([np.sin(flare), 0.12, -np.cos(flare)])
    up = np.array([0.12, 1.0, -0.16])
    origin = np.array([7.25, -1.35, -0.75])
    positions = origin + a[..., None] * back + b[..., None] * up + relief[..., None] * out
    u, v = np.meshgrid(np.arange(columns) / columns, profile[:, 0])
    faces = grid_faces(len(profile), columns, wrap=True)[:, [0, 2, 1]]
    return _part("ear", positions.reshape(-1, 3), faces, np.stack([u.ravel(), v.ravel()], axis=1))


def lashes(skin: SkinMesh) -> list[Part]:
    """Ribbons along the margins of all four lids, bound to the margin: v = 0 at the lid, 1 at the tips."""
    parts = []
    for name, sign in (("eye0", 1.0), ("eye0_right", -1.0)):
        loop = skin.loops[name]
        for upper in (True, False):
            index = loop[:EYE_POINTS] if upper else np.append(loop[0:1], loop[: EYE_POINTS - 2 : -1])
            root = skin.positions[index]
            t = np.linspace(0, 1, len(index))
            length = (0.34 if upper else 0.13) * np.sin(np.pi * np.clip(0.06 + 0.94 * t, 0, 1) ** 1.3)[:, None]
            fan = np.stack(
                [sign * (t - 0.42) * 0.9, np.full(len(t), 0.62 if upper else -0.7), np.full(len(t), 0.75)], 1
            )
            tip = root + length * fan + [0, 0, 0.02]
            base = root + np.array([0.0, 0.02 if upper else 0.0, 0.03])
            positions = np.concatenate([base, tip])
            faces = grid_faces(2, len(index))
            u = np.concatenate([t, t])
            v = np.repeat([0.0, 1.0], len(index))
            # The normals of both sides cancel, so without the second ones lashes would be lit otherwise.
            both = np.concatenate([faces, faces[:, [0, 2, 1]]])
            parts.append(Part("lashes", positions, both, np.stack([u, v], 1), np.concatenate([index, index])))
    return parts


def all_parts(skin: SkinMesh) -> list[Part]:
    """Everything but skin, in a fixed order."""
    left = eyeball()
    left_ear = ear()
    return [left, mirrored(left, "eye_right"), *teeth(), tongue(), left_ear, mirrored(left_ear, "ear"), *lashes(skin)]
