"""The similarity transform, the warp and single images."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from faces_drawing import REAL, draw_face, face_transform, picture
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from mien.clips import ClipError
from mien.faces.alignment import (
    STABLE_POINTS,
    align_image,
    mean_shape,
    scaled,
    similarity_transform,
    transform_points,
    warp,
)
from mien.faces.detectors.open import open_detector

STABLE = list(STABLE_POINTS)


def _similarity(scale: float, angle: float, x: float, y: float) -> NDArray[np.float64]:
    a, b = scale * np.cos(angle), scale * np.sin(angle)
    return np.array([[a, -b, x], [b, a, y]])


@given(
    scale=st.floats(0.01, 100),
    angle=st.floats(-np.pi, np.pi),
    x=st.floats(-5000, 5000),
    y=st.floats(-5000, 5000),
)
def test_a_known_similarity_is_recovered(scale: float, angle: float, x: float, y: float) -> None:
    known = _similarity(scale, angle, x, y)
    points = mean_shape(128)[STABLE]
    targets = points @ known[:, :2].T + known[:, 2]
    np.testing.assert_allclose(similarity_transform(points, targets), known, rtol=1e-7, atol=1e-6 * max(scale, 1))


@given(seed=st.integers(0, 2**32 - 1))
@settings(max_examples=30)
def test_it_is_the_least_squares_solution(seed: int) -> None:
    """Compared with the general linear least squares over the four parameters a, b, x, y."""
    rng = np.random.default_rng(seed)
    p, q = rng.normal(size=(2, 11, 2)) * 50
    rows = np.concatenate(
        [
            np.column_stack([p[:, 0], -p[:, 1], np.ones(11), np.zeros(11)]),
            np.column_stack([p[:, 1], p[:, 0], np.zeros(11), np.ones(11)]),
        ]
    )
    a, b, x, y = np.linalg.lstsq(rows, np.concatenate([q[:, 0], q[:, 1]]), rcond=None)[0]
    np.testing.assert_allclose(similarity_transform(p, q), [[a, -b, x], [b, a, y]], atol=1e-8)


def test_many_frames_at_once_are_the_same_as_one_by_one() -> None:
    points = np.random.default_rng(0).normal(size=(5, 11, 2))
    targets = mean_shape(64)[STABLE]
    together = similarity_transform(points, targets)
    assert together.shape == (5, 2, 3)
    for one, frame in zip(together, points, strict=True):
        np.testing.assert_allclose(one, similarity_transform(frame, targets), atol=1e-12)


@pytest.mark.parametrize("bad", [np.full((11, 2), 7.0), np.full((11, 2), np.nan)])
def test_points_without_extent_are_refused(bad: NDArray[np.float64]) -> None:
    with pytest.raises(ValueError, match="must"):
        similarity_transform(bad, mean_shape(64)[STABLE])


def test_the_mean_shape_is_a_whole_symmetric_face() -> None:
    shape = mean_shape(128)
    assert shape.min() > 10
    assert shape.max() < 110  # the chin, with room for an open jaw below
    mirrored = 127 - shape[16::-1, 0]
    np.testing.assert_allclose(mirrored, shape[:17, 0], atol=0.02)
    np.testing.assert_allclose(mean_shape(64), (shape + 0.5) / 2 - 0.5)


def test_warped_points_lie_where_the_warped_picture_has_them() -> None:
    """A dot is found, after the warp, at the transformed position to a twentieth of a pixel; at any scale."""
    ys, xs = np.mgrid[:300, :400]
    for scale in (0.23, 0.5, 0.9, 1.0, 2.7):
        transform = _similarity(scale, 0.3, 20, -10)
        x, y = 180.3, 140.8
        dot = 255 * np.exp(-((xs - x) ** 2 + (ys - y) ** 2) / (2 * (4 / scale) ** 2))
        frame = np.repeat(dot.round().astype(np.uint8)[..., None], 3, axis=2)
        expected = transform_points(np.array([[x, y]]), transform)[0]
        shifted = transform.copy()
        shifted[:, 2] += 63.2 - expected
        crop = warp(frame, shifted, 128)[..., 0].astype(np.float64)
        cy, cx = np.mgrid[:128, :128]
        found = np.array([(crop * cx).sum(), (crop * cy).sum()]) / crop.sum()
        np.testing.assert_allclose(found, [63.2, 63.2], atol=0.05)


def test_a_mesh_keeps_its_form() -> None:
    mesh = np.random.default_rng(1).normal(size=(4, 478, 3)).astype(np.float32)
    transforms = np.stack([_similarity(2.0, angle, 3, 4) for angle in (0.0, 0.5, 1.0, 2.0)])
    moved = transform_points(mesh, transforms)
    lengths = np.linalg.norm(mesh[:, 1:] - mesh[:, :-1], axis=-1)
    np.testing.assert_allclose(np.linalg.norm(moved[:, 1:] - moved[:, :-1], axis=-1), 2 * lengths, rtol=1e-4)


def test_a_fine_pattern_does_not_alias() -> None:
    """Stripes of one pixel, made four times smaller, become even grey; plain bilinear sampling shows bands."""
    stripes = np.zeros((600, 600, 3), np.uint8)
    stripes[:, ::2] = 255
    transform = _similarity(0.24, 0.0, 0, 0)
    crop = warp(stripes, transform, 128)[8:120, 8:120].astype(float)
    plain = cv2.warpAffine(stripes, transform, (128, 128), flags=cv2.INTER_LINEAR)[8:120, 8:120].astype(float)
    assert crop.std() < 12
    assert crop.std() < plain.std() / 4
    assert abs(crop.mean() - 127.5) < 3


def test_outside_the_picture_the_border_is_repeated() -> None:
    frame = np.full((40, 40, 3), 77, np.uint8)
    assert (warp(frame, _similarity(1.0, 0.0, 40, 40), 128) == 77).all()


def test_a_transform_from_wild_landmarks_stays_cheap() -> None:
    """A face of 100,000 pixels would need a grid of 30 GB."""
    assert warp(picture(), _similarity(1e-3, 0.0, 0, 0), 128).shape == (128, 128, 3)


def test_a_scaled_transform_shows_the_same() -> None:
    transform = _similarity(0.7, 0.1, 5, 6)
    frame = cv2.GaussianBlur(np.random.default_rng(2).integers(0, 255, (200, 200, 3), dtype=np.uint8), (0, 0), 6)
    large = warp(frame, transform, 128)
    small = warp(frame, scaled(transform, 0.5), 64)
    reduced = cv2.resize(large, (64, 64), interpolation=cv2.INTER_AREA)
    assert np.abs(small.astype(int) - reduced).max() <= 2


@pytest.mark.parametrize("width", [110.0, 170.0, 260.0])
@pytest.mark.parametrize("roll", [-0.35, 0.0, 0.2])
def test_a_drawn_face_comes_upright_onto_the_mean_shape(width: float, roll: float) -> None:
    """Its stable points lie within a pixel of the mean shape, and are found there again in the crop."""
    image = picture()
    draw_face(image, face_transform((180, 144), width, roll))
    with open_detector(max_faces=2, tracking=False) as detector:
        aligned = align_image(image, 128, detector)
        again = detector.detect(aligned.crop)[0]
    assert aligned.crop.shape == (128, 128, 3)
    first, second = (points[STABLE] - mean_shape(128)[STABLE] for points in (aligned.landmarks, again.landmarks))
    assert np.linalg.norm(first, axis=1).mean() < 1
    assert np.abs(first.mean(axis=0)).max() < 1e-3  # least squares: the centres coincide
    assert np.linalg.norm(second, axis=1).mean() < 1.6  # what the detector itself differs by between two scales
    assert np.abs(second.mean(axis=0)).max() < 1
    angle = np.arctan2(aligned.transform[1, 0], aligned.transform[0, 0])
    assert angle == pytest.approx(-roll, abs=0.04)


def test_no_face_and_several_faces_are_said() -> None:
    with open_detector(tracking=False) as detector:
        with pytest.raises(ClipError) as nobody:
            align_image(picture(), 128, detector)
        assert nobody.value.reason == "no_face"
        image = picture()
        draw_face(image, face_transform((95, 144), 130))
        draw_face(image, face_transform((265, 144), 130), tone=40)
        with pytest.raises(ClipError) as two:
            align_image(image, 128, detector)
        assert two.value.reason == "several_faces"


@pytest.mark.real
def test_real_stills_are_aligned_almost_onto_themselves() -> None:
    """CREMA-D stills of emotalkingface are already aligned as our crops are: little is left to do."""
    stills = sorted((REAL / "talking/cremad/stills").glob("*.png"))
    if not stills:
        pytest.skip(f"real media not present: {REAL / 'talking/cremad/stills'}")
    with open_detector(tracking=False) as detector:
        for path in stills:
            image = np.asarray(cv2.cvtColor(cv2.imread(str(path)), cv2.COLOR_BGR2RGB), np.uint8)
            aligned = align_image(image, 128, detector)
            assert np.hypot(*aligned.transform[:, 0]) == pytest.approx(1, abs=0.08)
            assert np.abs(aligned.transform @ [63.5, 63.5, 1] - 63.5).max() < 5
            assert np.abs((aligned.landmarks - mean_shape(128))[STABLE]).mean() < 2
