"""What every parametric head is: one batched, differentiable function from identity and motion to vertices.

Lengths are in head units: 1 = the height of the average head, chin to crown; x to the viewer's right, y up, z to the
viewer; the origin lies between the eyes at the ears' depth. Left is the person's own left: the viewer's right, x > 0.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from mien.heads.appearance import Appearance
from mien.heads.performance import ARKIT_NAMES, EXPRESSION_INDEX

HEAD_HEIGHT = 22.5
"""Centimetres of one head unit."""

LOOK_ASIDE, LOOK_UPRIGHT = 0.6, 0.5
"""Radians by which eyeLookIn/Out and eyeLookUp/Down = 1 turn an eyeball."""


class HeadError(ValueError):
    """A head that cannot be opened or asked for so, in one sentence."""


@dataclass(frozen=True)
class Pose:
    """What a head is asked to do; every tensor is (1, width) or (B, width) with the same B = `batch`.

    identity (I) · expression (52) by `ARKIT_NAMES` · jaw (2) radians · neck (3) radians · eyes (2) radians ·
    translation (3) head units.
    """

    batch: int
    identity: Tensor
    expression: Tensor
    jaw: Tensor
    neck: Tensor
    eyes: Tensor
    translation: Tensor

    def weight(self, name: str) -> Tensor:
        """Weight (B or 1,) of the expression with this ARKit name."""
        return self.expression[:, EXPRESSION_INDEX[name]]

    def eyeball(self, side: str) -> tuple[Tensor, Tensor]:
        """Yaw and pitch (B or 1,) in radians of the eyeball `side`, Left or Right: the gaze and what eyeLook* add."""
        sign = 1.0 if side == "Left" else -1.0
        outwards = self.weight(f"eyeLookOut{side}") - self.weight(f"eyeLookIn{side}")
        downwards = self.weight(f"eyeLookDown{side}") - self.weight(f"eyeLookUp{side}")
        return self.eyes[:, 0] + sign * LOOK_ASIDE * outwards, self.eyes[:, 1] + LOOK_UPRIGHT * downwards


class Head(torch.nn.Module, ABC):
    """A head as a torch module without parameters: `to(device)` moves it.

    name: as `open_head` knows it. faces: int32 (F, 3), counter-clockwise from outside. landmark_vertices: int64 (68,)
    in iBUG's order. identity_names: I names, of numbers that are 0 for the average and about 1 for a usual deviation.
    expressions: the ARKit names that the model can show; the others leave it unmoved.
    """

    name: ClassVar[str]
    faces: NDArray[np.int32]
    landmark_vertices: NDArray[np.int64]
    identity_names: tuple[str, ...]
    expressions: frozenset[str]

    @property
    @abstractmethod
    def vertex_count(self) -> int:
        """V, the number of vertices."""

    @abstractmethod
    def painted(self, appearance: Appearance) -> NDArray[np.uint8]:
        """What an appearance paints on the vertices: sRGB (V, 3)."""

    @cached_property
    def colours(self) -> NDArray[np.uint8]:
        """What the default appearance paints on the vertices: sRGB (V, 3)."""
        return self.painted(Appearance())

    @property
    @abstractmethod
    def materials(self) -> NDArray[np.int64]:
        """Material (V,) of each vertex, as `mien.heads.render.shading` numbers them."""

    @property
    def missing_expressions(self) -> tuple[str, ...]:
        """ARKit's names that the model cannot show, in Apple's order."""
        return tuple(name for name in ARKIT_NAMES if name not in self.expressions)

    def identity(self, **parameters: float) -> Tensor:
        """Identity vector (I,) from named parameters; the others are 0. Raises HeadError for an unknown name."""
        unknown = set(parameters) - set(self.identity_names)
        if unknown:
            raise HeadError(f"unknown identity parameters: {', '.join(sorted(unknown))}")
        return torch.tensor([float(parameters.get(name, 0.0)) for name in self.identity_names])

    def vertices(
        self,
        identity: Tensor,
        expression: Tensor,
        jaw: Tensor | None = None,
        neck: Tensor | None = None,
        eyes: Tensor | None = None,
        translation: Tensor | None = None,
    ) -> Tensor:
        """Vertices (B, V, 3) in head units.

        identity: (B, I). expression: (B, 52) in [0, 1] by `ARKIT_NAMES`. jaw: (B, 2) radians opening and to the
        person's left, added to what jawOpen and jawLeft - jawRight ask for. neck: (B, 3) radians yaw, pitch, roll with
        `Performance`'s signs. eyes: (B, 2) gaze of both eyes, radians yaw, pitch. translation: (B, 3) head units.
        None means zeros; a batch of 1 is spread over the others'. Differentiable in all of them.
        Raises HeadError for a wrong width or for batches that do not fit.
        """
        given = {"identity": identity, "expression": expression, "jaw": jaw}
        given |= {"neck": neck, "eyes": eyes, "translation": translation}
        widths = {"identity": len(self.identity_names), "expression": len(ARKIT_NAMES), "jaw": 2}
        widths |= {"neck": 3, "eyes": 2, "translation": 3}
        full: dict[str, Tensor] = {}
        for name, width in widths.items():
            value = given[name]
            if value is None:
                value = expression.new_zeros(1, width)
            if value.ndim != 2 or value.shape[1] != width:
                raise HeadError(f"{name} must be (B, {width}), not {tuple(value.shape)}")
            full[name] = value
        batch = max(len(value) for value in full.values())
        uneven = [name for name, value in full.items() if len(value) not in (1, batch)]
        if uneven:
            raise HeadError(f"{uneven[0]} has {len(full[uneven[0]])} rows where the batch has {batch}")
        return self.posed(Pose(batch=batch, **full))

    @abstractmethod
    def posed(self, pose: Pose) -> Tensor:
        """Vertices (B, V, 3) of a checked pose, as `vertices` promises."""


def rotation(yaw: Tensor, pitch: Tensor, roll: Tensor) -> Tensor:
    """Rotation matrices (B, 3, 3) of angles (B,) in radians: roll first, then pitch, then yaw; signs as the neck's."""
    zero, one = torch.zeros_like(yaw), torch.ones_like(yaw)

    def matrix(*entries: Tensor) -> Tensor:
        return torch.stack(entries, dim=-1).reshape(-1, 3, 3)

    cy, sy, cp, sp, cr, sr = yaw.cos(), yaw.sin(), pitch.cos(), pitch.sin(), roll.cos(), roll.sin()
    about_y = matrix(cy, zero, sy, zero, one, zero, -sy, zero, cy)
    about_x = matrix(one, zero, zero, zero, cp, -sp, zero, sp, cp)
    about_z = matrix(cr, sr, zero, -sr, cr, zero, zero, zero, one)
    return about_y @ about_x @ about_z


def turned(points: Tensor, turn: Tensor, pivot: Tensor) -> Tensor:
    """Points (B or 1, V, 3) turned by `turn` (B, 3, 3) about `pivot` (3,) or (B, 3)."""
    about = pivot if pivot.ndim == 1 else pivot[:, None]
    return (points - about) @ turn.transpose(1, 2) + about
