"""Head motion from the landmarks of a clip: robust, regularised least squares over the whole clip.

    minimise  Σ ρ(|landmark - projection| / σ)  +  Σ (frame - next frame)² / step²  +  priors

over identity and camera scale (per clip) and neck, translation, gaze and expressions (per frame), by iteratively
reweighted Gauss–Newton steps with the robust function of Geman and McClure (ρ(r) = r² / (1 + r² / c²), "Bayesian image
analysis", 1985). Projected steps keep expressions in [0, 1].
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from mien.heads.embedded.head import EmbeddedHead
from mien.heads.embedded.identity import IDENTITY_NAMES
from mien.heads.fitting.model import (
    EXPRESSIONS,
    FITTED,
    GAZE,
    NECK,
    TRANSLATION,
    Camera,
    PointModel,
)
from mien.heads.fitting.points import (
    Calibration,
    Correspondence,
    landmark_points,
    mesh_points,
)
from mien.heads.fitting.solver import newton_step
from mien.heads.performance import EXPRESSION_INDEX, Performance

FEATURES = (
    "brow_height",
    "brow_thickness",
    "mouth_width",
    "mouth_height",
    "lip_fullness",
    "eye_size",
    "eye_tilt",
    "nose_width",
    "cheek_fullness",
    "age",
)
"""Identity parameters that can be confused with a constant expression."""

RARE = (
    "jawLeft",
    "jawRight",
    "mouthLeft",
    "mouthRight",
    "mouthRollLower",
    "mouthRollUpper",
    "mouthShrugLower",
    "mouthShrugUpper",
    "mouthPressLeft",
    "mouthPressRight",
    "mouthDimpleLeft",
    "mouthDimpleRight",
)
"""Expressions that are rarely strong and that landmarks hardly distinguish from others."""

Array = NDArray[np.float64]

_FRAMES = 8 + len(FITTED)
_OUTER_EYES = (36, 45)

_SLAB = 32  # frames whose derivatives are computed together, to fit the processor's cache
_LEAST_SCALE = 1.0  # pixels for a whole head
_STILL = 2e-3  # convergence: maximum change of an angle or a weight


@dataclass(frozen=True)
class FitOptions:
    """Weights of data term and priors.

    distance: from the camera to the head, head units. steps: maximum number of Newton steps. outlier: c of the robust
    function, in standard deviations of a point. evidence: effective number of independent points, because their errors
    are correlated. sparse, blink_sparse: strength, in standard deviations, of the pull of expressions and blinks to 0.

    The others are standard deviations of priors: identity, and features (`FEATURES`), in units of the identity
    parameters; depth, of the translation to the viewer, in head units; gaze in radians; expression, and rare (`RARE`),
    of weights; uneven, and wink (for blinks), of left minus right; `..._step`, of the change within 1/25 s.
    """

    distance: float = 5.2
    steps: int = 8
    outlier: float = 3.0
    evidence: float = 50.0
    identity: float = 0.5
    features: float = 0.08
    depth: float = 0.05
    gaze: float = 0.3
    expression: float = 0.8
    sparse: float = 0.4
    rare: float = 0.2
    blink_sparse: float = 2.0
    uneven: float = 0.15
    wink: float = 1.0
    neck_step: float = 0.03
    translation_step: float = 0.01
    gaze_step: float = 0.12
    expression_step: float = 0.10
    jaw_step: float = 0.2
    blink_step: float = 1.0


@dataclass(frozen=True, eq=False)
class Fit:
    """Result of `fit_head`.

    performance: T frames; translation relative to the median position. identity: float32 (I,). scale: pixels per head
    unit at the head. centre: float32 (2,), median position in pixels of the head's origin. residual: float32 (T,), mean
    distance between landmarks and fit in inter-ocular distances.
    """

    performance: Performance
    identity: NDArray[np.float32]
    scale: float
    centre: NDArray[np.float32]
    residual: NDArray[np.float32]


@lru_cache(maxsize=8)
def _model(head: EmbeddedHead, of_mesh: bool, calibration: Calibration) -> tuple[Correspondence, PointModel]:
    points = mesh_points(calibration) if of_mesh else landmark_points(head, calibration)
    return points, PointModel(head, points.vertices, points.offsets, points.gains)


def fit_head(
    head: EmbeddedHead,
    landmarks: NDArray[np.floating],
    mesh: NDArray[np.floating] | None,
    size: tuple[int, int],
    fps: Fraction = Fraction(25),
    calibration: Calibration = "mediapipe",
    options: FitOptions = FitOptions(),
) -> Fit:
    """Fit the head to T frames of landmarks (T, 68, 2) in iBUG's order, or of MediaPipe's mesh (T, 478, 2 or 3).

    If the mesh is given, only the mesh is fitted (the landmarks are means of its points); without it there is no gaze.
    Both are in pixels of the camera picture of `size` (width, height), whose centre is the principal point; for rotated
    or cropped pictures, transform them to the camera picture first. `calibration`: `mediapipe`, or `exact` for points
    of the head itself. Raises ValueError for wrong shapes, values that are not finite, coincident points, or no frame.
    """
    observed = _checked(landmarks, mesh)
    points, model = _model(head, mesh is not None, calibration)
    seen = torch.from_numpy(np.ascontiguousarray(observed[:, points.source, :2], np.float64))
    problem = _Problem(model, points, Camera(size, options.distance), seen, fps, options)
    problem.start()
    for _ in range(options.steps):
        if problem.improve() < _STILL:
            break
    return problem.fit(np.asarray(landmarks, np.float64), fps, gaze=mesh is not None)


def _checked(landmarks: NDArray[np.floating], mesh: NDArray[np.floating] | None) -> NDArray[np.floating]:
    if landmarks.ndim != 3 or landmarks.shape[1:] != (68, 2):
        raise ValueError(f"landmarks must be (T, 68, 2), not {landmarks.shape}")
    if not len(landmarks):
        raise ValueError("there is no frame to fit")
    given = landmarks
    if mesh is not None:
        if mesh.ndim != 3 or mesh.shape[1] != 478 or mesh.shape[2] not in (2, 3) or len(mesh) != len(landmarks):
            raise ValueError(f"a mesh must be ({len(landmarks)}, 478, 3), not {mesh.shape}")
        given = mesh
    if not np.isfinite(given).all() or not np.isfinite(landmarks).all():
        raise ValueError("landmarks must be finite")
    return given


class _Problem:
    """The unknowns of one clip and their optimisation."""

    def __init__(
        self,
        model: PointModel,
        points: Correspondence,
        camera: Camera,
        seen: Tensor,
        fps: Fraction,
        options: FitOptions,
    ) -> None:
        self.model, self.camera, self.seen, self.options = model, camera, seen, options
        self.deviation = torch.from_numpy(points.deviations)
        self.frames = torch.zeros(len(seen), _FRAMES, dtype=torch.float64)
        self.identity = torch.zeros(model.identities, dtype=torch.float64)
        self.scale = torch.ones((), dtype=torch.float64)
        self._priors(fps)

    def _priors(self, fps: Fraction) -> None:
        o = self.options
        width = np.full(_FRAMES, o.expression)
        width[NECK], width[TRANSLATION], width[GAZE] = 10.0, 10.0, o.gaze
        width[5] = o.depth
        width[[8 + FITTED.index(name) for name in RARE]] = o.rare
        step = np.full(_FRAMES, o.expression_step)
        step[NECK], step[TRANSLATION], step[GAZE] = o.neck_step, o.translation_step, o.gaze_step
        for name, value in (("jawOpen", o.jaw_step), ("eyeBlinkLeft", o.blink_step), ("eyeBlinkRight", o.blink_step)):
            step[8 + FITTED.index(name)] = value
        self.ties = float(fps) / 25 / step**2
        self.prior = np.diag(1 / width**2)
        for name in FITTED:
            other = f"{name[:-4]}Right"
            if name.endswith("Left") and other in FITTED and name not in ("jawLeft", "mouthLeft"):
                pair = [8 + FITTED.index(name), 8 + FITTED.index(other)]
                uneven = o.wink if name == "eyeBlinkLeft" else o.uneven
                self.prior[np.ix_(pair, pair)] += np.array([[1, -1], [-1, 1]]) / uneven**2
        self.pull = np.zeros(_FRAMES)
        self.pull[EXPRESSIONS] = o.sparse / width[EXPRESSIONS]
        shut = [8 + FITTED.index("eyeBlinkLeft"), 8 + FITTED.index("eyeBlinkRight")]
        self.pull[shut] = o.blink_sparse / width[shut]
        shape = np.where(np.isin(IDENTITY_NAMES, FEATURES), o.features, o.identity)
        self.shared_prior = np.append(1 / shape**2, 1e-6)

    def start(self) -> None:
        """Scale, rotation and position of each frame by weak perspective of the resting head, in closed form."""
        rest = self.model.rest
        weight = 1 / self.deviation[:, None]
        frame = torch.cat([rest, torch.ones_like(rest[:, :1])], 1)
        middle = self.seen.new_tensor(self.camera.size) / 2
        target = (self.seen - middle) * self.seen.new_tensor([1.0, -1.0])
        affine = torch.linalg.lstsq(frame * weight, (target * weight).transpose(0, 1).flatten(1)).solution
        affine = affine.unflatten(1, (len(self.seen), 2)).permute(1, 2, 0)  # (T, 2, 4)
        left, sizes, right = torch.linalg.svd(affine[:, :, :3], full_matrices=False)
        rows = left @ right
        turn = torch.cat([rows, torch.linalg.cross(rows[:, 0], rows[:, 1])[:, None]], 1)
        self.scale = sizes.mean(1).median()
        if not float(self.scale) > _LEAST_SCALE:
            raise ValueError("the landmarks coincide: there is no face to fit")
        self.frames[:, 0] = torch.atan2(turn[:, 0, 2], turn[:, 2, 2])
        self.frames[:, 1] = torch.asin((-turn[:, 1, 2]).clamp(-1, 1))
        self.frames[:, 2] = torch.atan2(-turn[:, 1, 0], turn[:, 1, 1])
        pivot = self.model.neck_pivot
        shift = affine[:, :, 3] / self.scale - pivot[:2] + (turn @ pivot)[:, :2]
        self.frames[:, 3:5] = shift

    def improve(self) -> float:
        """One Gauss–Newton step over all unknowns; returns the maximum change of a per-frame unknown."""
        blocks, border, corner, slope, shared_slope = self._normal_equations()
        now = self.frames.numpy()
        down = slope - now @ self.prior - self.pull
        difference = np.diff(now, axis=0) * self.ties
        down[:-1] += difference
        down[1:] -= difference
        weights, wanted = now[:, EXPRESSIONS], down[:, EXPRESSIONS]
        free = np.ones(now.shape, bool)
        free[:, EXPRESSIONS] = ~((weights <= 0) & (wanted < 0)) & ~((weights >= 1) & (wanted > 0))
        step, shared_step = newton_step(
            blocks + self.prior,
            border,
            corner + np.diag(self.shared_prior),
            self.ties,
            free,
            down,
            shared_slope - self.shared_prior * np.append(self.identity.numpy(), 0.0),
        )
        moved = now + step
        moved[:, EXPRESSIONS] = moved[:, EXPRESSIONS].clip(0, 1)
        self.frames = torch.from_numpy(moved)
        self.identity = self.identity + torch.from_numpy(shared_step[:-1])
        self.scale = self.scale * float(np.exp(np.clip(shared_step[-1], -0.3, 0.3)))
        return float(np.abs(moved - now).max())

    def _normal_equations(self) -> tuple[Array, Array, Array, Array, Array]:
        """The data term: blocks, border, corner and the two gradients, as in `newton_step`."""
        own, squares, slopes, corner = _FRAMES, [], [], np.zeros(())
        for start in range(0, len(self.frames), _SLAB):
            part = slice(start, start + _SLAB)
            pixels, rows = self.model.linearised(self.camera, self.scale, self.identity, self.frames[part])
            left = self.seen[part] - pixels
            weight = self._weights(left).sqrt()[..., None]
            rows = rows.mul_(weight[..., None].float()).flatten(1, 2)
            square = (rows.transpose(1, 2) @ rows).double().numpy()
            squares.append(square[:, :own])
            corner = corner + square[:, own:, own:].sum(0)
            slopes.append(torch.einsum("tru,tr->tu", rows, (left * weight).flatten(1, 2).float()).double().numpy())
        full, slope = np.concatenate(squares), np.concatenate(slopes)
        return full[:, :, :own], full[:, :, own:], corner, slope[:, :own], slope[:, own:].sum(0)

    def _weights(self, left: Tensor) -> Tensor:
        """Robust weights (T, P) in 1 / pixel² for errors (T, P, 2) in pixels."""
        deviation = self.deviation * self.scale
        relative = (left**2).sum(-1) / (deviation * self.options.outlier) ** 2
        evidence = self.options.evidence / len(self.deviation)
        return evidence / (1 + relative) ** 2 / deviation**2

    def fit(self, landmarks: NDArray[np.float64], fps: Fraction, gaze: bool) -> Fit:
        """The result."""
        pixels = self.model.seen(self.camera, self.scale, self.identity, self.frames)
        eyes = np.linalg.norm(landmarks[:, _OUTER_EYES[0]] - landmarks[:, _OUTER_EYES[1]], axis=1)
        distance = torch.linalg.norm(self.seen - pixels, dim=-1).mean(1).numpy()
        frames = self.frames.numpy()
        expression = np.zeros((len(frames), len(EXPRESSION_INDEX)), np.float32)
        expression[:, [EXPRESSION_INDEX[name] for name in FITTED]] = frames[:, EXPRESSIONS]
        place = np.median(frames[:, TRANSLATION], axis=0)
        middle = torch.from_numpy(place)[None, None]
        return Fit(
            performance=Performance(
                fps=fps,
                expression=expression,
                neck=frames[:, NECK],
                translation=frames[:, TRANSLATION] - place,
                gaze=frames[:, GAZE] * gaze,
            ),
            identity=self.identity.numpy().astype(np.float32),
            scale=float(self.scale),
            centre=self.camera.project(middle, self.scale)[0][0, 0].numpy().astype(np.float32),
            residual=(distance / np.median(eyes).clip(1e-6)).astype(np.float32),
        )
