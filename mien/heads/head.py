"""Interface of parametric heads: one batched, differentiable function from identity and pose to vertices.

Lengths are in head units: 1 = height of the average head, chin to crown. x to the viewer's right, y up, z to the
viewer; the origin is between the eyes at the depth of the ears. Left is the person's own left: x > 0.
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
"""Rotation of an eyeball in radians at eyeLookIn/Out = 1 and eyeLookUp/Down = 1."""


class HeadError(ValueError):
    """A head cannot be opened, or a request to it is invalid; the message gives the reason."""


@dataclass(frozen=True)
class Pose:
    """The checked input of a head; every tensor is (1, width) or (B, width) with the same B = `batch`.

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
        """Weight (B or 1,) of an expression by its ARKit name."""
        return self.expression[:, EXPRESSION_INDEX[name]]

    def eyeball(self, side: str) -> tuple[Tensor, Tensor]:
        """Yaw and pitch (B or 1,) in radians of the eyeball `side`, Left or Right: gaze plus eyeLook*."""
        sign = 1.0 if side == "Left" else -1.0
        outwards = self.weight(f"eyeLookOut{side}") - self.weight(f"eyeLookIn{side}")
        downwards = self.weight(f"eyeLookDown{side}") - self.weight(f"eyeLookUp{side}")
        return self.eyes[:, 0] + sign * LOOK_ASIDE * outwards, self.eyes[:, 1] + LOOK_UPRIGHT * downwards


class Head(torch.nn.Module, ABC):
    """A head as a torch module without trainable parameters.

    name: as in `open_head`. faces: int32 (F, 3), counter-clockwise from outside. landmark_vertices: int64 (68,) in
    iBUG's order. identity_names: I names of identity parameters, in standard deviations from the average.
    expressions: the supported ARKit names; the others have no effect.
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
        """Vertex colours of an appearance: sRGB (V, 3)."""

    @cached_property
    def colours(self) -> NDArray[np.uint8]:
        """Vertex colours of the default appearance: sRGB (V, 3)."""
        return self.painted(Appearance())

    @property
    @abstractmethod
    def materials(self) -> NDArray[np.int64]:
        """Material (V,) of each vertex; indices as in `mien.heads.render.shading`."""

    @property
    def missing_expressions(self) -> tuple[str, ...]:
        """Unsupported ARKit names, in Apple's order."""
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

        identity: (B, I). expression: (B, 52) in [0, 1] by `ARKIT_NAMES`. jaw: (B, 2) radians, opening and to the
        person's left, added to jawOpen and jawLeft − jawRight. neck: (B, 3) radians yaw, pitch, roll with the signs of
        `Performance`. eyes: (B, 2) gaze of both eyes, radians yaw, pitch. translation: (B, 3) head units.
        None: zeros; a batch of 1 is broadcast. Differentiable in all arguments.
        Raises HeadError for a wrong width or unequal batches.
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
        """Vertices (B, V, 3) of a checked pose; see `vertices`."""


def rotation(yaw: Tensor, pitch: Tensor, roll: Tensor) -> Tensor:
    """Rotation matrices (B, 3, 3) from angles (B,) in radians: roll, then pitch, then yaw; signs as for the neck."""
    zero, one = torch.zeros_like(yaw), torch.ones_like(yaw)

    def matrix(*entries: Tensor) -> Tensor:
        return torch.stack(entries, dim=-1).reshape(-1, 3, 3)

    cy, sy, cp, sp, cr, sr = yaw.cos(), yaw.sin(), pitch.cos(), pitch.sin(), roll.cos(), roll.sin()
    about_y = matrix(cy, zero, sy, zero, one, zero, -sy, zero, cy)
    about_x = matrix(one, zero, zero, zero, cp, -sp, zero, sp, cp)
    about_z = matrix(cr, sr, zero, -sr, cr, zero, zero, zero, one)
    return about_y @ about_x @ about_z


def turned(points: Tensor, turn: Tensor, pivot: Tensor) -> Tensor:
    """Points (B or 1, V, 3) rotated by `turn` (B, 3, 3) about `pivot` (3,) or (B, 3)."""
    about = pivot if pivot.ndim == 1 else pivot[:, None]
    return (points - about) @ turn.transpose(1, 2) + about
