"""The embedded head: a parametric head of our own, as one batched, differentiable function of its parameters.

    vertices = skin at rest + identity + expressions, then jaw and eyes turn, then the neck turns the head

Everything is torch; nothing is read from a file. Units of the result are head units: 1 = the height of the average
head, chin to crown; x to the viewer's right, y up, z to the viewer, the origin between the eyes at the ears' depth.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from mien.heads.expressions import JAW_ANGLE, JAW_PIVOT, Sites, blink_corrections, expression_fields, jaw_weight
from mien.heads.identity import IDENTITY_NAMES, identity_fields
from mien.heads.landmarks import landmark_vertices
from mien.heads.parts import PARTS, Part, all_parts
from mien.heads.performance import ARKIT_NAMES, EXPRESSION_INDEX
from mien.heads.surface import EYE_CENTRE, LEVELS, smoothstep
from mien.heads.topology import SkinMesh, skin_mesh

HEAD_HEIGHT = 22.5
"""Centimetres of one head unit."""

NECK_PIVOT = (0.0, -11.5, -2.2)
"""cm: about where the skull sits on the spine, a little lower so that the whole neck bends."""

GAZE_LIDS = 0.55
"""Radians of gaze downwards at which the lids have followed as far as eyeLookDown = 1 takes them."""


@dataclass(frozen=True)
class Surface:
    """The head's fixed data in numpy: everything a renderer needs besides the positions.

    rest (V, 3) cm; faces (F, 3) int32 counter-clockwise from outside; kind (V,) index into `PARTS`; texture (V, 2) in
    the part's own texture; skin: the skin's mesh, whose vertices come first.
    """

    rest: NDArray[np.float64]
    faces: NDArray[np.int32]
    kind: NDArray[np.int64]
    texture: NDArray[np.float64]
    bind: NDArray[np.int64]
    skin: SkinMesh


@cache
def head_surface() -> Surface:
    """Skin and parts put together, once a process."""
    skin = skin_mesh()
    texture = np.stack([skin.azimuth / (2 * np.pi) + 0.5, skin.level / LEVELS[-1]], axis=1)
    parts = [Part("skin", skin.positions, skin.faces, texture, np.full(len(skin.positions), -1)), *all_parts(skin)]
    start = np.cumsum([0] + [len(p.positions) for p in parts])
    return Surface(
        rest=np.concatenate([p.positions for p in parts]),
        faces=np.concatenate([p.faces + s for p, s in zip(parts, start, strict=False)]).astype(np.int32),
        kind=np.concatenate([np.full(len(p.positions), PARTS.index(p.kind)) for p in parts]),
        texture=np.concatenate([p.texture for p in parts]),
        bind=np.concatenate([p.bind for p in parts]),
        skin=skin,
    )


def neck_weight(points: NDArray[np.float64]) -> NDArray[np.float64]:
    """How far points (N, 3) follow the head when the neck turns: 1 on the head, 0 on the shoulders."""
    # the chin hangs low in front of the neck: there the border runs lower
    front = smoothstep(points[:, 2], 1.0, 6.0)
    y = points[:, 1] + 1.2 * front
    return smoothstep(y, -17.6, -10.6)


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


class EmbeddedHead(torch.nn.Module):
    """The embedded head as a torch module without parameters: `to(device)` moves it.

    faces: int32 (F, 3). landmark_vertices: int64 (68,) in iBUG's order. identity_names: I names.
    expression_names: ARKit's 52. surface: the fixed numpy data for a renderer.
    """

    def __init__(self) -> None:
        super().__init__()
        surface = head_surface()
        self.surface = surface
        self.faces: NDArray[np.int32] = surface.faces
        self.identity_names: tuple[str, ...] = IDENTITY_NAMES
        self.expression_names: tuple[str, ...] = ARKIT_NAMES
        self.landmark_vertices: NDArray[np.int64] = landmark_vertices(surface.skin)
        for name, value in _basis().items():
            self.register_buffer(f"_{name}", torch.from_numpy(value), persistent=False)

    @property
    def vertex_count(self) -> int:
        """V, the number of vertices."""
        return len(self.surface.rest)

    def identity(self, **parameters: float) -> Tensor:
        """Identity vector (I,) from named parameters; the others are 0. Raises ValueError for an unknown name."""
        unknown = set(parameters) - set(self.identity_names)
        if unknown:
            raise ValueError(f"unknown identity parameters: {', '.join(sorted(unknown))}")
        return torch.tensor([float(parameters.get(name, 0.0)) for name in self.identity_names])

    def vertices(
        self,
        identity: Tensor,
        expression: Tensor,
        neck: Tensor | None = None,
        translation: Tensor | None = None,
        gaze: Tensor | None = None,
    ) -> Tensor:
        """Vertices (B, V, 3) in head units.

        identity: (B, I). expression: (B, 52) in [0, 1]. neck: (B, 3) radians yaw, pitch, roll. translation: (B, 3)
        head units. gaze: (B, 2) radians yaw, pitch. None means zeros; a batch of 1 is spread over the others'.
        Differentiable in all of them. Raises ValueError for a wrong width.
        """
        given = {"identity": identity, "expression": expression, "neck": neck, "translation": translation, "gaze": gaze}
        widths = {"identity": len(self.identity_names), "expression": 52, "neck": 3, "translation": 3, "gaze": 2}
        batch = max(len(v) for v in given.values() if v is not None)
        full: dict[str, Tensor] = {}
        for name, width in widths.items():
            value = given[name]
            if value is None:
                value = expression.new_zeros(1, width)
            if value.ndim != 2 or value.shape[1] != width:
                raise ValueError(f"{name} must be (B, {width}), not {tuple(value.shape)}")
            full[name] = value.expand(batch, width)
        points = self._shaped(full["identity"], full["expression"], full["gaze"])
        points = self._turn_eyes(points, full["identity"], full["expression"], full["gaze"])
        points = self._turn_jaw(points, full["expression"])
        pivot = points.new_tensor(NECK_PIVOT)
        turn = rotation(*full["neck"].unbind(dim=1))
        moved = (points - pivot) @ turn.transpose(1, 2) + pivot
        points = torch.lerp(points, moved, self._neck_weight[None, :, None])  # type: ignore[index]
        return points / HEAD_HEIGHT + full["translation"][:, None]

    def _shaped(self, identity: Tensor, expression: Tensor, gaze: Tensor) -> Tensor:
        down = (gaze[:, 1:] / GAZE_LIDS).clamp(-1, 1)
        lids = torch.zeros_like(expression)
        lids = lids + down.clamp(min=0) * self._look_down + (-down).clamp(min=0) * self._look_up  # type: ignore[operator]
        weights = expression + lids
        blinks = weights[:, [EXPRESSION_INDEX["eyeBlinkLeft"], EXPRESSION_INDEX["eyeBlinkRight"]]].clamp(0, 1)
        coefficients = torch.cat([identity, weights, 4 * blinks * (1 - blinks)], dim=1)
        offsets = coefficients @ self._linear.flatten(1)  # type: ignore[union-attr, operator]
        return self._rest[None] + offsets.reshape(len(identity), -1, 3)  # type: ignore[index]

    def _turn_eyes(self, points: Tensor, identity: Tensor, expression: Tensor, gaze: Tensor) -> Tensor:
        def weight(name: str) -> Tensor:
            return expression[:, EXPRESSION_INDEX[name]]

        for side, sign, select in (("Left", 1.0, self._eye_left), ("Right", -1.0, self._eye_right)):
            outwards = weight(f"eyeLookOut{side}") - weight(f"eyeLookIn{side}")
            yaw = gaze[:, 0] + sign * 0.6 * outwards
            pitch = gaze[:, 1] + 0.5 * (weight(f"eyeLookDown{side}") - weight(f"eyeLookUp{side}"))
            index = 0 if side == "Left" else 1
            centre = self._eye_rest[index] + identity @ self._eye_identity[:, index]  # type: ignore[index, operator]
            turn = rotation(yaw, pitch, torch.zeros_like(yaw))
            eye = (points[:, select] - centre[:, None]) @ turn.transpose(1, 2) + centre[:, None]  # type: ignore[index]
            points = points.index_copy(1, select, eye)  # type: ignore[arg-type]
        return points

    def _turn_jaw(self, points: Tensor, expression: Tensor) -> Tensor:
        def weight(name: str) -> Tensor:
            return expression[:, EXPRESSION_INDEX[name]]

        aside = weight("jawLeft") - weight("jawRight")
        turn = rotation(0.06 * aside, JAW_ANGLE * weight("jawOpen"), torch.zeros_like(aside))
        shift = torch.stack([0.55 * aside, torch.zeros_like(aside), 0.7 * weight("jawForward")], dim=1)
        pivot = points.new_tensor(JAW_PIVOT)
        moved = (points - pivot) @ turn.transpose(1, 2) + pivot + shift[:, None]
        return torch.lerp(points, moved, self._jaw_weight[None, :, None])  # type: ignore[index]


@cache
def _basis() -> dict[str, NDArray[np.generic]]:
    surface = head_surface()
    n = len(surface.rest)
    skin_count = len(surface.skin.positions)
    sites = Sites.of(surface.skin)
    bound = surface.bind >= 0
    inner = np.flatnonzero(surface.skin.ring == -1)

    def spread(fields: NDArray[np.float64]) -> NDArray[np.float64]:
        """Skin fields (K, S, 3) on all vertices: the lids' inner edges and lashes follow the lids' margins."""
        full = np.zeros((len(fields), n, 3))
        full[:, :skin_count] = fields
        for name in ("", "_right"):
            full[:, surface.skin.loops[f"eye_inner{name}"]] = full[:, surface.skin.loops[f"eye0{name}"]]
        full[:, bound] = full[:, surface.bind[bound]]
        return full

    assert len(inner) > 0
    expressions = spread(expression_fields(surface.skin))
    blinks = spread(np.stack(blink_corrections(sites)))
    identity = identity_fields(surface.rest)
    identity[:, bound] = identity[:, surface.bind[bound]]
    kind = surface.kind
    tongue = kind == PARTS.index("tongue")
    reach = smoothstep(surface.rest[tongue, 2], 4.8, 8.2)
    expressions[EXPRESSION_INDEX["tongueOut"]][tongue] = reach[:, None] * np.array([0.0, 0.35, 3.0])
    jaw = np.zeros(n)
    jaw[:skin_count] = jaw_weight(sites)
    jaw[tongue | (kind == PARTS.index("teeth_lower"))] = 1.0
    eyes = np.stack([EYE_CENTRE, EYE_CENTRE * [-1, 1, 1]])
    weight = neck_weight(surface.rest)
    down, up = np.zeros(52), np.zeros(52)
    for side in ("Left", "Right"):
        down[EXPRESSION_INDEX[f"eyeLookDown{side}"]] = 1.0
        up[EXPRESSION_INDEX[f"eyeLookUp{side}"]] = 1.0
    numbers = {
        "rest": surface.rest,
        "linear": np.concatenate([identity, expressions, blinks]),
        "jaw_weight": jaw,
        "neck_weight": weight,
        "eye_rest": eyes,
        "eye_identity": identity_fields(eyes),
        "look_down": down,
        "look_up": up,
    }
    basis: dict[str, NDArray[np.generic]] = {name: value.astype(np.float32) for name, value in numbers.items()}
    basis["eye_left"] = np.flatnonzero(kind == PARTS.index("eye_left"))
    basis["eye_right"] = np.flatnonzero(kind == PARTS.index("eye_right"))
    return basis
