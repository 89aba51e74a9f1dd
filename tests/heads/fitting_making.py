"""Heads that move as the test says, and where their points are seen."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import torch
from numpy.typing import NDArray

from mien.heads.embedded.head import EmbeddedHead
from mien.heads.fitting.points import mesh_points
from mien.heads.head import rotation
from mien.heads.performance import ARKIT_NAMES, EXPRESSION_INDEX, Performance
from mien.heads.render.render import Camera, project

SIZE = (480, 360)


def wave(times: NDArray[np.float64], low: float, high: float, hertz: float, phase: float = 0.0) -> NDArray[np.float64]:
    return low + (high - low) * (0.5 + 0.5 * np.sin(2 * np.pi * hertz * times + phase))


def lively(frames: int, phase: float = 0.0, fps: Fraction = Fraction(25)) -> Performance:
    """A head that turns, nods, leans, talks, smiles, blinks and looks about, all at once and smoothly."""
    times = np.arange(frames) / float(fps)
    expression = np.zeros((frames, len(ARKIT_NAMES)))
    for name, high, hertz in (
        ("jawOpen", 0.8, 1.3),
        ("mouthSmileLeft", 0.9, 0.7),
        ("mouthSmileRight", 0.9, 0.7),
        ("browInnerUp", 0.8, 0.9),
        ("eyeBlinkLeft", 1.0, 1.1),
        ("eyeBlinkRight", 1.0, 1.1),
    ):
        expression[:, EXPRESSION_INDEX[name]] = wave(times, 0.0, high, hertz, phase + hertz)
    angles = [(-0.5, 0.5, 0.6, 0.0), (-0.2, 0.25, 0.9, 1.0), (-0.15, 0.15, 0.5, 2.0)]
    shifts = [(-0.05, 0.05, 0.5, 0.0), (-0.03, 0.03, 0.7, 1.0), (-0.04, 0.04, 0.4, 2.0)]
    looks = [(-0.3, 0.3, 0.8, 0.0), (-0.2, 0.2, 0.6, 1.0)]

    def waves(rows: list[tuple[float, float, float, float]]) -> NDArray[np.float32]:
        columns = [wave(times, low, high, hertz, own + phase) for low, high, hertz, own in rows]
        return np.stack(columns, 1).astype(np.float32)

    return Performance(fps, expression.astype(np.float32), waves(angles), waves(shifts), waves(looks))


def projected(
    head: EmbeddedHead, identity: torch.Tensor, performance: Performance, camera: Camera
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Landmarks (T, 68, 2) and a mesh (T, 478, 3) that lie exactly on the head's vertices, in pixels of `SIZE`."""
    vertices = head.vertices(
        identity[None],
        torch.from_numpy(performance.expression),
        neck=torch.from_numpy(performance.neck),
        eyes=torch.from_numpy(performance.gaze),
        translation=torch.from_numpy(performance.translation),
    ).numpy()
    seen = project(vertices, camera, SIZE)[..., :2]
    points = mesh_points("exact")
    mesh = np.zeros((len(performance), 478, 3))
    mesh[:, points.source, :2] = seen[:, points.vertices]
    return seen[:, head.landmark_vertices], mesh


def angles_between(one: NDArray[np.floating], other: NDArray[np.floating]) -> NDArray[np.float64]:
    """Degrees (T,) of the rotation that leads from neck angles (T, 3) to others."""
    first, second = (rotation(*torch.as_tensor(a).double().unbind(1)) for a in (one, other))
    trace = (first.transpose(1, 2) @ second).diagonal(dim1=1, dim2=2).sum(-1)
    return np.degrees(((trace - 1) / 2).clamp(-1, 1).acos().numpy())
