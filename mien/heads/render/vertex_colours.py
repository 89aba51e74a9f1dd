"""Vertex colours for a head without a texture: skin, lips, brows, short hair, eyes and teeth.

Everything is placed by the head's 68 landmarks in its rest pose, in the embedded head's centimetres.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from mien.heads.appearance import Appearance
from mien.heads.embedded.surface import inside_outline, smoothstep

Array = NDArray[np.float64]

SKIN_PART, MOUTH_INSIDE, TEETH, EYES, LASHES = range(5)
"""Part of the head that a vertex belongs to."""

IRIS, PUPIL = np.radians(23.5), np.radians(8.5)
"""Angular radius of iris and pupil, seen from the eyeball's centre, radians."""

# the hairline's height over its place from the nape to the forehead: the ears' depth is z = 0
_HAIRLINE = np.array(
    [[-10.0, -7.5], [-6.5, -6.5], [-4.8, -4.2], [-3.6, -1.4], [-2.6, 0.2], [-1.2, 0.7], [0.4, 0.7], [1.6, 0.1],
     [2.6, 0.1], [3.4, 1.2], [4.4, 3.3], [6.0, 4.8], [7.6, 6.1], [8.6, 6.7], [12.0, 6.9]]
)  # fmt: skip

_GUMS, _ENAMEL, _SCLERA = (0.70, 0.36, 0.35), (0.93, 0.90, 0.83), (0.91, 0.895, 0.88)


def paint_head(
    resting: NDArray[np.floating],
    faces: NDArray[np.int32],
    landmarks: NDArray[np.int64],
    parts: NDArray[np.int64],
    appearance: Appearance,
) -> NDArray[np.uint8]:
    """sRGB (V, 3) of `resting` vertices (V, 3) in cm, eyes at y = 0, ears at z = 0.

    faces: (F, 3). landmarks: (68,) vertices in iBUG's order. parts: (V,) what each vertex belongs to, `SKIN_PART`
    and so on.
    """
    points: Array = np.asarray(resting, np.float64)
    marks = points[landmarks]
    colours = np.zeros((len(points), 3))
    skin = parts == SKIN_PART
    colours[skin] = (_paint_skin(points, marks, appearance) * (1 - _shadow(points, faces, marks)))[skin]
    inside = parts == MOUTH_INSIDE
    # ambient occlusion of the mouth grows with depth
    lips = marks[[51, 57, 62, 66], 2].mean()
    light = np.clip((points[:, 2] - lips + 5.5) / 5.0, 0.10, 1.0)[:, None]
    colours[inside] = (np.array(_GUMS) * light**1.4)[inside]
    colours[parts == TEETH] = (np.array(_ENAMEL) * (0.35 + 0.65 * light))[parts == TEETH]
    for side in (1, -1):
        eye = (parts == EYES) & (side * points[:, 0] > 0)
        if eye.any():
            colours[eye] = _paint_eye(points[eye], appearance)
    colours[parts == LASHES] = np.array(appearance.brows) * 0.6
    return np.round(255 * np.clip(colours, 0, 1)).astype(np.uint8)


def hair_cover(skin: NDArray[np.floating], landmarks: NDArray[np.floating]) -> Array:
    """Coverage (N,) in [0, 1] of `skin` (N, 3) by short hair; `landmarks` (68, 3); rest positions in cm."""
    points: Array = np.asarray(skin, np.float64)
    marks: Array = np.asarray(landmarks, np.float64)
    line = np.interp(points[:, 2], _HAIRLINE[:, 0], _HAIRLINE[:, 1])
    cover = smoothstep(points[:, 1], line - 0.5, line + 0.5)
    # no hair grows on an ear
    ear = np.abs(marks[[0, 16], 0]).mean() + 0.25
    beside = (np.abs(points[:, 0]) > ear) & (points[:, 1] < 0.5) & (np.abs(points[:, 2]) < 5.0)
    return np.where(beside, 0.0, cover)


def unit_normals(points: Array, faces: NDArray[np.int32]) -> Array:
    """Unit normals (V, 3) of vertices (V, 3): sums of their faces' normals, weighted by area."""
    corners = points[faces]
    facing = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    normals = np.zeros_like(points)
    for corner in range(3):
        np.add.at(normals, faces[:, corner], facing)
    return normals / np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-12)


def hollow(points: Array, faces: NDArray[np.int32], normals: Array, rounds: int = 12) -> Array:
    """Depth (V,) in cm of each vertex below the Laplacian-smoothed surface, >= 0."""
    count = len(points)
    start, end = faces[:, [0, 1, 2]].ravel(), faces[:, [1, 2, 0]].ravel()
    links = sparse.coo_matrix((np.ones(2 * len(start)), (np.r_[start, end], np.r_[end, start])), (count, count)).tocsr()
    links.data[:] = 1.0
    mean = sparse.diags(1 / np.maximum(np.asarray(links.sum(axis=1)).ravel(), 1)) @ links
    smooth = points
    for _ in range(rounds):
        smooth = mean @ smooth
    return np.maximum(((smooth - points) * normals).sum(axis=1), 0.0)


def _shadow(points: Array, faces: NDArray[np.int32], marks: Array) -> Array:
    """Ambient occlusion (V, 3), RGB, of folds and nostrils: the share of light lost; red is lost less."""
    normals = unit_normals(points, faces)
    # meshes are coarse below the chin: smoothing would reach too far
    depth = hollow(points, faces, normals) * smoothstep(points[:, 1], marks[8, 1] - 3.0, marks[8, 1])
    share = np.clip(1.35 * depth, 0, 0.85)
    for side in (31, 35):
        nostril = 0.75 * marks[side] + 0.25 * marks[33] + [0, 0.5, 0]
        near = np.exp(-0.5 * ((points - nostril) ** 2).sum(axis=1) / 0.26**2)
        share = np.maximum(share, np.clip(1.15 * near, 0, 0.9))
    return share[:, None] * [0.85, 1.0, 1.0]


