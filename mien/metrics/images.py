"""Image metrics: PSNR, SSIM, sharpness; and boxes of mouth and eyes for measuring them locally.

Pictures are uint8 RGB; the data range is 255.
"""

from __future__ import annotations

import math

import cv2
import numpy as np
from numpy.typing import NDArray

DATA_RANGE = 255.0
PSNR_CEILING = 100.0
"""Value of `psnr` in dB for equal pictures; the true value is infinite, which JSON cannot represent."""

WINDOW, WINDOW_SIGMA = 11, 1.5
_K1, _K2 = 0.01, 0.03
_MOUTH, _EYES = slice(48, 68), (slice(36, 42), slice(42, 48))
_OUTER_EYE_CORNERS = (36, 45)

Frame = NDArray[np.uint8]


def _check_pair(image: Frame, reference: Frame) -> None:
    if image.shape != reference.shape or image.ndim != 3 or image.shape[2] != 3:
        raise ValueError(f"two pictures (H, W, 3) of one size are needed, not {image.shape} and {reference.shape}")


def psnr(image: Frame, reference: Frame) -> float:
    """Peak signal-to-noise ratio in dB of uint8 (H, W, 3) pictures: 10 log10(255² / mean squared error).

    Higher is better; at most `PSNR_CEILING`, the value for equal pictures. Raises ValueError if the sizes differ.
    """
    _check_pair(image, reference)
    error = float(np.mean((image.astype(np.float64) - reference.astype(np.float64)) ** 2))
    return PSNR_CEILING if error == 0 else min(PSNR_CEILING, 10 * math.log10(DATA_RANGE**2 / error))


def _window_mean(values: NDArray[np.float64]) -> NDArray[np.float64]:
    blurred = cv2.GaussianBlur(values, (WINDOW, WINDOW), WINDOW_SIGMA, borderType=cv2.BORDER_REFLECT)
    edge = WINDOW // 2
    return np.asarray(blurred[edge:-edge, edge:-edge], dtype=np.float64)


def ssim(image: Frame, reference: Frame) -> float:
    """Structural similarity of uint8 (H, W, 3) pictures, mean over the three channels, at most 1 (equal).

    Wang et al., "Image quality assessment: from error visibility to structural similarity", IEEE TIP 2004, eq. 13,
    with its 11×11 Gaussian window of σ 1.5, K1 0.01, K2 0.03; only windows completely inside the picture count.
    Raises ValueError if the sizes differ or a side is shorter than 11 pixels.
    """
    _check_pair(image, reference)
    if min(image.shape[:2]) < WINDOW:
        raise ValueError(f"SSIM needs sides of at least {WINDOW} pixels, not {image.shape[:2]}")
    x, y = image.astype(np.float64), reference.astype(np.float64)
    mean_x, mean_y = _window_mean(x), _window_mean(y)
    variance_x = _window_mean(x * x) - mean_x**2
    variance_y = _window_mean(y * y) - mean_y**2
    covariance = _window_mean(x * y) - mean_x * mean_y
    c1, c2 = (_K1 * DATA_RANGE) ** 2, (_K2 * DATA_RANGE) ** 2
    above = (2 * mean_x * mean_y + c1) * (2 * covariance + c2)
    below = (mean_x**2 + mean_y**2 + c1) * (variance_x + variance_y + c2)
    return float(np.mean(above / below))


def sharpness(image: Frame) -> float:
    """Variance of the Laplacian of the luma (Rec. 601) of a uint8 (H, W, 3) picture, ≥ 0; higher is sharper.

    Pech-Pacheco et al., "Diatom autofocusing in brightfield microscopy", ICPR 2000. It depends on the content and on
    noise, so it is only meaningful as a ratio to the value of the real picture.
    """
    luma = image.astype(np.float64) @ np.array([0.299, 0.587, 0.114])
    return float(cv2.Laplacian(luma, cv2.CV_64F, ksize=1, borderType=cv2.BORDER_REFLECT_101).var())


def mouth_boxes(landmarks: NDArray[np.float32], size: int) -> NDArray[np.int64]:
    """Box of the mouth in each frame: (T, 4) top, bottom, left, right (ends excluded) in pixels.

    `landmarks` (T, 68, 2) in pixels of a `size`×`size` crop, iBUG order. All boxes are squares with the mean distance
    of the outer eye corners as side, but at least SSIM's window; centred on the mouth and shifted into the crop. The
    boxes of the real clip should be used for both clips, so that equal regions are compared.
    """
    points = landmarks.astype(np.float64)
    return _boxes(points[:, _MOUTH].mean(axis=1), _eye_distance(points), size)


def eye_boxes(landmarks: NDArray[np.float32], size: int) -> NDArray[np.int64]:
    """Boxes of both eyes in each frame: (T, 2, 4), the eye on the left in the picture first.

    As `mouth_boxes`, but centred on each eye and with half the distance of the outer eye corners as side.
    """
    points = landmarks.astype(np.float64)
    side = _eye_distance(points) / 2
    return np.stack([_boxes(points[:, eye].mean(axis=1), side, size) for eye in _EYES], axis=1)


def _eye_distance(points: NDArray[np.float64]) -> float:
    left, right = _OUTER_EYE_CORNERS
    return float(np.linalg.norm(points[:, left] - points[:, right], axis=-1).mean())


def _boxes(centres: NDArray[np.float64], side: float, size: int) -> NDArray[np.int64]:
    whole = min(size, max(WINDOW, round(side)))
    corners = np.clip(np.round(centres - whole / 2).astype(np.int64), 0, size - whole)
    x, y = corners[:, 0], corners[:, 1]
    return np.stack([y, y + whole, x, x + whole], axis=1)


def crop(image: Frame, box: NDArray[np.int64]) -> Frame:
    """The region of a picture (H, W, 3) in a box (4,) of `mouth_boxes` or `eye_boxes`."""
    top, bottom, left, right = (int(value) for value in box)
    return image[top:bottom, left:right]
