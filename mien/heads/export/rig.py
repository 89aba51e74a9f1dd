"""Bones of an exported head, their weights, and a performance as tracks of bones and morph targets.

Joints: Root → Neck → Head → LeftEye, RightEye. A performance turns the neck alone, whose weights are measured on the
head itself; `Head` is for whoever animates it by hand. Gaze turns the bones of the eyes, less what the morph targets
eyeLookUp and eyeLookDown have turned already, which lift and lower the lids with it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from mien.heads.embedded.head import GAZE_LIDS
from mien.heads.embedded.surface import smoothstep
from mien.heads.export.parts import METRES, HeadMesh
from mien.heads.head import LOOK_UPRIGHT, rotation
from mien.heads.performance import EXPRESSION_INDEX, Performance

JOINTS = ("Root", "Neck", "Head", "LeftEye", "RightEye")

PARENTS = (None, 0, 1, 2, 2)
"""Index of each joint's parent."""

_PROBE = 0.3  # radians of the turns by which weights and pivots are measured

_SKULL = (0.0, -0.040, -0.010)  # metres from the origin: where the skull sits on the spine, below and behind the ears

_HEAD_FROM = 0.35  # weight of the neck above which the bone of the head has a share


@dataclass(frozen=True, eq=False)
class Rig:
    """pivots (5, 3): places of `JOINTS` in metres. weights (V, 5): float32, each row adds up to 1."""

    pivots: NDArray[np.float64]
    weights: NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Tracks:
    """A performance of T frames. times (T,) seconds; translation (T, 3) metres of the root; rotation: unit quaternions

    (T, 4) x, y, z, w by joint; expression (T, 52) of the morph targets, >= 0, above 1 where gaze adds to a full look.
    """

    times: NDArray[np.float32]
    translation: NDArray[np.float32]
    rotation: dict[str, NDArray[np.float32]]
    expression: NDArray[np.float32]


def measure_rig(mesh: HeadMesh) -> Rig:
    """Bones and weights of a head, measured by turning its neck and its eyes."""
    rest = next(mesh.positions(Performance.still()))
    angles = np.eye(3, dtype=np.float32) * _PROBE
    still = Performance.still(frames=3)
    moved = np.stack(list(mesh.positions(replace(still, neck=angles)))) - rest
    turns = _matrices(angles) - np.eye(3)
    # what lies above the eyes follows entirely
    neck = _pivot(turns, rest, moved, rest[:, 1] > 0.02)
    full = (rest - neck) @ turns.transpose(0, 2, 1)
    follows = np.clip((full * moved).sum(axis=(0, 2)) / np.maximum((full**2).sum(axis=(0, 2)), 1e-12), 0, 1)
    gaze = np.array([[_PROBE, 0], [0, _PROBE]], np.float32)
    looking = np.stack(list(mesh.positions(replace(Performance.still(frames=2), gaze=gaze)))) - rest
    turns = _matrices(np.pad(gaze, ((0, 0), (0, 1)))) - np.eye(3)
    eyes = [_pivot(turns, rest, looking, mesh.eyeball == side) for side in (1, -1)]
    above = smoothstep(follows, _HEAD_FROM, 1.0) * follows
    weights = np.stack([1 - follows, follows - above, above, 0 * follows, 0 * follows], axis=1)
    for column, side in ((3, 1), (4, -1)):
        weights[mesh.eyeball == side] = np.eye(5)[column]
    weights[weights < 1e-3] = 0
    weights = (weights / weights.sum(axis=1, keepdims=True)).astype(np.float32)
    return Rig(np.stack([np.zeros(3), neck, np.array(_SKULL), *eyes]), weights)


def _pivot(
    turns: NDArray[np.float64], rest: NDArray[np.float64], moved: NDArray[np.float64], whole: NDArray[np.bool_]
) -> NDArray[np.float64]:
    """The point (3,) about which the vertices `whole` turn as one: (R − 1) pivot = (R − 1) p − moved."""
    goals = (rest[whole] @ turns.transpose(0, 2, 1) - moved[:, whole]).mean(axis=1)
    return np.asarray(np.linalg.lstsq(turns.reshape(-1, 3), goals.reshape(-1), rcond=None)[0])


def tracks(performance: Performance, targets: frozenset[str]) -> Tracks:
    """The tracks of a performance on a head that has the morph `targets`."""
    expression = performance.expression.copy()
    yaw, pitch = performance.gaze.T
    followed = np.clip(pitch / GAZE_LIDS, -1, 1)
    rotations = {"Neck": _quaternions(performance.neck)}
    for side in ("Left", "Right"):
        left_over = pitch.copy()
        for name, sign in ((f"eyeLookDown{side}", 1), (f"eyeLookUp{side}", -1)):
            if name in targets:
                share = np.maximum(sign * followed, 0)
                expression[:, EXPRESSION_INDEX[name]] += share
                left_over -= sign * LOOK_UPRIGHT * share
        rotations[f"{side}Eye"] = _quaternions(np.stack([yaw, left_over, 0 * yaw], axis=1))
    times = np.array([float(frame / performance.fps) for frame in range(len(performance))], np.float32)
    return Tracks(times, (performance.translation * METRES).astype(np.float32), rotations, expression)


def _matrices(angles: NDArray[np.floating]) -> NDArray[np.float64]:
    return rotation(*torch.from_numpy(np.asarray(angles, np.float64)).unbind(dim=1)).numpy()


def _quaternions(angles: NDArray[np.floating]) -> NDArray[np.float32]:
    """Unit quaternions (T, 4) x, y, z, w of yaw, pitch, roll (T, 3), with signs chosen for continuity."""
    found = Rotation.from_matrix(_matrices(angles)).as_quat()
    flips = np.cumprod(np.where((found[1:] * found[:-1]).sum(axis=1) < 0, -1.0, 1.0))
    found[1:] *= flips[:, None]
    return found.astype(np.float32)
