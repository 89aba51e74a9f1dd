"""Common base of FLAME and GNM Head: principal components of shape and expression, and a skinned skeleton.

Such a model has neither ARKit's expressions nor mien's units. Its eye joints give the transform to head units; the
expressions are fitted by least squares to the displacements of the embedded head. Both are computed on loading.
"""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from functools import cache, cached_property

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.spatial import cKDTree
from torch import Tensor

from mien.heads.appearance import Appearance
from mien.heads.embedded.expressions import JAW_ANGLE
from mien.heads.embedded.head import GAZE_LIDS, JAW_ASIDE, EmbeddedHead
from mien.heads.embedded.surface import EYE_CENTRE
from mien.heads.head import HEAD_HEIGHT, Head, HeadError, Pose, rotation
from mien.heads.performance import ARKIT_NAMES, EXPRESSION_INDEX
from mien.heads.render.shading import EYE, HAIR, SKIN
from mien.heads.render.vertex_colours import (
    EYES,
    SKIN_PART,
    hair_cover,
    paint_head,
    unit_normals,
)

Array = NDArray[np.float64]

PUPILS = 6.3
"""Distance in cm between the centres of an adult's eyes, from which the unit of a model is derived."""

NORMAL_WORTH = 0.4
"""Weight in cm of a unit difference of normals in the search for landmarks; perpendicular normals differ by √2."""

RIDGE = 0.02
"""Weight of the ridge penalty: cm² of landmark displacement, summed over landmarks, per squared coefficient."""

SAMPLES, ALL_OVER = 1500, 20.0
"""Number of vertices, spread over the model, that constrain the fit far from landmarks; together they weigh as much as
20 landmarks."""

EXPLAINED = 0.5
"""Minimum fraction of the landmarks' squared displacement that the fit of a supported expression explains."""


@dataclass(frozen=True, eq=False)
class Template:
    """The mean of a statistical model in its own units.

    points: (V, 3). faces: int32 (F, 3). eyes: (2, 3) centres of the person's left and right eyeball.
    eyeball: (V,) whether a vertex rotates with an eye. directions: (E, V, 3) expression components.
    landmarks: (68,) vertices in iBUG's order; None: not in the file.
    """

    points: Array
    faces: NDArray[np.int32]
    eyes: Array
    eyeball: NDArray[np.bool_]
    directions: NDArray[np.float32]
    landmarks: NDArray[np.int64] | None = None


@dataclass(frozen=True, eq=False)
class _Example:
    """Skin of the embedded head at rest (S, 3) in cm, normals, displacements by expression (52, S, 3), landmarks."""

    points: Array
    normals: Array
    moves: Array
    landmarks: NDArray[np.int64]


@cache
def _example() -> _Example:
    head = EmbeddedHead()
    count = len(head.surface.skin.positions)
    with torch.no_grad():
        weights = torch.cat([torch.zeros(1, 52), torch.eye(52)])
        points = head.vertices(torch.zeros(1, len(head.identity_names)), weights)[:, :count]
    centimetres = points.double().numpy() * HEAD_HEIGHT
    normals = unit_normals(head.surface.rest, head.faces)[:count]
    return _Example(centimetres[0], normals, centimetres[1:] - centimetres[0], head.landmark_vertices)


def _place(points: Array, normals: Array) -> Array:
    """Coordinates (N, 6) of points and weighted normals, for nearest-neighbour search."""
    return np.concatenate([points, NORMAL_WORTH * normals], axis=1)


