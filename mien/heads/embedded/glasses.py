"""Glasses: two rims, a bridge and two arms, open where the lenses are; they sit on the head as one stiff thing (cm)."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from mien.heads.appearance import Appearance, Colour, Glasses
from mien.heads.embedded.identity import identity_fields
from mien.heads.embedded.parts import Part, grid_faces
from mien.heads.embedded.surface import EYE_CENTRE

Array = NDArray[np.float64]
Integers = NDArray[np.int64]

# half width, half height (cm) and the exponent of the superellipse that a lens is: 2 = round, larger = squarer
_LENSES: dict[str, tuple[float, float, float]] = {
    "round": (2.30, 2.15, 2.0),
    "oval": (2.55, 1.85, 2.5),
    "rectangular": (2.60, 1.65, 4.5),
}
_FRONT = 10.45  # z of the bridge: before the nose's root and the lashes
_WRAP = 0.030  # how much the front bends round the face, cm for each squared cm from the middle
_DROP = 0.30  # how far the lenses' middle lies below the pupils
_AHEAD, _UP = np.array([0.0, 0.0, 1.0]), np.array([0.0, 1.0, 0.0])
_WIRE, _PLASTIC = 0.045, 0.13  # radius: wire is 0.09 cm thick, plastic up to 0.35 cm
_SECTION = 8  # points round a bar's cross-section

_METALS: tuple[Colour, ...] = ((0.62, 0.52, 0.30), (0.55, 0.56, 0.58), (0.13, 0.13, 0.14), (0.52, 0.36, 0.30))
_PLASTICS: tuple[Colour, ...] = ((0.06, 0.055, 0.06), (0.24, 0.13, 0.07), (0.10, 0.13, 0.24), (0.40, 0.09, 0.10))


def draw_glasses(appearance: Appearance, rng: np.random.Generator) -> Appearance:
    """The same looks with glasses drawn from `rng`: one of three shapes, in metal or in plastic."""
    shapes: tuple[Glasses, ...] = ("round", "oval", "rectangular")
    shape = shapes[int(rng.integers(len(shapes)))]
    plastic = bool(rng.random() < 0.5)
    colours = _PLASTICS if plastic else _METALS
    frame = colours[int(rng.integers(len(colours)))]
    weight = float(rng.uniform(0.45, 0.8)) if plastic else float(rng.uniform(0.0, 0.25))
    return replace(appearance, glasses=shape, frame=frame, frame_weight=weight)


def glasses_part(appearance: Appearance) -> Part | None:
    """The glasses at rest (cm); None where none are worn."""
    if appearance.glasses == "none":
        return None
    half_width, half_height, power = _LENSES[appearance.glasses]
    thick = _WIRE + _PLASTIC * appearance.frame_weight
    inner, outer = EYE_CENTRE[0] - half_width, EYE_CENTRE[0] + half_width
    around = 2 * np.pi * np.arange(56) / 56
    cosine, sine = np.cos(around), np.sin(around)
    radius = (np.abs(cosine / half_width) ** power + np.abs(sine / half_height) ** power) ** (-1 / power)
    lens = np.stack([EYE_CENTRE[0] + radius * cosine, radius * sine - _DROP], axis=1)
    t = np.linspace(-1, 1, 13)
    bridge = np.stack([t * (inner + 0.05), 0.15 + 0.35 * (1 - t**2)], axis=1)
    hinge_y = 0.45
    # from the rim to the hinge, back over the ear and down behind it
    arm = np.array(
        [[outer - 0.04, hinge_y, 0], [outer + 0.35, hinge_y, 0], [outer + 0.75, hinge_y, 8.9], [7.2, 0.55, 6.0],
         [7.55, 0.75, 3.0], [7.7, 0.95, 0.0], [7.6, 0.7, -1.8], [7.5, -0.6, -3.0]]
    )  # fmt: skip
    arm[:2, 2] = _front(arm[:2, 0])
    sides = [_bar(_on_front(lens), thick, _AHEAD, closed=True), _bar(arm, thick * 0.9, _UP)]
    pieces = [_bar(_on_front(bridge), thick, _AHEAD)]
    pieces += [piece for points, faces in sides for piece in ((points, faces), _mirrored(points, faces))]
    start = np.cumsum([0] + [len(points) for points, _ in pieces])
    positions = np.concatenate([points for points, _ in pieces])
    faces = np.concatenate([faces + first for (_, faces), first in zip(pieces, start, strict=False)])
    return Part("glasses", positions, faces, np.full((len(positions), 2), 0.5), np.full(len(positions), -1))


def weight_of(thickness: float) -> float:
    """The frame_weight in [0, 1] whose bars come nearest to a thickness in cm."""
    return float(np.clip((thickness / 2 - _WIRE) / _PLASTIC, 0, 1))


def rigid_identity(points: Array) -> Array:
    """What identity does to glasses at `points` (V, 3): fields (I, V, 3) that keep straight lines straight.

    The affine map nearest to `identity_fields` at those points: glasses are fitted to a face, but do not follow its
    bumps.
    """
    fields = identity_fields(points)
    known = np.concatenate([points, np.ones((len(points), 1))], axis=1)
    flat = np.moveaxis(fields, 0, 1).reshape(len(points), -1)
    smooth = known @ np.linalg.lstsq(known, flat, rcond=None)[0]
    return np.moveaxis(smooth.reshape(len(points), len(fields), 3), 1, 0)


def _front(x: Array) -> Array:
    """z (N,) of the frame's front at x (N,)."""
    return np.asarray(_FRONT - _WRAP * x**2)


def _on_front(plane: Array) -> Array:
    return np.stack([plane[:, 0], plane[:, 1], _front(plane[:, 0])], axis=1)


def _bar(path: Array, radius: float, across: Array, closed: bool = False) -> tuple[Array, Integers]:
    """A round bar along `path` (N, 3): vertices and faces. `across` (3,): a direction in which it never runs."""
    along = np.roll(path, -1, axis=0) - np.roll(path, 1, axis=0) if closed else np.gradient(path, axis=0)
    along /= np.linalg.norm(along, axis=1, keepdims=True)
    aside = across - (along @ across)[:, None] * along
    aside /= np.linalg.norm(aside, axis=1, keepdims=True)
    other = np.cross(along, aside)
    angle = 2 * np.pi * np.arange(_SECTION) / _SECTION
    ring = np.cos(angle)[None, :, None] * aside[:, None] + np.sin(angle)[None, :, None] * other[:, None]
    points = (path[:, None] + radius * ring).reshape(-1, 3)
    rows = np.concatenate([np.arange(len(path)), [0]]) if closed else np.arange(len(path))
    grid = (rows[:, None] * _SECTION + np.arange(_SECTION)[None]).ravel()
    return points, grid[grid_faces(len(rows), _SECTION, wrap=True)][:, [0, 2, 1]]


def _mirrored(points: Array, faces: Integers) -> tuple[Array, Integers]:
    return points * [-1, 1, 1], faces[:, [0, 2, 1]]