def _mix(colours: Array, other: Array, share: Array) -> Array:
    return colours + share[:, None] * (other - colours)


def _paint_skin(points: Array, marks: Array, appearance: Appearance) -> Array:
    skin = np.array(appearance.skin)
    colours = np.broadcast_to(skin, points.shape).copy()
    front = smoothstep(points[:, 2], 4.0, 7.0)
    plane = points[:, :2]

    def near(centre: Array, size: float) -> Array:
        return front * np.exp(-0.5 * ((plane - centre[:2]) ** 2).sum(axis=1) / size**2)

    blood = np.clip(skin * [1.02, 0.82, 0.80], 0, 1)
    for cheek in ((marks[41] + marks[48]) / 2, (marks[46] + marks[54]) / 2):
        outwards = cheek + np.sign(cheek[0]) * np.array([0.9, 0, 0])
        colours = _mix(colours, blood, (0.25 + 0.5 * appearance.blush) * near(outwards, 1.5))
    colours = _mix(colours, blood, 0.45 * near(marks[30], 0.9))
    ears = smoothstep(np.abs(points[:, 0]), 7.6, 8.8) * (np.abs(points[:, 1]) < 6)
    colours = _mix(colours, blood, 0.55 * ears)
    for eye in (marks[36:42], marks[42:48]):
        rim = np.exp(-0.5 * (_distance(plane, eye, closed=True) / 0.22) ** 2) * front
        colours = _mix(colours, skin * [0.72, 0.58, 0.55], (0.55 + 0.3 * appearance.makeup) * rim)
    # the red of the lips runs into the mouth
    outline = _distance(plane, marks[48:60], closed=True)
    signed = np.where(inside_outline(plane, marks[48:60, :2]), -outline, outline)
    lips = smoothstep(signed, 0.10, -0.12) * smoothstep(points[:, 2], marks[48, 2] - 1.6, marks[48, 2] - 0.4)
    colours = _mix(colours, np.array(appearance.lips), 0.85 * lips)
    hair = np.array(appearance.hair)
    cover = hair_cover(points, marks) if appearance.hair_style != "bald" else np.zeros(len(points))
    colours = _mix(colours, 0.35 * skin * hair + 0.65 * hair, 0.94 * cover)
    for brow in (marks[17:22], marks[22:27]):
        colours = _mix(colours, np.array(appearance.brows), _brow(plane, brow, appearance) * front)
    return colours


def _brow(plane: Array, brow: Array, appearance: Appearance) -> Array:
    """Density (N,) of a brow along its five landmarks: thick towards the nose, thin at its tail."""
    width = 0.24 + 0.26 * appearance.brow_width
    inner, outer = (brow[-1], brow[0]) if abs(brow[-1, 0]) < abs(brow[0, 0]) else (brow[0], brow[-1])
    along = np.clip((plane[:, 0] - outer[0]) / (inner[0] - outer[0]), 0, 1)
    reach = width * (0.45 + 0.55 * smoothstep(along, 0.0, 0.55))
    distance = _distance(plane, brow, closed=False)
    return (0.45 + 0.6 * appearance.brow_weight) * smoothstep(distance / reach, 1.25, 0.45)


def _paint_eye(points: Array, appearance: Appearance) -> Array:
    centre = sphere(points)[0]
    direction = (points - centre) / np.linalg.norm(points - centre, axis=1, keepdims=True)
    angle = np.arccos(np.clip(direction[:, 2], -1, 1))
    iris = np.array(appearance.eyes)
    colours = np.broadcast_to(np.array(_SCLERA), points.shape)
    # lids and lashes shade the white above and at the corners
    shade = 1 - 0.38 * smoothstep(direction[:, 1], 0.12, 0.55) - 0.25 * smoothstep(np.abs(direction[:, 0]), 0.45, 0.85)
    colours = colours * shade[:, None]
    ring = smoothstep(angle, IRIS + 0.035, IRIS - 0.035)
    colours = _mix(colours, iris * (0.62 + 0.5 * smoothstep(angle, IRIS, PUPIL))[:, None], ring)
    colours = _mix(colours, iris * 0.35, ring * smoothstep(angle, IRIS - 0.09, IRIS - 0.01))
    return _mix(colours, np.full(3, 0.02), smoothstep(angle, PUPIL + 0.04, PUPIL - 0.03))


def sphere(points: NDArray[np.floating]) -> tuple[Array, float]:
    """Centre (3,) and radius of the sphere through an eyeball's back, which has no cornea; least squares."""
    points = np.asarray(points, np.float64)
    back = points[points[:, 2] <= np.quantile(points[:, 2], 0.6)]
    system = np.concatenate([2 * back, np.ones((len(back), 1))], axis=1)
    solution = np.linalg.lstsq(system, (back**2).sum(axis=1), rcond=None)[0]
    centre = solution[:3]
    return centre, float(np.sqrt(max(solution[3] + (centre**2).sum(), 0.0)))


def _distance(plane: Array, line: Array, closed: bool) -> Array:
    """Distance (N,) of points (N, 2) from a polyline (K, 2 or more) on the front plane."""
    corners = line[:, :2]
    ends = np.roll(corners, -1, axis=0) if closed else corners[1:]
    starts = corners if closed else corners[:-1]
    best = np.full(len(plane), np.inf)
    for start, end in zip(starts, ends, strict=True):
        span = end - start
        t = np.clip((plane - start) @ span / max(span @ span, 1e-12), 0, 1)
        best = np.minimum(best, np.linalg.norm(plane - start - t[:, None] * span, axis=1))
    return best
