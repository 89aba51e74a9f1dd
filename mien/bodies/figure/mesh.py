"""Parts of a figure as stacks of rings that control points and axes move, and the mesh that they make together.

A vertex is C + x U + y V + z D of its ring: C, U, V and D are fixed linear combinations of control points and axes
(`skeleton.py`), and x, y, z are lengths in cm that never change. So the whole mesh is posed by five small products.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mien.bodies.figure.kernels import place_vertices
from mien.bodies.figure.skeleton import AXES, AXIS, POINT, POINTS, Controls

Array = NDArray[Any]
Weights = Mapping[str, float]


@dataclass(frozen=True)
class Ring:
    """What a ring's frame is made of: weights of control points and axes by name.

    centre, offset: of points and of axes, C. across, ahead: of axes, U and V. shift, rise: of points and of axes, D.
    """

    centre: Weights
    across: Weights
    ahead: Weights
    offset: Weights = field(default_factory=dict)
    shift: Weights = field(default_factory=dict)
    rise: Weights = field(default_factory=dict)


@dataclass(frozen=True)
class Part:
    """Rings of vertices that are joined to a surface.

    rings: n of them. x, y, z: (n, m) cm along U, V and D; the last column repeats the first where the part is closed
    around. material: see `materials.py`. group: of what moves together, for occlusion. length: (n,) cm along the part,
    for patterns. gaps: bool (n - 1, m - 1), quads that are left out. thin: is seen from inside too. pattern:
    (n, m, 2) place in the material's pattern where it is not cm around and along the part.
    """

    rings: Sequence[Ring]
    x: Array
    y: Array
    material: str
    group: str
    z: Array | None = None
    length: Array | None = None
    gaps: NDArray[np.bool_] | None = None
    thin: bool = False
    pattern: NDArray[np.float32] | None = None


@dataclass(frozen=True)
class Mesh:
    """All parts of a figure, ready to be posed.

    ring (V,): of each vertex. local (V, 3): x, y, z cm. pattern (V, 2): cm around and along the cloth. faces (F, 3),
    counter-clockwise from outside with y upwards. material (F,), thin (F,), group (V,). seam (S, 2): vertices at the
    same place.
    """

    ring: NDArray[np.int64]
    local: Array
    pattern: NDArray[np.float32]
    faces: NDArray[np.int32]
    material: NDArray[np.int64]
    thin: NDArray[np.bool_]
    group: NDArray[np.int64]
    seam: NDArray[np.int64]
    from_points: NDArray[np.float64]
    from_axes: NDArray[np.float64]

    def frames(self, pose: Controls) -> tuple[Array, Array, Array, Array]:
        """Centre and axes (R, 3) of all rings. Axes that are mixed keep their length: a bent elbow is as thick."""
        count = self.from_axes.shape[1]
        axes = (self.from_axes.reshape(-1, len(AXES)) @ pose.axes).reshape(4, count, 3)
        points = (self.from_points.reshape(-1, len(POINTS)) @ pose.points).reshape(2, count, 3)
        lengths = np.sqrt(np.square(pose.axes).sum(1))
        wanted = np.abs(self.from_axes[1:3]) @ lengths
        found = np.sqrt(np.square(axes[1:3]).sum(2))
        stretch = (wanted / np.maximum(found, 0.25 * wanted + 1e-12))[..., None]
        return points[0] + axes[0], axes[1] * stretch[0], axes[2] * stretch[1], points[1] + axes[3]

    def vertices(self, pose: Controls) -> Array:
        """Vertices (V, 3) in pixels."""
        out = np.empty((len(self.ring), 3))
        place_vertices(*self.frames(pose), self.ring, self.local, out)
        return out


def build_mesh(parts: Sequence[Part], materials: Sequence[str], groups: Sequence[str], rest: Controls) -> Mesh:
    """The mesh of parts. rest: a pose in which every part is the right way round, which tells its outside."""
    rings: list[Ring] = []
    arrays: dict[str, list[NDArray[np.generic]]] = {}
    start = 0
    for part in parts:
        count, columns = part.x.shape
        number = start + np.arange(count * columns).reshape(count, columns)
        quads = np.stack([number[:-1, :-1], number[:-1, 1:], number[1:, 1:], number[1:, :-1]], -1)
        quads = quads[np.ones(quads.shape[:2], bool) if part.gaps is None else ~part.gaps]
        faces = np.concatenate([quads[:, [0, 1, 2]], quads[:, [0, 2, 3]]])
        closed = np.hypot(part.x[:, 0] - part.x[:, -1], part.y[:, 0] - part.y[:, -1]).max() < 1e-6
        z = np.zeros_like(part.x) if part.z is None else part.z
        for name, values in {
            "ring": np.repeat(len(rings) + np.arange(count), columns),
            "local": np.stack([part.x, part.y, z], -1).reshape(-1, 3),
            "pattern": _pattern(part).reshape(-1, 2),
            "faces": faces,
            "part": np.full(len(faces), len(arrays.get("faces", []))),
            "material": np.full(len(faces), materials.index(part.material)),
            "thin": np.full(len(faces), part.thin),
            "group": np.full(count * columns, groups.index(part.group)),
            "seam": np.stack([number[:, 0], number[:, -1]], -1) if closed else np.zeros((0, 2), np.int64),
        }.items():
            arrays.setdefault(name, []).append(values)
        rings.extend(part.rings)
        start += count * columns
    joined = {name: np.concatenate(values) for name, values in arrays.items()}
    owner = joined.pop("part")
    mesh = Mesh(
        ring=joined["ring"],
        local=np.ascontiguousarray(joined["local"]),
        pattern=joined["pattern"].astype(np.float32),
        faces=np.ascontiguousarray(joined["faces"], np.int32),
        material=joined["material"],
        thin=joined["thin"],
        group=joined["group"],
        seam=joined["seam"].astype(np.int64),
        from_points=np.stack([_dense([getattr(r, n) for r in rings], POINT) for n in ("centre", "shift")]),
        from_axes=np.stack(
            [_dense([getattr(r, n) for r in rings], AXIS) for n in ("offset", "across", "ahead", "rise")]
        ),
    )
    return _outside_out(mesh, owner, rest)


def _dense(weights: Sequence[Weights], index: Mapping[str, int]) -> Array:
    out = np.zeros((len(weights), len(index)))
    for row, one in enumerate(weights):
        for name, weight in one.items():
            out[row, index[name]] += weight
    return out


def _pattern(part: Part) -> NDArray[np.float32]:
    """cm around the part, from the middle of its front, and along it, (n, m, 2)."""
    if part.pattern is not None:
        return part.pattern
    steps = np.hypot(np.diff(part.x, axis=1), np.diff(part.y, axis=1)).mean(0)
    around = np.concatenate([[0.0], np.cumsum(steps)])
    around -= around[-1] / 2
    length = np.arange(len(part.x), dtype=np.float64) if part.length is None else part.length
    out: NDArray[np.float32] = np.stack(np.broadcast_arrays(around[None], length[:, None]), -1).astype(np.float32)
    return out


def _outside_out(mesh: Mesh, owner: NDArray[np.int64], rest: Controls) -> Mesh:
    """The mesh with the faces of each part turned so that they look away from the part's middle."""
    points = mesh.vertices(rest)
    centres = mesh.frames(rest)[0][mesh.ring]
    corners = points[mesh.faces]
    normal = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    outward = ((corners - centres[mesh.faces]).mean(1) * normal).sum(1)
    inside = np.bincount(owner, outward) < 0
    faces = mesh.faces.copy()
    turned = inside[owner]
    faces[turned] = faces[turned][:, ::-1]
    faces.setflags(write=False)
    object.__setattr__(mesh, "faces", faces)
    return mesh
