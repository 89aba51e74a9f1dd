"""A head for export: its vertices in metres, and the parts with a material each that they make up.

The embedded head comes with texture, hair, clothes and glasses; every other head with vertex colours.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from mien.heads.appearance import Appearance
from mien.heads.embedded.head import EmbeddedHead
from mien.heads.export.textures import colour_of, group_texture, lash_strands
from mien.heads.head import HEAD_HEIGHT, Head
from mien.heads.performance import Performance, expression_vector
from mien.heads.render.playback import posed_frames
from mien.heads.render.render import DressedMesh, dressed, dressed_vertices
from mien.heads.render.shading import EYE, HAIR, LASH, LINEAR, MOUTH, SKIN, vertex_normals
from mien.heads.render.texture import paint_atlas
from mien.heads.render.turning import opened_seam, outwards

METRES = HEAD_HEIGHT / 100
"""Metres of one head unit."""

EYES = "Eyes"
_INSIDE = "MouthInside"

# which part of the exported head the embedded head's own parts belong to; any other has one of its own
_GROUPS = {
    "skin": "Skin", "ear": "Ears", "eye_left": EYES, "eye_right": EYES, "teeth_upper": "Mouth", "teeth_lower": "Mouth",
    "tongue": "Mouth", "cloth": "Clothes",
}  # fmt: skip

# the same for heads without such parts; hair is painted on their scalp
_BY_MATERIAL = {SKIN: "Skin", HAIR: "Skin", EYE: EYES, MOUTH: "Mouth", LASH: "Lashes"}

_WIRE = 0.3  # frame_weight of glasses below which the frame is metal


def of_expressions(weights: NDArray[np.float32]) -> Performance:
    """A performance with a frame for each row of expression weights (T, 52), all else at rest."""
    return replace(Performance.still(frames=len(weights)), expression=weights)


# the lips touch at rest, but they are two
_APART = of_expressions(np.stack([expression_vector({}), expression_vector({"jawOpen": 1})]))


@dataclass(frozen=True)
class Material:
    """Metallic-roughness material; colour: linear RGB factor. double_sided: the part is an open sheet.

    mirrors: False without reflections, which no program shades deep in the mouth.
    """

    roughness: float = 0.7
    metallic: float = 0.0
    colour: tuple[float, float, float] = (1.0, 1.0, 1.0)
    double_sided: bool = False
    mirrors: bool = True


_MATERIALS = {
    "Skin": Material(0.58),
    "Ears": Material(0.58),
    EYES: Material(0.12),
    "Mouth": Material(0.35),
    _INSIDE: Material(1.0, mirrors=False),
    "Lashes": Material(0.9, double_sided=True),
    "Hair": Material(0.5, double_sided=True),
    "Beard": Material(0.65, double_sided=True),
    "Clothes": Material(0.95, double_sided=True),
}


@dataclass(frozen=True, eq=False)
class MeshPart:
    """One part: N vertices, each a copy of one of the head's.

    source (N,): index into the head's vertices. faces (F, 3) over the N, counter-clockwise from outside. uv (N, 2):
    texture coordinates from the upper left corner, and picture uint8 (H, W, 3 or 4) sRGB; None without texture.
    colours: linear RGB factors (N, 3) in [0, 1], None for white. joined (N,): number of the point that a vertex is at,
    where several meet along a seam.
    """

    name: str
    material: Material
    source: NDArray[np.int64]
    faces: NDArray[np.int32]
    joined: NDArray[np.int64]
    uv: NDArray[np.float64] | None = None
    picture: NDArray[np.uint8] | None = None
    colours: NDArray[np.float64] | None = None

    def normals(self, points: NDArray[np.float64]) -> NDArray[np.float64]:
        """Unit normals (N, 3) for the head's vertices (V, 3), smooth across seams."""
        first = np.unique(self.joined, return_index=True)[1]
        corners = np.ascontiguousarray(points[self.source[first]])
        found = np.empty_like(corners)
        vertex_normals(corners, self.joined[self.faces].astype(np.int32), found)
        # a point of degenerate faces has no normal, but glTF requires unit length
        found[(found**2).sum(axis=1) < 0.5] = [0.0, 0.0, 1.0]
        return np.asarray(found[self.joined])


@dataclass(frozen=True, eq=False)
class HeadMesh:
    """A head with what it wears, of V vertices.

    eyeball (V,): 1 on the left eyeball, -1 on the right one, else 0. missing: what it should wear but has no parts for.
    """

    head: Head
    identity: Tensor
    appearance: Appearance
    parts: tuple[MeshPart, ...]
    eyeball: NDArray[np.int64]
    missing: tuple[str, ...] = ()

    def positions(self, performance: Performance) -> Iterator[NDArray[np.float64]]:
        """Vertices (V, 3) in metres for each frame of a performance."""
        if isinstance(self.head, EmbeddedHead):
            frames = dressed_vertices(self.head, self.identity, self.appearance, performance)
        else:
            frames = posed_frames(self.head, self.identity, performance)
        for points in frames:
            yield points * METRES


