"""Whether sculpted heads stay heads: self-intersections of the skin, and eyelids that lie on their eyeballs."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray

from mien.heads.embedded.head import EmbeddedHead
from mien.heads.embedded.parts import PARTS
from mien.heads.head import HEAD_HEIGHT
from mien.heads.latents.decode import decode
from mien.heads.latents.latents import Latents
from mien.metrics.meshes import self_intersections

Points = NDArray[np.float64]

_LIDS = {"eye_left": "eye0", "eye_right": "eye0_right"}


@torch.no_grad()
def measure_geometry(head: EmbeddedHead, people: Sequence[Latents]) -> dict[str, float]:
    """Figures over heads (1) with a neutral expression, against the average head's.

    `self_intersections`: mean number of crossing pairs of the skin's triangles beyond the average head's own;
    `lid_gap_mm`: mean distance, millimetres, by which the lids' margins lie nearer to or further from the eyeball than
    those of the average head; `lid_gap_max_mm`: the largest mean over the margin of one head's eye.
    """
    count = len(head.surface.skin.positions)
    faces = head.faces[(head.faces < count).all(axis=1)]
    average = _points(head, torch.zeros(1, len(head.identity_names)))
    own, gaps = self_intersections(average[:count], faces), _lid_gaps(head, average)
    crossings, changes = [], []
    for person in people:
        points = _points(head, decode(person).identity)
        crossings.append(max(self_intersections(points[:count], faces) - own, 0))
        changes.append([float(np.abs(gap - gaps[name]).mean()) for name, gap in _lid_gaps(head, points).items()])
    return {
        "self_intersections": float(np.mean(crossings)),
        "lid_gap_mm": float(np.mean(changes)),
        "lid_gap_max_mm": float(np.max(changes)),
    }


def _points(head: EmbeddedHead, identity: torch.Tensor) -> Points:
    points = head.vertices(identity, torch.zeros(1, 52))[0].double().numpy()
    return np.asarray(points * HEAD_HEIGHT * 10)


def _lid_gaps(head: EmbeddedHead, points: Points) -> dict[str, Points]:
    """Distance (N,), millimetres, of the vertices of each lid margin from the sphere of its eyeball."""
    found = {}
    for name, loop in _LIDS.items():
        eye = points[head.surface.kind == PARTS.index(name)]
        centre, radius = _sphere(eye)
        found[name] = np.linalg.norm(points[head.surface.skin.loops[loop]] - centre, axis=1) - radius
    return found


def _sphere(points: Points) -> tuple[Points, float]:
    """Centre and radius of the sphere through points, by least squares."""
    known = np.concatenate([2 * points, np.ones((len(points), 1))], axis=1)
    solution = np.linalg.lstsq(known, (points**2).sum(axis=1), rcond=None)[0]
    return solution[:3], float(np.sqrt(solution[3] + (solution[:3] ** 2).sum()))
