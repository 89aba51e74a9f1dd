"""The embedded head: a parametric head of our own, as one batched, differentiable function of its parameters.

    vertices = skin at rest + identity + expressions, then jaw and eyes turn, then the neck turns the head

Everything is torch; nothing is read from a file. Units of the result are head units, as `mien.heads.head` says.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from functools import cache
from typing import ClassVar

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from mien.heads.appearance import Appearance
from mien.heads.embedded.expressions import (
    JAW_ANGLE,
    JAW_PIVOT,
    Sites,
    blink_corrections,
    expression_fields,
    jaw_weight,
)
from mien.heads.embedded.identity import IDENTITY_NAMES, identity_fields
from mien.heads.embedded.parts import PARTS, Part, all_parts
from mien.heads.embedded.surface import EYE_CENTRE, LEVELS, smoothstep
from mien.heads.embedded.topology import SkinMesh, skin_mesh
from mien.heads.head import HEAD_HEIGHT, Head, Pose, rotation, turned
from mien.heads.landmarks import landmark_vertices
from mien.heads.performance import ARKIT_NAMES, EXPRESSION_INDEX
from mien.heads.render.atlas import atlas_coordinates
from mien.heads.render.shading import (
    CLOTH,
    EYE,
    FRAME,
    HAIR,
    LASH,
    MOUTH,
    SKIN,
)
from mien.heads.render.texture import paint_atlas

__all__ = [
    "HEAD_HEIGHT",
    "NECK_PIVOT",
    "PART_MATERIALS",
    "EmbeddedHead",
    "Surface",
    "head_surface",
    "neck_weight",
    "rotation",
]

PART_MATERIALS = {
    "skin": SKIN,
    "ear": SKIN,
    "eye_left": EYE,
    "eye_right": EYE,
    "teeth_upper": MOUTH,
    "teeth_lower": MOUTH,
    "tongue": MOUTH,
    "hair": HAIR,
    "cloth": CLOTH,
    "lashes": LASH,
    "glasses": FRAME,
    "beard": HAIR,
}
"""Material of each part, for the light."""

NECK_PIVOT = (0.0, -11.5, -2.2)
"""cm: about where the skull sits on the spine, a little lower so that the whole neck bends."""

JAW_ASIDE = 0.06
"""Radians by which jawLeft = 1 turns the jaw."""

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


class EmbeddedHead(Head):
    """The embedded head. surface: the fixed numpy data for a renderer. It shows all of ARKit's 52 expressions."""

    name: ClassVar[str] = "embedded"

    def __init__(self) -> None:
        super().__init__()
        surface = head_surface()
        self.surface = surface
        self.faces: NDArray[np.int32] = surface.faces
        self.identity_names: tuple[str, ...] = IDENTITY_NAMES
        self.expressions: frozenset[str] = frozenset(ARKIT_NAMES)
        self.landmark_vertices: NDArray[np.int64] = landmark_vertices(surface.skin)
        for name, value in _basis().items():
            self.register_buffer(f"_{name}", torch.from_numpy(value), persistent=False)

    @property
    def vertex_count(self) -> int:
        """V, the number of vertices."""
        return len(self.surface.rest)

    def painted(self, appearance: Appearance) -> NDArray[np.uint8]:
        """An appearance's painting at the vertices, sRGB (V, 3); the head's own renderer paints finer."""
        atlas, surface = paint_atlas(appearance), self.surface
        found = np.zeros((self.vertex_count, 3), np.uint8)
        for index, kind in enumerate(PARTS):
            chosen = surface.kind == index
            if chosen.any():
                column, row = atlas_coordinates(kind, surface.texture[chosen]).astype(int).T
                found[chosen] = atlas[row, column]
        return found

    @property
    def materials(self) -> NDArray[np.int64]:
        """Material (V,) of each vertex."""
        return np.array([PART_MATERIALS[kind] for kind in PARTS])[self.surface.kind]

    def posed(self, pose: Pose) -> Tensor:
        """Vertices (B, V, 3) of a checked pose, as `vertices` promises."""
        widths = {f.name: getattr(pose, f.name) for f in fields(pose) if f.name != "batch"}
        pose = replace(pose, **{name: value.expand(pose.batch, -1) for name, value in widths.items()})
        points = self._shaped(pose.identity, pose.expression, pose.eyes)
        points = self._turn_jaw(self._turn_eyes(points, pose), pose)
        moved = turned(points, rotation(*pose.neck.unbind(dim=1)), points.new_tensor(NECK_PIVOT))
        points = torch.lerp(points, moved, self._neck_weight[None, :, None])  # type: ignore[index]
        return points / HEAD_HEIGHT + pose.translation[:, None]

    def _shaped(self, identity: Tensor, expression: Tensor, gaze: Tensor) -> Tensor:
        down = (gaze[:, 1:] / GAZE_LIDS).clamp(-1, 1)
        lids = torch.zeros_like(expression)
        lids = lids + down.clamp(min=0) * self._look_down + (-down).clamp(min=0) * self._look_up  # type: ignore[operator]
        weights = expression + lids
        blinks = weights[:, [EXPRESSION_INDEX["eyeBlinkLeft"], EXPRESSION_INDEX["eyeBlinkRight"]]].clamp(0, 1)
        coefficients = torch.cat([identity, weights, 4 * blinks * (1 - blinks)], dim=1)
        offsets = coefficients @ self._linear.flatten(1)  # type: ignore[union-attr, operator]
        return self._rest[None] + offsets.reshape(len(identity), -1, 3)  # type: ignore[index]

    def _turn_eyes(self, points: Tensor, pose: Pose) -> Tensor:
        for index, (side, select) in enumerate((("Left", self._eye_left), ("Right", self._eye_right))):
            yaw, pitch = pose.eyeball(side)
            centre = self._eye_rest[index] + pose.identity @ self._eye_identity[:, index]  # type: ignore[index, operator]
            turn = rotation(yaw, pitch, torch.zeros_like(yaw))
            eye = turned(points[:, select], turn, centre)  # type: ignore[index]
            points = points.index_copy(1, select, eye)  # type: ignore[arg-type]
        return points

    def _turn_jaw(self, points: Tensor, pose: Pose) -> Tensor:
        aside = pose.weight("jawLeft") - pose.weight("jawRight")
        opening, sideways = pose.jaw.unbind(dim=1)
        opening = JAW_ANGLE * pose.weight("jawOpen") + opening
        turn = rotation(JAW_ASIDE * aside + sideways, opening, torch.zeros_like(aside))
        shift = torch.stack([0.55 * aside, torch.zeros_like(aside), 0.7 * pose.weight("jawForward")], dim=1)
        moved = turned(points, turn, points.new_tensor(JAW_PIVOT)) + shift[:, None]
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
