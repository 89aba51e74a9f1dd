"""ICT-FaceKit as a head: 100 identity shapes, ARKit's expressions except tongueOut, rotating eyes, a bending neck.

    vertices = neutral + identity + expressions, then rotation of the eyes, then rotation of the head by the neck

ICT-FaceKit is in centimetres and faces +z with its left at x > 0, as in `mien.heads`; it is only translated, so that
its eyes are at the position of the embedded head's.
"""

from __future__ import annotations

from functools import cached_property
from typing import ClassVar

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.spatial import cKDTree
from torch import Tensor

from mien.heads.appearance import Appearance
from mien.heads.embedded.head import GAZE_LIDS, NECK_PIVOT, neck_weight
from mien.heads.embedded.surface import EYE_CENTRE
from mien.heads.head import HEAD_HEIGHT, Head, Pose, rotation, turned
from mien.heads.models.ict_files import IctFile
from mien.heads.performance import ARKIT_NAMES, EXPRESSION_INDEX
from mien.heads.render.shading import (
    EYE,
    HAIR,
    LASH,
    MOUTH,
    SKIN,
)
from mien.heads.render.vertex_colours import (
    EYES,
    LASHES,
    MOUTH_INSIDE,
    SKIN_PART,
    TEETH,
    hair_cover,
    paint_head,
    sphere,
)

FACE, SOCKET, GUMS, TEETH_RANGE = (0, 9409), (11248, 13294), (14062, 17039), (17039, 21451)
LEFT_EYE, RIGHT_EYE = (21451, 23021), (23021, 24591)
LEFT_SURFACE, RIGHT_SURFACE = (21451, 22221), (23021, 23791)
TRANSPARENT, LASH_RANGE = (24591, 25351), (25351, 26719)
LOWER_LASHES = ((25693, 26035), (26377, 26719))
"""Ranges of ICT-FaceKit's vertices. An eye consists of its outer surface and an inner iris, which the painted surface
hides. Tear fluid, blend and occlusion are transparent films in front of the eyes and are not rendered, nor are the
lower lashes, which would be a black band without their texture."""

LASH_LENGTH = 0.28
"""Length in cm of the rendered part of the upper lashes."""

JAW_ANGLE = 0.428
"""Rotation of the lower teeth in radians at jawOpen = 1, fitted to them as a rigid body."""

JAW_ASIDE = 0.10
"""Sideways rotation of the jaw in radians at jawLeft = 1: 0.89 cm at 8.6 cm from the hinge."""


