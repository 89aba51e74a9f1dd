from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
import torch
from fitting_making import SIZE, angles_between, lively, projected

from mien.heads.embedded.head import EmbeddedHead
from mien.heads.fitting.fit import FitOptions, fit_head
from mien.heads.fitting.model import FITTED, Camera, PointModel
from mien.heads.fitting.points import mesh_points
from mien.heads.fitting.solver import newton_step
from mien.heads.performance import ARKIT_NAMES, EXPRESSION_INDEX, Performance
from mien.heads.render.render import Camera as RenderCamera

CERTAIN = FitOptions(evidence=1e5, steps=15)
"""Landmarks that are exact need no prior."""


@pytest.fixture(scope="module")
def head() -> EmbeddedHead:
    return EmbeddedHead()


@pytest.mark.parametrize("of_mesh", [True, False])
def test_landmarks_that_are_exact_give_back_what_the_head_did(head: EmbeddedHead, of_mesh: bool) -> None:
    performance = lively(25)
    identity = head.identity(face_width=0.8, nose_length=-0.6, jaw_width=0.5, eye_spacing=0.5)
    camera = RenderCamera(distance=5.2, height=1.5, centre=(0.05, -0.1))
    landmarks, mesh = projected(head, identity, performance, camera)
    fit = fit_head(head, landmarks, mesh if of_mesh else None, SIZE, calibration="exact", options=CERTAIN)
    found = fit.performance
    assert angles_between(performance.neck, found.neck).max() < 0.05
    assert np.allclose(found.expression[:, EXPRESSION_INDEX["jawOpen"]], performance.expression[:, 17], atol=0.005)
    fitted = [EXPRESSION_INDEX[name] for name in FITTED]
    assert np.abs(found.expression - performance.expression)[:, fitted].max() < 0.08
    expected = performance.translation - np.median(performance.translation, axis=0)
    assert np.allclose(found.translation, expected, atol=1e-3)
    assert fit.scale == pytest.approx(360 / 1.5, rel=0.005)
    assert fit.residual.max() < 1e-3
    assert np.allclose(fit.identity, identity, atol=0.2)
    assert fit.centre == pytest.approx(np.array([240, 180]) - np.array([0.05, -0.1]) * [1, -1] * 240, abs=12)
    if of_mesh:
        assert np.allclose(found.gaze, performance.gaze, atol=2e-3)
    else:
        assert not found.gaze.any()


def test_the_default_priors_cost_little(head: EmbeddedHead) -> None:
    performance = lively(25, phase=1.0)
    landmarks, mesh = projected(head, head.identity(), performance, RenderCamera())
    found = fit_head(head, landmarks, mesh, SIZE, calibration="exact").performance
    assert angles_between(performance.neck, found.neck).mean() < 1
    jaw = EXPRESSION_INDEX["jawOpen"]
    assert np.abs(found.expression[:, jaw] - performance.expression[:, jaw]).mean() < 0.05


def test_a_wild_point_changes_hardly_anything(head: EmbeddedHead) -> None:
    performance = lively(15)
    landmarks, mesh = projected(head, head.identity(), performance, RenderCamera())
    clean = fit_head(head, landmarks, mesh, SIZE, calibration="exact").performance
    spoilt = mesh.copy()
    spoilt[:, mesh_points("exact").source[::40], :2] += (60, -45)
    found = fit_head(head, landmarks, spoilt, SIZE, calibration="exact").performance
    assert angles_between(clean.neck, found.neck).mean() < 0.5


def test_a_still_head_with_noisy_landmarks_is_smoothed(head: EmbeddedHead) -> None:
    still = Performance.still(frames=40)
    landmarks, mesh = projected(head, head.identity(), still, RenderCamera())
    mesh[..., :2] += np.random.default_rng(0).normal(0, 1.5, mesh[..., :2].shape)
    loose = replace(FitOptions(), neck_step=10.0, translation_step=10.0, expression_step=10.0, jaw_step=10.0)
    free = fit_head(head, landmarks, mesh, SIZE, calibration="exact", options=loose).performance
    tied = fit_head(head, landmarks, mesh, SIZE, calibration="exact").performance
    assert np.diff(tied.neck, axis=0).std() < 0.7 * np.diff(free.neck, axis=0).std()
    assert tied.expression.max() < 0.2


def test_a_turned_head_is_found_from_afar(head: EmbeddedHead) -> None:
    zeros = np.zeros((1, 3), np.float32)
    for yaw in (-0.9, 0.9):
        neck = np.array([[yaw, 0.1, -0.2]], np.float32)
        turned = Performance(Fraction(25), np.zeros((1, 52), np.float32), neck, zeros, zeros[:, :2])
        landmarks, mesh = projected(head, head.identity(), turned, RenderCamera())
        found = fit_head(head, landmarks, mesh, SIZE, calibration="exact", options=CERTAIN).performance
        assert angles_between(neck, found.neck).max() < 1


