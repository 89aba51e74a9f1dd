"""PSNR, SSIM, sharpness and mouth crops against hand-computed and reference values."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from mien.metrics.images import PSNR_CEILING, crop, eye_boxes, mouth_boxes, psnr, sharpness, ssim

Picture = NDArray[np.uint8]


def smooth_picture(seed: int, height: int = 40, width: int = 56) -> Picture:
    random = np.random.default_rng(seed)
    coarse = random.integers(0, 256, (height // 8, width // 8, 3)).astype(np.uint8)
    picture = np.kron(coarse, np.ones((8, 8, 1), np.uint8)).astype(np.int64) + random.integers(
        -20, 20, (height, width, 3)
    )
    return np.clip(picture, 0, 255).astype(np.uint8)


def test_psnr_of_a_known_error_is_the_hand_computed_one() -> None:
    reference = np.full((10, 10, 3), 100, np.uint8)
    assert psnr(reference + np.uint8(5), reference) == pytest.approx(10 * math.log10(255**2 / 25))
    black, white = np.zeros((4, 4, 3), np.uint8), np.full((4, 4, 3), 255, np.uint8)
    assert psnr(black, white) == 0.0


def test_a_perfect_copy_scores_perfect_and_stays_a_plain_number() -> None:
    picture = smooth_picture(1)
    assert psnr(picture, picture) == PSNR_CEILING
    assert ssim(picture, picture) == pytest.approx(1, abs=1e-12)


@pytest.mark.parametrize("seed", range(4))
def test_psnr_and_ssim_equal_scikit_image(seed: int) -> None:
    metrics = pytest.importorskip("skimage.metrics")
    one, other = smooth_picture(seed), smooth_picture(seed if seed % 2 else seed + 100)
    other = np.clip(other.astype(int) + np.random.default_rng(seed).integers(-30, 30, other.shape), 0, 255).astype(
        np.uint8
    )
    expected = metrics.structural_similarity(
        one, other, channel_axis=-1, data_range=255, gaussian_weights=True, sigma=1.5, use_sample_covariance=False
    )
    assert ssim(one, other) == pytest.approx(expected, abs=1e-4)
    assert psnr(one, other) == pytest.approx(metrics.peak_signal_noise_ratio(other, one, data_range=255), abs=1e-9)


@settings(max_examples=25)
@given(st.integers(0, 10**6), st.integers(0, 10**6))
def test_both_are_symmetric_and_bounded(first: int, second: int) -> None:
    one, other = smooth_picture(first, 16, 16), smooth_picture(second, 16, 16)
    assert psnr(one, other) == pytest.approx(psnr(other, one))
    assert ssim(one, other) == pytest.approx(ssim(other, one))
    assert -1 <= ssim(one, other) <= 1
    assert 0 <= psnr(one, other) <= PSNR_CEILING


def test_more_noise_is_worse() -> None:
    picture = smooth_picture(3)
    noise = np.random.default_rng(0).normal(size=picture.shape)
    noisy = [np.clip(picture + level * noise, 0, 255).astype(np.uint8) for level in (2, 8, 32)]
    for measure in (psnr, ssim):
        values = [measure(one, picture) for one in noisy]
        assert values == sorted(values, reverse=True)
        assert values[0] - values[-1] > 0.1


@pytest.mark.parametrize("shape", [(10, 10, 3), (16, 16), (16, 16, 4)])
def test_pictures_that_cannot_be_compared_are_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError):
        ssim(np.zeros(shape, np.uint8), np.zeros(shape, np.uint8))
    with pytest.raises(ValueError):
        psnr(np.zeros((8, 8, 3), np.uint8), np.zeros((8, 9, 3), np.uint8))


def test_sharpness_is_the_variance_of_the_laplacian() -> None:
    dot = np.zeros((9, 9, 3), np.uint8)
    dot[4, 4] = 100
    # The Laplacian of one dot: −400 in it, 100 in its four neighbours, of 81 pixels; its mean is 0.
    assert sharpness(dot) == pytest.approx((400**2 + 4 * 100**2) / 81)
    assert sharpness(np.full((9, 9, 3), 77, np.uint8)) == pytest.approx(0, abs=1e-9)


def test_blur_lowers_sharpness() -> None:
    import cv2

    picture = smooth_picture(5)
    assert sharpness(cv2.GaussianBlur(picture, (5, 5), 1.5)) < 0.3 * sharpness(picture)


def face(size: int) -> NDArray[np.float32]:
    landmarks = np.full((3, 68, 2), size / 2, np.float32)
    landmarks[:, 36] = (0.25 * size, 0.4 * size)
    landmarks[:, 45] = (0.75 * size, 0.4 * size)
    landmarks[:, 48:68] = (0.5 * size, 0.7 * size)
    return landmarks


def test_the_mouth_crop_is_a_square_of_the_eyes_distance_around_the_mouth() -> None:
    landmarks = face(64)
    landmarks[1, 48:68, 0] += 4
    boxes = mouth_boxes(landmarks, 64)
    assert boxes.tolist() == [[29, 61, 16, 48], [29, 61, 20, 52], [29, 61, 16, 48]]
    assert crop(np.zeros((64, 64, 3), np.uint8), boxes[0]).shape == (32, 32, 3)


def test_the_mouth_crop_stays_inside_and_large_enough_for_ssim() -> None:
    landmarks = face(32)
    landmarks[:, 45] = landmarks[:, 36] + 2
    landmarks[2, 48:68] = (40, -5)
    boxes = mouth_boxes(landmarks, 32)
    assert ((boxes >= 0) & (boxes <= 32)).all()
    assert (boxes[:, 1] - boxes[:, 0] == 11).all()
    assert (boxes[:, 3] - boxes[:, 2] == 11).all()


def test_the_eye_crops_are_squares_of_half_that_distance_around_each_eye() -> None:
    landmarks = face(64)
    landmarks[:, 36:42] = (0.25 * 64, 0.4 * 64)
    landmarks[:, 42:48] = (0.75 * 64, 0.4 * 64)
    landmarks[2, 42:48, 1] -= 40  # moved inside the crop
    boxes = eye_boxes(landmarks, 64)
    assert boxes.shape == (3, 2, 4)
    side = int(boxes[0, 0, 1] - boxes[0, 0, 0])
    assert side == round((32 + 32 + float(np.hypot(32, 40))) / 3 / 2)
    assert (boxes[..., 1] - boxes[..., 0] == side).all()
    assert abs(boxes[0, 0, 2] + side / 2 - 16) <= 0.5
    assert abs(boxes[0, 1, 2] + side / 2 - 48) <= 0.5
    assert boxes[2, 1, 0] == 0
    small = eye_boxes(landmarks / 4, 16)
    assert (small[..., 1] - small[..., 0] == 11).all()  # SSIM needs its window