def head_mesh(head: Head, identity: Tensor | None, appearance: Appearance | None) -> HeadMesh:
    """The parts of a head. identity: (I,), None for the average. appearance: None for the default one."""
    person = torch.zeros(len(head.identity_names)) if identity is None else identity
    look = Appearance() if appearance is None else appearance
    if isinstance(head, EmbeddedHead):
        mesh = dressed(head, look)
        poses = _poses(dressed_vertices(head, person, look, _APART))
        parts = tuple(_textured_parts(head, mesh, poses, look))
        eyeball = (mesh.kind == "eye_left").astype(np.int64) - (mesh.kind == "eye_right")
        return HeadMesh(head, person, look, parts, eyeball)
    poses = _poses(posed_frames(head, person, _APART))
    colours = LINEAR[head.painted(look)].astype(np.float64)
    names = np.array([_BY_MATERIAL.get(int(index), "Skin") for index in head.materials])
    of_face = names[head.faces[:, 0]]
    found = [_part(name, head.faces[of_face == name], poses) for name in dict.fromkeys(of_face.tolist())]
    parts = tuple(replace(part, colours=colours[part.source]) for part in found)
    eyeball = np.where(head.materials == EYE, np.sign(poses[:, 0]), 0).astype(np.int64)
    worn = {"Hair": look.hair_style != "bald", "Clothes": True, "Glasses": look.glasses != "none"}
    return HeadMesh(head, person, look, parts, eyeball, tuple(name for name, wears in worn.items() if wears))


def _poses(frames: Iterator[NDArray[np.float64]]) -> NDArray[np.float64]:
    """Vertices (V, 6) at rest and with open mouth: what is one point in both is one for good."""
    return np.concatenate(list(frames), axis=1)


def _part(name: str, faces: NDArray[np.int32], poses: NDArray[np.float64]) -> MeshPart:
    """The part that has the faces (F, 3); a sheet that has both its sides as faces keeps the outer."""
    _, place = np.unique(np.round(poses, 6), axis=0, return_inverse=True)
    place = place.reshape(-1)
    corners = np.sort(place[faces], axis=1)
    whole = (np.diff(corners, axis=1) > 0).all(axis=1)
    own, corners = faces[whole], corners[whole]
    _, first = np.unique(corners, axis=0, return_index=True)
    own = own[np.sort(first)]
    source, over = np.unique(own, return_inverse=True)
    joined = np.unique(place[source], return_inverse=True)[1].reshape(-1)
    material = _MATERIALS.get(name, Material())
    return MeshPart(name, material, source.astype(np.int64), over.reshape(-1, 3).astype(np.int32), joined)


def _textured_parts(
    head: EmbeddedHead, mesh: DressedMesh, poses: NDArray[np.float64], look: Appearance
) -> Iterator[MeshPart]:
    kinds = np.array([_GROUPS.get(str(kind), str(kind).capitalize()) for kind in mesh.kind])
    groups = kinds[mesh.faces[:, 0]].astype(object)
    inside = np.flatnonzero(head.surface.skin.cavity > 0)
    groups[np.isin(mesh.faces, inside).any(axis=1)] = _INSIDE
    atlas = paint_atlas(look)
    for name in dict.fromkeys(groups.tolist()):
        part = _part(name, mesh.faces[groups == name], poses)
        shade = mesh.shade[part.source]
        if shade.min() < 1:
            part = replace(part, colours=np.repeat(shade[:, None], 3, axis=1))
        if name == "Ears":  # the embedded head's are inside out
            part = replace(part, faces=outwards(poses[part.source, :3], part.faces))
        yield _painted(part, mesh, atlas, look)


def _painted(part: MeshPart, mesh: DressedMesh, atlas: NDArray[np.uint8], look: Appearance) -> MeshPart:
    """The same part with its picture, or with the one colour that it has."""
    texture = mesh.texture[part.source]
    if part.name == _INSIDE:
        red, green, blue = (float(value) for value in LINEAR[np.round(np.array(look.lips) * 160).astype(int)])
        return replace(part, material=replace(part.material, colour=(red, green, blue)))
    if part.name == "Lashes":
        return replace(part, uv=texture, picture=lash_strands(atlas, look))
    if part.name == "Glasses":
        metal = look.frame_weight < _WIRE
        part = replace(part, material=Material(0.3 if metal else 0.38, 0.9 if metal else 0.0))
    kinds = mesh.kind[part.source]
    picture, uv = group_texture(atlas, kinds, texture)
    single = colour_of(picture)
    if single is not None:
        return replace(part, material=replace(part.material, colour=single))
    return _without_wrapping(replace(part, uv=uv, picture=picture), cylinder=kinds == "skin")


def _without_wrapping(part: MeshPart, cylinder: NDArray[np.bool_]) -> MeshPart:
    """The same part with the vertices at the seam of a cylindrical texture doubled, one for each of its ends."""
    assert part.uv is not None
    faces, doubled = opened_seam(part.faces, part.uv[:, 0], cylinder)
    more = [*range(len(part.source)), *doubled]
    uv = part.uv[more]
    uv[len(part.source) :, 0] -= 1
    return replace(
        part,
        source=part.source[more],
        joined=part.joined[more],
        colours=None if part.colours is None else part.colours[more],
        faces=faces,
        uv=uv,
    )