def test_derivatives_are_those_of_the_head(head: EmbeddedHead) -> None:
    points = mesh_points("mediapipe")
    model = PointModel(head, points.vertices, points.offsets, points.gains)
    generator = torch.Generator().manual_seed(3)
    frames = torch.rand(2, 8 + len(FITTED), generator=generator, dtype=torch.float64) * 0.5
    frames[1, 7] = -0.2  # the lids follow a look upwards in another way than one downwards
    identity = torch.randn(model.identities, generator=generator, dtype=torch.float64)
    camera, scale = Camera((320, 300), 5.0), torch.tensor(200.0, dtype=torch.float64)
    _, derivatives = model.linearised(camera, scale, identity, frames)
    by_frames, by_identity, by_scale = torch.autograd.functional.jacobian(
        lambda f, i, s: model.seen(camera, s.exp(), i, f), (frames, identity, scale.log())
    )
    own = torch.stack([by_frames[t, :, :, t] for t in range(2)])
    expected = torch.cat([own, by_identity, by_scale[..., None]], -1)
    assert torch.allclose(derivatives.double(), expected, atol=1e-4)  # pixels per unit, in single precision


def test_points_without_calibration_are_the_vertices(head: EmbeddedHead) -> None:
    points = mesh_points("exact")
    model = PointModel(head, points.vertices, points.offsets, points.gains)
    performance = lively(3)
    # what is seen of a gaze on the lids goes through the same vertices
    frames = torch.zeros(3, 8 + len(FITTED), dtype=torch.float64)
    frames[:, :3], frames[:, 6:8] = torch.from_numpy(performance.neck), torch.from_numpy(performance.gaze)
    frames[:, 8:] = torch.from_numpy(performance.expression)[:, [EXPRESSION_INDEX[name] for name in FITTED]]
    identity = torch.randn(model.identities, generator=torch.Generator().manual_seed(0))
    vertices = head.vertices(
        identity[None],
        torch.from_numpy(performance.expression),
        neck=torch.from_numpy(performance.neck),
        eyes=torch.from_numpy(performance.gaze),
    )[:, points.vertices]
    # a camera so far away that it sees x and y as they are
    seen = model.seen(Camera((0, 0), 1e9), torch.tensor(1.0), identity.double(), frames)
    assert torch.allclose(seen * torch.tensor([1.0, -1.0]), vertices[..., :2].double(), atol=1e-5)


def test_the_step_solves_the_whole_system() -> None:
    rng = np.random.default_rng(1)
    frames, unknowns, shared = 4, 3, 2
    root = rng.normal(size=(frames, unknowns + shared, unknowns + shared + 2))
    full = root @ root.transpose(0, 2, 1)
    ties = np.array([0.5, 2.0, 0.0])
    free = np.ones((frames, unknowns), bool)
    free[2, 1] = False
    slope, shared_slope = rng.normal(size=(frames, unknowns)), rng.normal(size=shared)
    blocks, border = full[:, :unknowns, :unknowns], full[:, :unknowns, unknowns:]
    corner = full[:, unknowns:, unknowns:].sum(0)
    step, shared_step = newton_step(blocks, border, corner, ties, free, slope, shared_slope)
    dense = np.zeros((frames * unknowns + shared,) * 2)
    for t in range(frames):
        own = slice(t * unknowns, (t + 1) * unknowns)
        dense[own, own] += blocks[t] + np.diag(ties) * ((t > 0) + (t < frames - 1))
        dense[own, -shared:], dense[-shared:, own] = border[t], border[t].T
        if t:
            before = slice((t - 1) * unknowns, t * unknowns)
            dense[own, before] -= np.diag(ties)
            dense[before, own] -= np.diag(ties)
    dense[-shared:, -shared:] = corner
    keep = np.append(free.ravel(), [True] * shared)
    expected = np.zeros(len(keep))
    expected[keep] = np.linalg.solve(dense[np.ix_(keep, keep)], np.append(slope.ravel(), shared_slope)[keep])
    assert np.allclose(np.append(step.ravel(), shared_step), expected)


def test_wrong_landmarks_are_named(head: EmbeddedHead) -> None:
    good = np.zeros((2, 68, 2))
    with pytest.raises(ValueError, match=r"landmarks must be \(T, 68, 2\)"):
        fit_head(head, good[0], None, SIZE)
    with pytest.raises(ValueError, match="no frame"):
        fit_head(head, good[:0], None, SIZE)
    with pytest.raises(ValueError, match=r"mesh must be \(2, 478, 3\)"):
        fit_head(head, good, np.zeros((3, 478, 3)), SIZE)
    with pytest.raises(ValueError, match="finite"):
        fit_head(head, np.full((2, 68, 2), np.nan), None, SIZE)
    with pytest.raises(ValueError, match="coincide"):
        fit_head(head, good, None, SIZE)


def test_nothing_is_fitted_that_cannot_be_seen() -> None:
    assert set(FITTED) < set(ARKIT_NAMES)
    assert not {"tongueOut", "cheekPuff", "eyeLookUpLeft"} & set(FITTED)
