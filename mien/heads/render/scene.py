"""What a renderer needs to know of a head and what it wears besides positions: faces, texture, occlusion, materials."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache, cached_property, lru_cache

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from mien.heads.appearance import Appearance
from mien.heads.embedded.beard import beard_part
from mien.heads.embedded.glasses import glasses_part, rigid_identity
from mien.heads.embedded.head import HEAD_HEIGHT, NECK_PIVOT, PART_MATERIALS, head_surface, neck_weight, rotation
from mien.heads.embedded.identity import IDENTITY_NAMES, identity_fields
from mien.heads.embedded.parts import PARTS, Part
from mien.heads.embedded.wardrobe import clothing_part, hair_part
from mien.heads.render.atlas import FACE, atlas_coordinates
from mien.heads.render.shading import SKIN
from mien.heads.render.texture import eye_shade, wrinkle_maps
from mien.heads.render.turning import opened_seam, outwards

_CORNER = (FACE[0].start, FACE[1].start)


@dataclass(frozen=True)
class WornPart:
    """A part and how it moves: weight (V,) with which it follows the neck, identity (I, V, 3) cm for each step.

    What is bound to the skin moves as the skin does there, whatever weight and identity are.
    """

    part: Part
    weight: Tensor
    identity: Tensor


def worn_part(part: Part) -> WornPart:
    """How hair, a garment, glasses or a beard move with the head."""
    points = part.positions
    if (part.bind >= 0).all():
        return WornPart(part, torch.zeros(len(points)), torch.zeros(len(IDENTITY_NAMES), len(points), 3))
    weight = neck_weight(points) * (part.kind != "cloth")
    fields = rigid_identity(points) if part.kind == "glasses" else identity_fields(points)
    return WornPart(part, torch.from_numpy(weight).float(), torch.from_numpy(fields).float())


class Worn:
    """Hair, clothes, glasses and a beard; identity, neck and translation move them with the head.

    bound: vertices that move as a vertex of the skin does, bind: which of the head's; away: from it to them, cm.
    """

    def __init__(self, parts: Sequence[WornPart]) -> None:
        self._worn = tuple(parts)
        self.parts = [one.part for one in parts]
        self.rest = np.concatenate([p.positions for p in self.parts])
        start = np.cumsum([0] + [len(p.positions) for p in self.parts])
        self.faces = np.concatenate([p.faces + s for p, s in zip(self.parts, start, strict=False)])
        self.weight = torch.cat([one.weight for one in parts])
        bind = np.concatenate([p.bind for p in self.parts])
        self.bound = torch.from_numpy(np.flatnonzero(bind >= 0))
        self.bind = torch.from_numpy(bind[bind >= 0])
        self.away = torch.from_numpy(self.rest[bind >= 0] - head_surface().rest[bind[bind >= 0]]).float()

    @cached_property
    def identity(self) -> Tensor:
        """Displacement (I, V, 3) cm for each step of identity."""
        return torch.cat([one.identity for one in self._worn], dim=1)

    def shaped(self, identity: Tensor) -> Tensor:
        """Vertices (V, 3) cm of an identity (I,), before anything moves."""
        # part by part: a wardrobe of its own would need megabytes for the whole field
        moves = [torch.einsum("i,ivc->vc", identity, one.identity) for one in self._worn]
        return torch.from_numpy(self.rest).float() + torch.cat(moves)

    def vertices(self, identity: Tensor, neck: Tensor, translation: Tensor, own: Tensor) -> Tensor:
        """(B, V, 3) head units, arguments as `EmbeddedHead.vertices`; own: that head's vertices (B, H, 3)."""
        points = torch.from_numpy(self.rest).float()[None] + torch.einsum("bi,ivc->bvc", identity, self.identity)
        pivot = torch.tensor(NECK_PIVOT)
        moved = (points - pivot) @ rotation(*neck.unbind(dim=1)).transpose(1, 2) + pivot
        points = torch.lerp(points, moved, self.weight[None, :, None]) / HEAD_HEIGHT + translation[:, None]
        return self.with_bound(points, own, self.away) if len(self.bound) else points

    def with_bound(self, points: Tensor, own: Tensor, away: Tensor) -> Tensor:
        """Worn vertices (B, V, 3) with those in place that are `away` (N, 3) cm from vertices of the head's `own`."""
        return points.index_copy(1, self.bound, own[:, self.bind] + away / HEAD_HEIGHT)


@dataclass(frozen=True)
class Scene:
    """The mesh of head and worn parts without its positions: the same for every frame of an appearance.

    faces (F, 3); coordinates (V, 2) in the atlas, pixels; shade (V,) ambient occlusion in [0, 1]; material (V,);
    face_material (F,); wrinkled (F,), whether a wrinkle can show on a face.
    """

    worn: Worn
    faces: NDArray[np.int32]
    coordinates: NDArray[np.float64]
    shade: NDArray[np.float64]
    material: NDArray[np.int64]
    face_material: NDArray[np.uint8]
    wrinkled: NDArray[np.bool_]


