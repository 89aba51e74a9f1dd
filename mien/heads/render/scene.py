"""What a renderer needs to know of a head and what it wears besides positions: faces, texture, occlusion, materials."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from mien.heads.appearance import Appearance
from mien.heads.embedded.glasses import glasses_part, rigid_identity
from mien.heads.embedded.head import HEAD_HEIGHT, NECK_PIVOT, PART_MATERIALS, head_surface, neck_weight, rotation
from mien.heads.embedded.identity import identity_fields
from mien.heads.embedded.parts import PARTS, Part
from mien.heads.embedded.wardrobe import clothing_part, hair_part
from mien.heads.render.atlas import FACE, atlas_coordinates
from mien.heads.render.shading import SKIN
from mien.heads.render.texture import eye_shade, wrinkle_maps

_CORNER = (FACE[0].start, FACE[1].start)


@dataclass(frozen=True)
class WornPart:
    """A part and how it moves: weight (V,) with which it follows the neck, identity (I, V, 3) cm for each step."""

    part: Part
    weight: NDArray[np.float64]
    identity: NDArray[np.float64]


def worn_part(part: Part) -> WornPart:
    """How hair, a garment or glasses move with the head."""
    points = part.positions
    weight = neck_weight(points) * (part.kind != "cloth")
    return WornPart(part, weight, rigid_identity(points) if part.kind == "glasses" else identity_fields(points))


class Worn:
    """Hair, clothes and glasses; identity, neck and translation move them with the head."""

    def __init__(self, parts: Sequence[WornPart]) -> None:
        self.parts = [one.part for one in parts]
        self.rest = np.concatenate([p.positions for p in self.parts])
        start = np.cumsum([0] + [len(p.positions) for p in self.parts])
        self.faces = np.concatenate([p.faces + s for p, s in zip(self.parts, start, strict=False)])
        self.weight = torch.from_numpy(np.concatenate([one.weight for one in parts])).float()
        self.identity = torch.from_numpy(np.concatenate([one.identity for one in parts], axis=1)).float()

    def vertices(self, identity: Tensor, neck: Tensor, translation: Tensor) -> Tensor:
        """(B, V, 3) head units, arguments as `EmbeddedHead.vertices`."""
        points = torch.from_numpy(self.rest).float()[None] + torch.einsum("bi,ivc->bvc", identity, self.identity)
        pivot = torch.tensor(NECK_PIVOT)
        moved = (points - pivot) @ rotation(*neck.unbind(dim=1)).transpose(1, 2) + pivot
        return torch.lerp(points, moved, self.weight[None, :, None]) / HEAD_HEIGHT + translation[:, None]


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
    things = (hair_part(appearance), clothing_part(appearance), glasses_part(appearance))
    return scene_with(Worn([worn_part(part) for part in things if part is not None]))


def scene_with(worn: Worn, reduction: int = 1) -> Scene:
    """The scene of the embedded head with what it wears, for an atlas of 1 / `reduction` of the full size."""
    surface = head_surface()
    materials = [np.array([PART_MATERIALS[kind] for kind in PARTS])[surface.kind]]
    materials += [np.full(len(p.positions), PART_MATERIALS[p.kind]) for p in worn.parts]
    material = np.concatenate(materials)
    faces = np.concatenate([surface.faces, worn.faces + len(surface.rest)]).astype(np.int32)
    face_material = material[faces[:, 0]].astype(np.uint8)
    coordinates = _coordinates(worn, 1)
    return Scene(
        worn=worn,
        faces=faces,
        coordinates=coordinates if reduction == 1 else _coordinates(worn, reduction),
        shade=np.concatenate([_occlusion(), np.ones(len(worn.rest))]),
        material=material,
        face_material=face_material,
        wrinkled=(face_material == SKIN) & _wrinkled(coordinates[faces]),
    )


def _coordinates(worn: Worn, reduction: int) -> NDArray[np.float64]:
    surface = head_surface()
    own = np.zeros((len(surface.rest), 2))
    for index, kind in enumerate(PARTS):
        chosen = surface.kind == index
        if chosen.any():
            own[chosen] = atlas_coordinates(kind, surface.texture[chosen], reduction)
    return np.concatenate([own, *(atlas_coordinates(p.kind, p.texture, reduction) for p in worn.parts)])


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


def _wrinkled(corners: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Whether a wrinkle map is above 0 near triangles of the atlas with `corners` (F, 3, 2): in twice their box."""
    inside = _wrinkle_table()
    half = np.ptp(corners, axis=1) / 2
    size = np.array(inside.shape)[::-1] - 1
    corners = corners - _CORNER[::-1]
    left, top = np.clip(np.floor(corners.min(axis=1) - half), 0, size).astype(int).T
    right, low = np.clip(np.ceil(corners.max(axis=1) + half), 0, size).astype(int).T
    return np.asarray(inside[low, right] - inside[top, right] - inside[low, left] + inside[top, left] > 0)


@cache
def _wrinkle_table() -> NDArray[np.int64]:
    """The summed-area table (H + 1, W + 1) of where a wrinkle map is above 0: made once, not for every wardrobe."""
    return np.pad(wrinkle_maps().any(axis=-1).cumsum(axis=0).cumsum(axis=1), ((1, 0), (1, 0)))