def nearest_landmarks(points: Array, faces: NDArray[np.int32], skin: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Vertices (68,) of `points` (V, 3) in cm on the `skin` that are nearest to the embedded head's landmarks.

    The landmarks are scaled along the axes to the matched vertices in four iterations. Normals are part of the
    distance: they distinguish the lips where these touch.
    """
    example = _example()
    marks, normals = example.points[example.landmarks], example.normals[example.landmarks]
    candidates = np.flatnonzero(skin & (points[:, 2] > 0))
    if len(candidates) < 68:
        raise HeadError("the model has no face where its eyes look: it must face +z with y upwards")
    tree = cKDTree(_place(points, unit_normals(points, faces))[candidates])
    moved = marks
    for _ in range(5):
        nearest = candidates[tree.query(_place(moved, normals))[1]]
        found = points[nearest]
        middle, goal = marks.mean(axis=0), found.mean(axis=0)
        scale = ((marks - middle) * (found - goal)).sum(axis=0) / ((marks - middle) ** 2).sum(axis=0)
        moved = goal + (marks - middle) * np.clip(scale, 0.8, 1.25)
    return nearest.astype(np.int64)


def fit_expressions(
    template: Template, points: Array, scale: float, landmarks: NDArray[np.int64], without: frozenset[str]
) -> tuple[Array, frozenset[str]]:
    """Coefficients (52, E) of ARKit's expressions in the model's components, and the names that are supported.

    points: (V, 3) of the template in cm; scale: cm per unit of the model. Ridge regression of the embedded head's
    displacements at the landmarks and, with less weight, at `SAMPLES` vertices (nearest skin vertices; eyeballs do not
    move). `without`: names that joints implement. A name with less than `EXPLAINED` has coefficients 0.
    """
    example = _example()
    sampled = np.unique(np.linspace(0, len(points) - 1, SAMPLES).astype(np.int64))
    nearest = cKDTree(_place(example.points, example.normals)).query(
        _place(points, unit_normals(points, template.faces))[sampled]
    )[1]
    goals = np.where(template.eyeball[sampled, None], 0.0, example.moves[:, nearest])
    share = np.sqrt(ALL_OVER / len(sampled))

    def stacked(at_landmarks: Array, everywhere: Array) -> Array:
        return np.concatenate([at_landmarks, share * everywhere], axis=1).reshape(len(at_landmarks), -1)

    directions = template.directions
    at_landmarks = directions[:, landmarks].astype(np.float64) * scale
    system = stacked(at_landmarks, directions[:, sampled].astype(np.float64) * scale)
    wanted = example.moves[:, example.landmarks]
    gram = system @ system.T + RIDGE * np.eye(len(system))
    solution = np.linalg.solve(gram, system @ stacked(wanted, goals).T).T
    left = ((wanted - np.tensordot(solution, at_landmarks, 1)) ** 2).sum(axis=(1, 2))
    energy = (wanted**2).sum(axis=(1, 2))
    shown = (energy > 1e-3) & (1 - left / np.maximum(energy, 1e-9) >= EXPLAINED)
    shown &= [name not in without for name in ARKIT_NAMES]
    return solution * shown[:, None], frozenset(name for name, found in zip(ARKIT_NAMES, shown, strict=True) if found)


class StatisticalHead(Head):
    """A head with principal components; subclasses implement the skinning."""

    by_joints: frozenset[str] = frozenset()
    """ARKit's names that the model's joints implement; eyeLook* always are."""

    def __init__(self, template: Template, identity_names: tuple[str, ...]) -> None:
        super().__init__()
        left, right = template.eyes
        if left[0] <= right[0]:
            raise HeadError(f"this is no {self.name} head as mien knows it: its left eye must lie at larger x")
        scale = PUPILS / float(np.linalg.norm(left - right))
        origin = (left + right) / 2 - EYE_CENTRE * [0, 1, 1] / scale
        self._rest = (template.points - origin) * scale
        eyes = frozenset(name for name in ARKIT_NAMES if name.startswith("eyeLook"))
        self.faces: NDArray[np.int32] = template.faces
        self.identity_names: tuple[str, ...] = identity_names
        self._eyeball = template.eyeball
        if template.landmarks is None:
            self.landmark_vertices = nearest_landmarks(self._rest, self.faces, ~template.eyeball)
        else:
            self.landmark_vertices = template.landmarks
        # the eyes are rotated by joints, and the lids that follow them are fitted
        coefficients, fitted = fit_expressions(template, self._rest, scale, self.landmark_vertices, self.by_joints)
        self.expressions: frozenset[str] = fitted | self.by_joints | eyes
        self._scale = scale / HEAD_HEIGHT
        self.register_buffer("_origin", torch.from_numpy(origin.astype(np.float32)), persistent=False)
        self.register_buffer("_coefficients", torch.from_numpy(coefficients.astype(np.float32)), persistent=False)

    @property
    def vertex_count(self) -> int:
        """V, the number of vertices."""
        return len(self._rest)

    @cached_property
    def materials(self) -> NDArray[np.int64]:
        """Material (V,) of each vertex."""
        covered = hair_cover(self._rest, self._rest[self.landmark_vertices]) > 0.5
        return np.where(self._eyeball, EYE, np.where(covered, HAIR, SKIN))

    def painted(self, appearance: Appearance) -> NDArray[np.uint8]:
        """sRGB (V, 3) of an appearance on the vertices; hair is a shadow on the scalp."""
        parts = np.where(self._eyeball, EYES, SKIN_PART)
        return paint_head(self._rest, self.faces, self.landmark_vertices, parts, appearance)

    def posed(self, pose: Pose) -> Tensor:
        """Vertices (B, V, 3) of a checked pose, as `vertices` promises."""
        aside = pose.weight("jawLeft") - pose.weight("jawRight")
        opening = JAW_ANGLE * pose.weight("jawOpen") + pose.jaw[:, 0]
        jaw = rotation(JAW_ASIDE * aside + pose.jaw[:, 1], opening, torch.zeros_like(opening + aside))
        weights = pose.expression + self._shares(pose)
        eyes = [rotation(yaw, pitch, torch.zeros_like(yaw)) for yaw, pitch in map(pose.eyeball, ("Left", "Right"))]
        turns = (rotation(*pose.neck.unbind(dim=1)), jaw, *eyes)
        full = [value.expand(pose.batch, *value.shape[1:]) for value in (pose.identity, weights, *turns)]
        points = self.skinned(full[0], full[1] @ self._coefficients, *full[2:])  # type: ignore[operator]
        return (points - self._origin) * self._scale + pose.translation[:, None]  # type: ignore[operator]

    def _shares(self, pose: Pose) -> Tensor:
        """Expression weights (B or 1, 52) added by gaze (lids) and, for models without a jaw joint, by jaw."""
        down = (pose.eyes[:, 1] / GAZE_LIDS).clamp(-1, 1)
        shares = {f"eyeLookDown{side}": down.clamp(min=0) for side in ("Left", "Right")}
        shares |= {f"eyeLookUp{side}": (-down).clamp(min=0) for side in ("Left", "Right")}
        if "jawOpen" not in self.by_joints:
            aside = pose.jaw[:, 1] / JAW_ASIDE / 2
            shares |= {"jawOpen": pose.jaw[:, 0] / JAW_ANGLE, "jawLeft": aside, "jawRight": -aside}
        total = torch.zeros_like(pose.expression[:1])
        for name, share in shares.items():
            column = torch.zeros_like(total[:1])
            column[:, EXPRESSION_INDEX[name]] = 1
            total = total + column * share[:, None]
        return total

    @abstractmethod
    def skinned(
        self, identity: Tensor, components: Tensor, neck: Tensor, jaw: Tensor, left: Tensor, right: Tensor
    ) -> Tensor:
        """Vertices (B, V, 3) in the model's units from identity (B, I), components (B, E) and rotations (B, 3, 3)."""