@lru_cache(maxsize=24)
def scene(appearance: Appearance) -> Scene:
    """The scene of an appearance, for an atlas of full size."""
    makers = (hair_part, clothing_part, glasses_part, beard_part)
    things = [maker(appearance) for maker in makers]
    return scene_with(Worn([worn_part(part) for part in things if part is not None]))


def scene_with(worn: Worn, reduction: int = 1) -> Scene:
    """The scene of the embedded head with what it wears, for an atlas of 1 / `reduction` of the full size."""
    surface, parts = head_surface(), worn.parts
    own = np.array([PART_MATERIALS[kind] for kind in PARTS])[surface.kind]
    material = np.concatenate([own, *(np.full(len(p.positions), PART_MATERIALS[p.kind]) for p in parts)])
    faces = np.concatenate([surface.faces, worn.faces + len(surface.rest)]).astype(np.int32)
    coordinates = [atlas_coordinates(p.kind, p.texture, reduction) for p in parts]
    return Scene(
        worn=worn,
        faces=faces,
        coordinates=np.concatenate([_coordinates(reduction), *coordinates]),
        shade=np.concatenate([_occlusion(), np.ones(len(worn.rest))]),
        material=material,
        face_material=material[faces[:, 0]].astype(np.uint8),
        wrinkled=np.concatenate([_wrinkled(), np.zeros(len(worn.faces), bool)]),
    )


@dataclass(frozen=True)
class RoundScene:
    """A scene for views from all sides: ears that look outwards, and no seam on the skin.

    Films and corpora keep the plain scene, whose frames must not change: there the ears are inside out, so that they
    are culled from the side, and the triangles at the back show the whole width of the texture. scene: its faces name
    the doubled vertices too; source (V',): which vertex each of them is; faces (F, 3): the same over the vertices.
    """

    scene: Scene
    source: NDArray[np.int64]
    faces: NDArray[np.int32]


def all_round(plain: Scene) -> RoundScene:
    """The scene for views from all sides."""
    surface, count = head_surface(), len(plain.shade)
    kind = np.full(count, -1)
    kind[: len(surface.kind)] = surface.kind
    whole = plain.faces.copy()
    ears = kind[whole[:, 0]] == PARTS.index("ear")
    whole[ears] = outwards(surface.rest, whole[ears])
    across = np.zeros(count)
    across[: len(surface.kind)] = surface.texture[:, 0]
    drawn, doubled = opened_seam(whole, across, kind == PARTS.index("skin"))
    source = np.concatenate([np.arange(count), doubled])
    coordinates = plain.coordinates[source]
    coordinates[count:, 0] = 0.5  # the left end of the texture
    turned = replace(
        plain, faces=drawn, coordinates=coordinates, shade=plain.shade[source], material=plain.material[source]
    )
    return RoundScene(turned, source, whole)


@cache
def _coordinates(reduction: int) -> NDArray[np.float64]:
    """Pixels (V, 2) in the atlas of the head's own vertices."""
    surface = head_surface()
    own = np.zeros((len(surface.rest), 2))
    for index, kind in enumerate(PARTS):
        chosen = surface.kind == index
        if chosen.any():
            own[chosen] = atlas_coordinates(kind, surface.texture[chosen], reduction)
    return own


@cache
def _occlusion() -> NDArray[np.float64]:
    """Ambient occlusion (V,) of the head's own vertices, in [0, 1]."""
    surface = head_surface()
    shade = np.ones(len(surface.rest))
    skin = surface.skin
    cavity = np.clip(skin.cavity * 5, 0, 1)
    touch = np.where(skin.lip == 0, 0.6, 1.0)
    shade[: len(skin.positions)] = (1 - 0.93 * cavity) * np.where(skin.ring == -1, 0.75, 1.0) * touch
    for name in ("eye_left", "eye_right"):
        chosen = surface.kind == PARTS.index(name)
        shade[chosen] = eye_shade(surface.rest[chosen])
    for name in ("teeth_upper", "teeth_lower"):
        chosen = surface.kind == PARTS.index(name)
        depth = np.clip((9.1 - surface.rest[chosen, 2]) / 2.4, 0, 1)
        shade[chosen] = 0.82 - 0.62 * depth
    shade[surface.kind == PARTS.index("tongue")] = 0.55
    return shade


@cache
def _wrinkled() -> NDArray[np.bool_]:
    """Whether a wrinkle map is above 0 near each of the head's own triangles of skin (F,): in twice its box."""
    surface = head_surface()
    corners = _coordinates(1)[surface.faces]
    inside = np.pad(wrinkle_maps().any(axis=-1).cumsum(axis=0).cumsum(axis=1), ((1, 0), (1, 0)))  # summed-area table
    half = np.ptp(corners, axis=1) / 2
    size = np.array(inside.shape)[::-1] - 1
    corners = corners - _CORNER[::-1]
    left, top = np.clip(np.floor(corners.min(axis=1) - half), 0, size).astype(int).T
    right, low = np.clip(np.ceil(corners.max(axis=1) + half), 0, size).astype(int).T
    near = inside[low, right] - inside[top, right] - inside[low, left] + inside[top, left] > 0
    material = np.array([PART_MATERIALS[kind] for kind in PARTS])[surface.kind[surface.faces[:, 0]]]
    return np.asarray(near & (material == SKIN))
