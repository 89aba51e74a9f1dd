"""Heads with what they wear, put together from cached parts, and whole from all sides."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from mien.heads.appearance import Appearance
from mien.heads.embedded.glasses import glasses_part
from mien.heads.embedded.head import EmbeddedHead, head_surface
from mien.heads.embedded.parts import PARTS, Part
from mien.heads.embedded.wardrobe import clothing_part, hair_part
from mien.heads.head import HEAD_HEIGHT
from mien.heads.look import Look
from mien.heads.render.atlas import PLACES
from mien.heads.render.scene import Scene, Worn, WornPart, scene_with, worn_part

_PARTS = {"hair": hair_part, "clothing": clothing_part, "glasses": glasses_part}


@dataclass(frozen=True)
class Dressed:
    """A head and what it wears.

    scene: of the vertices that are drawn. source (V,): the vertex of head and worn parts that each of them is; some are
    drawn twice, with two places in the texture. faces (F, 3): the scene's faces by those sources, for normals. spans:
    how far the worn vertices (W, 3) cm move for a full amount, by the amount's name.
    """

    scene: Scene
    source: NDArray[np.int64]
    faces: NDArray[np.int32]
    spans: Mapping[str, Tensor]

    def vertices(self, own: Tensor, identity: Tensor, amounts: Mapping[str, Tensor]) -> Tensor:
        """Vertices of the head (H, 3) followed by the worn ones, head units.

        own: the head's (H, 3), head units. identity: (I,). amounts: () by name.
        """
        worn = self.scene.worn
        points = torch.from_numpy(worn.rest).float() + torch.einsum("i,ivc->vc", identity, worn.identity)
        for name, span in self.spans.items():
            points = points + amounts[name] * span
        return torch.cat([own, points / HEAD_HEIGHT])


@lru_cache(maxsize=1)
def embedded_head() -> EmbeddedHead:
    """The head of all renderers of a process."""
    return EmbeddedHead()


def dressed(look: Look, row: int, reduction: int) -> Dressed:
    """Head and worn parts of one head of a look; details of hair and cloth are those of seed 0 for everybody."""
    return _dressed(look.hair_style[row], look.clothing[row], look.glasses[row], reduction)


@lru_cache(maxsize=96)
def _dressed(hair_style: str, clothing: str, glasses: str, reduction: int) -> Dressed:
    plain = Appearance(hair_style=hair_style, clothing=clothing, glasses=glasses, frame_weight=0.0)  # type: ignore[arg-type]
    found = [
        _part("hair", replace(Appearance(), hair_style=plain.hair_style)),
        _part("clothing", replace(Appearance(), clothing=plain.clothing)),
        _part("glasses", replace(Appearance(), glasses=plain.glasses, frame_weight=0.0)),
    ]
    parts = [part for part in found if part is not None]
    spans = {}
    thick = glasses_part(replace(plain, frame_weight=1.0))
    if thick is not None:
        spans["frame_weight"] = _span(parts, thick)
    return _from_all_sides(scene_with(Worn(parts), reduction), reduction, spans)


def _span(parts: list[WornPart], full: Part) -> Tensor:
    moves = [full.positions - p.part.positions if p.part.kind == full.kind else 0 * p.part.positions for p in parts]
    return torch.from_numpy(np.concatenate(moves)).float()


@lru_cache(maxsize=48)
def _part(name: str, appearance: Appearance) -> WornPart | None:
    part = _PARTS[name](appearance)
    return None if part is None else worn_part(part)


def _from_all_sides(scene: Scene, reduction: int, spans: Mapping[str, Tensor]) -> Dressed:
    """Mend what does not show in front: the ears face inwards, and the skin's texture runs back at its seam.

    The faces of the corpora's renderer stay as they are, since their frames must.
    """
    faces = scene.faces.copy()
    ears = np.isin(faces[:, 0], np.flatnonzero(head_surface().kind == PARTS.index("ear")))
    faces[ears] = faces[ears][:, [0, 2, 1]]
    width = PLACES["skin"][2] / reduction
    across = scene.coordinates[faces, 0]
    on_skin = faces[:, 0] < len(head_surface().skin.positions)
    seam = on_skin & (np.ptp(across, axis=1) > width / 2)
    corners = seam[:, None] & (across > 0.9 * width)
    twice = np.unique(faces[corners])
    drawn = faces.copy()
    drawn[corners] = len(scene.shade) + np.searchsorted(twice, faces[corners])
    source = np.concatenate([np.arange(len(scene.shade)), twice])
    coordinates = scene.coordinates[source]
    coordinates[len(scene.shade) :, 0] = 0.5
    whole = replace(
        scene, faces=drawn, coordinates=coordinates, shade=scene.shade[source], material=scene.material[source]
    )
    return Dressed(whole, source, faces, spans)
