"""Parts of a figure as stacks of rings that control points and axes move, and the mesh that they make together.

A vertex is C + x U + y V + z D of its ring: C, U, V and D are fixed linear combinations of control points and axes
(`skeleton.py`), and x, y, z are lengths in cm that never change. So the whole mesh is posed by one sparse product.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from mien.bodies.figure.kernels import place_vertices
from mien.bodies.figure.skeleton import AXIS, POINT, Controls

Array = NDArray[Any]
Weights = Mapping[str, float]

_LARGE = 0.8  # square cm


@dataclass(frozen=True)
class Ring:
    """What a ring's frame is made of: weights of control points and axes by name.

    centre, offset: of points and of axes, C. across, ahead, rise: of axes, U, V and D.
    """

    centre: Weights
    across: Weights
    ahead: Weights
    offset: Weights = field(default_factory=dict)
    rise: Weights = field(default_factory=dict)


@dataclass(frozen=True)
class Part:
    """Rings of vertices that are joined to a surface.

    rings: one for each of n rows, or others by `choice` (n, m), the number of each vertex's. x, y, z: (n, m) cm along
    U, V and D; the last column repeats the first where the part is closed around. material: see `materials.py`. group:
    of what moves together, for occlusion. length: (n,) cm along the part, for patterns. gaps: bool (n - 1, m - 1),
    quads that are left out. thin: is seen from inside too. pattern: (n, m, 2) place in the material's pattern where it
    is not cm around and along the part. under: (n,) cm by which rows count as farther away than they are, so that cloth
    which is worn over them is not pierced.
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
    choice: NDArray[np.int64] | None = None
    under: Array | None = None


@dataclass(frozen=True)
class Mesh:
    """All parts of a figure, ready to be posed.

    ring (V,): of each vertex. local (V, 3): x, y, z cm. pattern (V, 2): cm around and along the cloth. faces (F, 3),
    counter-clockwise from outside with y upwards. material (F,), thin (F,), group (V,), under (V,). seam (S, 2):
    vertices at the same place. weights (4 R, P + A): C, U, V and D of the rings from control points and axes.
    lengths (2 R, A): the lengths of U and V. large: the faces that matter for shadows.
    """

    ring: NDArray[np.int64]
    local: Array
    pattern: NDArray[np.float32]
    faces: NDArray[np.int32]
    material: NDArray[np.int64]
    thin: NDArray[np.bool_]
    group: NDArray[np.int64]
    under: Array
    seam: NDArray[np.int64]
    weights: csr_array
    lengths: csr_array
    large: NDArray[np.int32]

    def frames(self, pose: Controls) -> tuple[Array, Array, Array, Array]:
        """Centre and axes (R, 3) of all rings. Axes that are mixed keep their length: a bent elbow is as thick."""
        found = (self.weights @ np.concatenate([pose.points, pose.axes])).reshape(4, -1, 3)
        wanted = (self.lengths @ np.sqrt(np.einsum("ak,ak->a", pose.axes, pose.axes))).reshape(2, -1)
        length = np.sqrt(np.einsum("nrk,nrk->nr", found[1:3], found[1:3]))
        found[1:3] *= (wanted / np.maximum(length, 0.25 * wanted + 1e-12))[..., None]
        return found[0], found[1], found[2], found[3]

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
            "ring": len(rings) + (np.repeat(np.arange(count), columns) if part.choice is None else part.choice.ravel()),
            "local": np.stack([part.x, part.y, z], -1).reshape(-1, 3),
            "pattern": _pattern(part).reshape(-1, 2),
            "faces": faces,
            "part": np.full(len(faces), len(arrays.get("faces", []))),
            "material": np.full(len(faces), materials.index(part.material)),
            "thin": np.full(len(faces), part.thin),
            "under": np.repeat(np.zeros(count) if part.under is None else part.under, columns),
            "group": np.full(count * columns, groups.index(part.group)),
            "seam": np.stack([number[:, 0], number[:, -1]], -1) if closed else np.zeros((0, 2), np.int64),
        }.items():
            arrays.setdefault(name, []).append(values)
        rings.extend(part.rings)
        start += count * columns
    joined = {name: np.concatenate(values) for name, values in arrays.items()}
    owner = joined.pop("part")
    frames = {name: _dense([getattr(r, name) for r in rings], AXIS) for name in ("offset", "across", "ahead", "rise")}
    centre = np.zeros((4, len(rings), len(POINT)))
    centre[0] = _dense([r.centre for r in rings], POINT)
    mesh = Mesh(
        ring=joined["ring"],
        local=np.ascontiguousarray(joined["local"]),
        pattern=joined["pattern"].astype(np.float32),
        faces=np.ascontiguousarray(joined["faces"], np.int32),
        material=joined["material"],
        thin=joined["thin"],
        group=joined["group"],
        under=joined["under"],
        seam=joined["seam"].astype(np.int64),
        weights=csr_array(np.concatenate([centre, np.stack(list(frames.values()))], 2).reshape(4 * len(rings), -1)),
        lengths=csr_array(np.abs(np.concatenate([frames["across"], frames["ahead"]]))),
        large=np.zeros((0, 3), np.int32),
    )
    return _outside_out(mesh, owner, rest)


def join_meshes(meshes: Sequence[Mesh]) -> Mesh:
    """One mesh of several, with the vertices and faces of one after those of the other."""
    vertices = np.cumsum([0, *(len(mesh.ring) for mesh in meshes)])
    rings = np.cumsum([0, *(mesh.weights.shape[0] // 4 for mesh in meshes)])

    def joined(name: str, starts: NDArray[np.int64] | None = None) -> Array:
        if starts is None:
            return np.concatenate([getattr(mesh, name) for mesh in meshes])
        numbers = [getattr(mesh, name) + start for mesh, start in zip(meshes, starts, strict=False)]
        return np.concatenate(numbers).astype(getattr(meshes[0], name).dtype)

    return Mesh(
        ring=joined("ring", rings), local=joined("local"), pattern=joined("pattern"),
        faces=joined("faces", vertices), material=joined("material"), thin=joined("thin"), group=joined("group"),
        under=joined("under"), seam=joined("seam", vertices), weights=_stacked([mesh.weights for mesh in meshes], 4),
        lengths=_stacked([mesh.lengths for mesh in meshes], 2), large=joined("large", vertices),
    )  # fmt: skip


def _stacked(matrices: Sequence[csr_array], blocks: int) -> csr_array:
    """Matrices of so many blocks of rows each, joined block by block."""
    data, indices, counts = [], [], [np.zeros(1, np.int64)]
    for block in range(blocks):
        for matrix in matrices:
            rows = matrix.shape[0] // blocks
            ends = matrix.indptr[block * rows : (block + 1) * rows + 1]
            data.append(matrix.data[ends[0] : ends[-1]])
            indices.append(matrix.indices[ends[0] : ends[-1]])
            counts.append(np.diff(ends))
    starts = np.cumsum(np.concatenate(counts))
    shape = len(starts) - 1, matrices[0].shape[1]
    return csr_array((np.concatenate(data), np.concatenate(indices), starts), shape=shape)


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
    faces = np.where(inside[owner][:, None], mesh.faces[:, ::-1], mesh.faces).astype(np.int32)
    area = np.sqrt(np.square(normal).sum(1)) / 2
    return replace(mesh, faces=faces, large=np.ascontiguousarray(faces[area > _LARGE]))