class IctHead(Head):
    """ICT-FaceKit (MIT licence), from the arrays of `mien.heads.models.ict_files.read_ict`."""

    name: ClassVar[str] = "ict"

    def __init__(self, file: IctFile) -> None:
        super().__init__()
        centres = np.stack([sphere(file.neutral[slice(*eye)])[0] for eye in (LEFT_SURFACE, RIGHT_SURFACE)])
        offset = centres.mean(axis=0) - EYE_CENTRE * [0, 1, 1]
        rest = (file.neutral - offset).astype(np.float32)
        shown, basis = _arkit_basis(file)
        # the eyeballs are rigid: shapes do not deform them
        moves_eyes = [i for i, name in enumerate(shown) if name.startswith("eyeLook")]
        for eye in (LEFT_EYE, RIGHT_EYE):
            basis[moves_eyes, slice(*eye)] = 0
        self._rest_numpy = rest
        self.faces: NDArray[np.int32] = _triangles(file.quads, _cropped_lashes(rest))
        self.landmark_vertices: NDArray[np.int64] = file.landmarks
        self.identity_names: tuple[str, ...] = file.identity_names
        self.expressions: frozenset[str] = frozenset(shown)
        eye_identity = np.stack([file.identities[:, slice(*eye)].mean(axis=1) for eye in (LEFT_EYE, RIGHT_EYE)], axis=1)
        buffers = {
            "rest": rest,
            "identities": file.identities,
            "basis": basis,
            "eye_rest": (centres - offset).astype(np.float32),
            "eye_identity": eye_identity.astype(np.float32),
            "neck_weight": neck_weight(rest.astype(np.float64)).astype(np.float32),
            "columns": np.array([EXPRESSION_INDEX[name] for name in shown]),
        }
        for name, value in buffers.items():
            self.register_buffer(f"_{name}", torch.from_numpy(np.ascontiguousarray(value)), persistent=False)

    @property
    def vertex_count(self) -> int:
        """V, the number of vertices."""
        return len(self._rest_numpy)

    @cached_property
    def parts(self) -> NDArray[np.int64]:
        """Part (V,) that each vertex belongs to; indices as in `mien.heads.render.vertex_colours`."""
        parts = np.full(self.vertex_count, SKIN_PART)
        pieces = ((SOCKET, MOUTH_INSIDE), (GUMS, MOUTH_INSIDE), (TEETH_RANGE, TEETH), (LASH_RANGE, LASHES))
        for (start, end), part in (*pieces, (LEFT_EYE, EYES), (RIGHT_EYE, EYES)):
            parts[start:end] = part
        return parts

    @cached_property
    def materials(self) -> NDArray[np.int64]:
        """Material (V,) of each vertex."""
        materials = np.array([SKIN, MOUTH, MOUTH, EYE, LASH])[self.parts]
        covered = hair_cover(self._rest_numpy, self._rest_numpy[self.landmark_vertices]) > 0.5
        return np.where((materials == SKIN) & covered, HAIR, materials)

    def painted(self, appearance: Appearance) -> NDArray[np.uint8]:
        """Vertex colours sRGB (V, 3) of an appearance; hair is painted on the scalp."""
        return paint_head(self._rest_numpy, self.faces, self.landmark_vertices, self.parts, appearance)

    def posed(self, pose: Pose) -> Tensor:
        """Vertices (B, V, 3) of a checked pose; see `vertices`."""
        rest = self._rest + (pose.identity @ self._identities.flatten(1)).unflatten(1, (-1, 3))  # type: ignore[operator, union-attr]
        offsets = self._weights(pose) @ self._basis.flatten(1)  # type: ignore[union-attr, operator]
        points = self._turn_eyes(rest + offsets.unflatten(1, (-1, 3)), pose)
        moved = turned(points, rotation(*pose.neck.unbind(dim=1)), points.new_tensor(NECK_PIVOT))
        points = torch.lerp(points, moved, self._neck_weight[None, :, None])  # type: ignore[index]
        return points / HEAD_HEIGHT + pose.translation[:, None]

    def _weights(self, pose: Pose) -> Tensor:
        """Weights (B or 1, E) of the model's shapes, including those for jaw and gaze."""
        aside = pose.jaw[:, 1] / JAW_ASIDE / 2
        down = (pose.eyes[:, 1] / GAZE_LIDS).clamp(-1, 1)
        shares = {"jawOpen": pose.jaw[:, 0] / JAW_ANGLE, "jawLeft": aside, "jawRight": -aside}
        for side in ("Left", "Right"):
            shares |= {f"eyeLookDown{side}": down.clamp(min=0), f"eyeLookUp{side}": (-down).clamp(min=0)}
        weights = pose.expression
        for name, share in shares.items():
            column = torch.zeros_like(weights[:1])
            column[:, EXPRESSION_INDEX[name]] = 1
            weights = weights + column * share[:, None]
        return weights[:, self._columns]  # type: ignore[index]

    def _turn_eyes(self, points: Tensor, pose: Pose) -> Tensor:
        for index, (side, (start, end)) in enumerate((("Left", LEFT_EYE), ("Right", RIGHT_EYE))):
            yaw, pitch = pose.eyeball(side)
            centre = self._eye_rest[index] + pose.identity @ self._eye_identity[:, index]  # type: ignore[index, operator]
            eye = turned(points[:, start:end], rotation(yaw, pitch, torch.zeros_like(yaw)), centre)
            before, after = (part.expand(len(eye), -1, -1) for part in (points[:, :start], points[:, end:]))
            points = torch.cat([before, eye, after], dim=1)
        return points


def arkit_name(name: str) -> str:
    """ARKit's name of a shape of ICT-FaceKit: browDown_L → browDownLeft."""
    stem, _, side = name.rpartition("_")
    return stem + {"L": "Left", "R": "Right"}[side] if side in ("L", "R") else name


def _arkit_basis(file: IctFile) -> tuple[tuple[str, ...], NDArray[np.float32]]:
    """The ARKit names in the file, in Apple's order, and their displacements (E, V, 3)."""
    found: dict[str, NDArray[np.float32]] = {}
    for name, shape in zip(file.expression_names, file.expressions, strict=True):
        sided = arkit_name(name)
        # shapes for each side in ICT-FaceKit that ARKit has once: browInnerUp, cheekPuff
        whole = sided.removesuffix("Left").removesuffix("Right")
        for target in (sided, whole):
            if target in EXPRESSION_INDEX:
                found[target] = found[target] + shape if target in found else shape
                break
    shown = tuple(name for name in ARKIT_NAMES if name in found)
    return shown, np.stack([found[name] for name in shown])


def _cropped_lashes(rest: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Mask (V,) of the tips of the lashes, which are not rendered: without their texture they are a dark band."""
    start, end = LASH_RANGE
    away, _ = cKDTree(rest[slice(*FACE)]).query(rest[start:end])
    cropped = np.zeros(len(rest), bool)
    cropped[start:end] = away > LASH_LENGTH
    return cropped


def _triangles(quads: NDArray[np.int32], cropped: NDArray[np.bool_]) -> NDArray[np.int32]:
    """Faces (F, 3) of the rendered parts."""
    second = quads[quads[:, 3] >= 0][:, [0, 2, 3]]
    faces = np.concatenate([quads[:, :3], second])
    inside = [*LOWER_LASHES, (LEFT_SURFACE[1], LEFT_EYE[1]), (RIGHT_SURFACE[1], RIGHT_EYE[1])]
    hidden = cropped[faces].any(axis=1)
    for start, end in (TRANSPARENT, *inside):
        hidden |= (faces[:, 0] >= start) & (faces[:, 0] < end)
    return np.ascontiguousarray(faces[~hidden])
