"""Heads with what they wear, put together from cached parts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
import torch
from torch import Tensor

from mien.heads.appearance import Appearance
from mien.heads.embedded.glasses import glasses_part
from mien.heads.embedded.head import EmbeddedHead
from mien.heads.embedded.parts import Part
from mien.heads.embedded.wardrobe import clothing_part, hair_part
from mien.heads.head import HEAD_HEIGHT
from mien.heads.look import Look
from mien.heads.render.scene import Scene, Worn, WornPart, scene_with, worn_part

_PARTS = {"hair": hair_part, "clothing": clothing_part, "glasses": glasses_part}


@dataclass(frozen=True)
class Dressed:
    """A scene and how far its worn vertices (W, 3) cm move for a full amount, by the amount's name."""

    scene: Scene
    spans: Mapping[str, Tensor]

    def worn_vertices(self, identity: Tensor, amounts: Mapping[str, Tensor]) -> Tensor:
        """The worn vertices (W, 3), head units, for an identity (I,) and amounts () by name."""
        worn = self.scene.worn
        points = torch.from_numpy(worn.rest).float() + torch.einsum("i,ivc->vc", identity, worn.identity)
        for name, span in self.spans.items():
            points = points + amounts[name] * span
        return points / HEAD_HEIGHT


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
    return Dressed(scene_with(Worn(parts), reduction), spans)


def _span(parts: list[WornPart], full: Part) -> Tensor:
    moves = [full.positions - p.part.positions if p.part.kind == full.kind else 0 * p.part.positions for p in parts]
    return torch.from_numpy(np.concatenate(moves)).float()


@lru_cache(maxsize=48)
def _part(name: str, appearance: Appearance) -> WornPart | None:
    part = _PARTS[name](appearance)
    return None if part is None else worn_part(part)
