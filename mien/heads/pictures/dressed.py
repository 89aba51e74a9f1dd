"""Heads with what they wear, put together from cached parts, and whole from all sides."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache, lru_cache

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn.functional import pad

from mien.heads.appearance import Appearance
from mien.heads.embedded.beard import BeardKind, beard_kind, hanging_beard
from mien.heads.embedded.glasses import glasses_part, weight_of
from mien.heads.embedded.head import EmbeddedHead
from mien.heads.embedded.parts import Part
from mien.heads.embedded.wardrobe import clothing_part, hair_part
from mien.heads.head import HEAD_HEIGHT
from mien.heads.look import Look
from mien.heads.pictures.views import View
from mien.heads.render.scene import Scene, Worn, WornPart, all_round, scene_with, worn_part

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
        points = worn.shaped(identity)
        for name, span in self.spans.items():
            points = points + amounts[name] * span
        if len(worn.bound):
            away = worn.away + (points - torch.from_numpy(worn.rest).float())[worn.bound]
            return torch.cat([own, worn.with_bound(points[None] / HEAD_HEIGHT, own[None], away)[0]])
        return torch.cat([own, points / HEAD_HEIGHT])


@lru_cache(maxsize=1)
def embedded_head() -> EmbeddedHead:
    """The head of all renderers of a process."""
    return EmbeddedHead()


def dressed(look: Look, row: int, reduction: int) -> Dressed:
    """Head and worn parts of one head of a look; details of hair and cloth are those of seed 0 for everybody."""
    kind = beard_kind(look.appearance(row))
    return _dressed(look.hair_style[row], look.clothing[row], look.glasses[row], kind, reduction)


@lru_cache(maxsize=96)
def _dressed(hair_style: str, clothing: str, glasses: str, beard: BeardKind | None, reduction: int) -> Dressed:
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
    if beard is not None:
        parts.append(_beard(beard)[0])
        spans = {name: pad(span, (0, 0, 0, len(parts[-1].weight))) for name, span in spans.items()}
        spans["beard_length"] = _span(parts, _beard(beard)[1])
    return _from_all_sides(scene_with(Worn(parts), reduction), spans)


def _span(parts: list[WornPart], full: Part) -> Tensor:
    moves = [full.positions - p.part.positions if p.part.kind == full.kind else 0 * p.part.positions for p in parts]
    return torch.from_numpy(np.concatenate(moves)).float()


@lru_cache(maxsize=48)
def _part(name: str, appearance: Appearance) -> WornPart | None:
    part = _PARTS[name](appearance)
    return None if part is None else worn_part(part)


@cache
def _beard(kind: BeardKind) -> tuple[WornPart, Part]:
    """The shortest and the longest beard of a kind."""
    return worn_part(hanging_beard(kind, 0.0)), hanging_beard(kind, 1.0)


def visible_amounts(look: Look, row: int, size: int) -> dict[str, Tensor]:
    """The amounts () of one head by name; frames are at least as thick as a sample of a face of `size` pixels.

    Thinner ones would be drawn as dots.
    """
    amounts = {name: values[row] for name, values in look.amounts.items()}
    sample = View(crop="face").camera.height * HEAD_HEIGHT / (2 * size)
    amounts["frame_weight"] = amounts["frame_weight"].clamp(min=weight_of(sample))
    return amounts


def _from_all_sides(plain: Scene, spans: Mapping[str, Tensor]) -> Dressed:
    turned = all_round(plain)
    return Dressed(turned.scene, turned.source, turned.faces, spans)
