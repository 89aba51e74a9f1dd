"""Colours of what is inside a mouth, from the light, exposure and sharpness of the photo."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from mien.talking.compose.layer import Portrait

Array = NDArray[np.float64]

GAMMA = 2.0
"""Exponent from encoded values to light: near sRGB's, and its inverse is a square root."""

SKIN_TINT: Array = np.array([1.68, 1.0, 0.66])
"""Light that skin reflects, R, G, B, relative to green: the mean over light and dark skin, in neutral light."""

SCLERA_TINT: Array = np.array([1.12, 1.0, 0.97])
ENAMEL_TINT: Array = np.array([1.22, 1.0, 0.80])
WARM_TINT: Array = np.array([1.30, 0.97, 0.66])
"""The same of the white of the eye, of enamel among lips and gums, and of its warmer parts.

Measured in six people of GRID: .8 times as much red and 1.25 times as much blue as skin, relative to green. Its codec
smears the colour of lips over teeth, so half of what enamel has more of red than the eye is left out."""

GUM_TINT: Array = np.array([2.55, 1.0, 0.88])
TONGUE_TINT: Array = np.array([2.7, 1.0, 0.8])
CAVITY_TINT: Array = np.array([4.5, 1.0, 0.64])
"""The same of gums, tongue and the depth of a mouth, which sees but itself: red-brown."""

SATURATIONS = (0.0, 1.15)
"""Bounds of the exponent of these tints."""

DARKEST = (0.013, 0.05)
"""Least and greatest light of the cavity: no black hole, and darker than lips."""

DARKEST_PART = 0.1
"""The cavity's light in a dark photo: at most so much of the enamel's."""

_LEAST = 1e-5  # light of a pixel that is all but black, so that ratios are finite

_CLIPPED = 0.9  # light from which a channel may be clipped
_PATCHES = ((41, 31, 2), (46, 35, 14), (28, 29, 30))  # cheeks, bridge of the nose: beards spare them
_EYES = ((36, 37, 38, 39, 40, 41), (42, 43, 44, 45, 46, 47))


@dataclass(frozen=True, eq=False)
class Tone:
    """Light in [0, 1], R, G, B (3,): of `enamel`, its `warm` parts, `gum`, `tongue` and the `cavity`.

    `side`: how much brighter the light is at the viewer's right than at the left, relative to the mean, in [−.6, .6].
    `blur`: standard deviation in crop pixels of the photo's own blur.
    """

    enamel: Array
    warm: Array
    gum: Array
    tongue: Array
    cavity: Array
    side: float
    blur: float


def photo_tone(portrait: Portrait) -> Tone:
    """Colours by the skin of the face and the white of its eyes.

    Enamel is between the brightest skin and the white of the eye, which the lids shade, and never bluish.
    """
    light = np.asarray((portrait.crop.astype(np.float32) / 255) ** GAMMA, np.float32)
    points = np.nan_to_num(np.asarray(portrait.landmarks, np.float64))
    radius = max(0.12 * float(np.linalg.norm(points[45] - points[36])), 1.5)
    patches = [_around(light, points[list(patch)].mean(0), radius) for patch in _PATCHES]
    cheeks = [float(_luminance(np.median(patch, 0))) for patch in patches[:2]]
    side = (cheeks[1] - cheeks[0]) / max(sum(cheeks), 1e-6)
    lamp = _lamp(np.concatenate(patches), _sclera(light, points))

    def lit(tint: Array, luminance: float) -> Array:
        coloured = lamp.tint * (tint / tint[1]) ** lamp.saturation
        return np.clip(luminance * coloured / float(_luminance(coloured)), 0, 1)

    return Tone(
        enamel=_never_bluish(lit(ENAMEL_TINT, lamp.level)),
        warm=_never_bluish(lit(WARM_TINT, 0.86 * lamp.level)),
        gum=lit(GUM_TINT, 0.34 * lamp.level),
        tongue=lit(TONGUE_TINT, 0.27 * lamp.level),
        cavity=lit(CAVITY_TINT, min(_darkest(light, points), DARKEST_PART * lamp.level)),
        side=float(np.clip(side, -0.6, 0.6)),
        blur=photo_blur(portrait),
    )


@dataclass(frozen=True, eq=False)
class _Lamp:
    """Light of enamel `level` in [0, 1]; `tint` (3,) of the lamp and the camera, relative to green; `saturation`:
    exponent of the tints of things, 1 in most photos, 0 in grey ones."""

    level: float
    tint: Array
    saturation: float


def _lamp(skin: Array, white: Array | None) -> _Lamp:
    """From pixels of skin (N, 3) and the white of the eye (3,), each of which says what the other leaves open."""
    luminance = _luminance(skin)
    bright = float(luminance[luminance >= np.quantile(luminance, 0.85)].mean())
    exposed = skin[skin.max(1) < _CLIPPED]  # where a channel is clipped, skin is less red than it is
    colour = _relative(np.median(exposed if len(exposed) > 0.1 * len(skin) else skin, 0))
    if white is None:
        redness, usual = colour[0] / colour[2], SKIN_TINT[0] / SKIN_TINT[2]
        saturation = float(np.clip(np.log(max(redness, 1.0)) / np.log(usual), *SATURATIONS))
        return _Lamp(float(np.clip(0.8 * bright, _LEAST, 0.86)), colour / SKIN_TINT**saturation, saturation)
    eye = _relative(white)
    redness = colour[0] / colour[2] * eye[2] / eye[0]
    usual = SKIN_TINT[0] / SKIN_TINT[2] * SCLERA_TINT[2] / SCLERA_TINT[0]
    saturation = float(np.clip(np.log(max(redness, 1.0)) / np.log(usual), *SATURATIONS))
    tint = np.sqrt(colour / SKIN_TINT**saturation * eye / SCLERA_TINT**saturation)
    shaded = float(_luminance(white))
    # on dark skin the white of the eye says more of the light than the skin does
    level = min(max(1.18 * float(np.sqrt(bright * shaded)), 1.1 * shaded), max(bright, 1.4 * shaded))
    return _Lamp(float(np.clip(level, _LEAST, 0.86)), tint, saturation)


def photo_blur(portrait: Portrait) -> float:
    """Standard deviation in crop pixels of the blur of the sharpest edges of eyes and lips.

    From the ratio of gradients before and after a known blur: Zhuo and Sim, "Defocus map estimation from a single
    image", Pattern Recognition 44 (2011). In [0.3, 4] pixels.
    """
    grey = np.asarray(cv2.cvtColor(portrait.crop, cv2.COLOR_RGB2GRAY), np.float32)
    points = np.nan_to_num(portrait.landmarks)
    steepness = _gradient(grey)
    again = max(1.0, portrait.side / 200)
    blurred = np.asarray(cv2.GaussianBlur(grey, (0, 0), again), np.float32)
    ratio = steepness / np.maximum(_gradient(blurred), 1e-3)
    found = []
    for first, last in ((36, 42), (42, 48), (48, 60)):
        low, high = points[first:last].min(0), points[first:last].max(0)
        (left, top), (right, bottom) = np.clip(np.stack([low, high]), 0, portrait.side - 1).astype(int)
        box = slice(top, bottom + 2), slice(left, right + 2)
        edges = steepness[box] >= np.quantile(steepness[box], 0.9)
        found.append(float(np.median(ratio[box][edges])))
    sharpest = max(max(found), 1.01)
    return float(np.clip(again / np.sqrt(sharpest**2 - 1), 0.3, 4.0))


def _gradient(grey: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.asarray(np.hypot(cv2.Sobel(grey, cv2.CV_32F, 1, 0), cv2.Sobel(grey, cv2.CV_32F, 0, 1)))


def _around(light: NDArray[np.float32], place: Array, radius: float) -> Array:
    """Pixels (N, 3) of the square of `radius` around a place, cut at the border."""
    side = len(light)
    x, y = np.clip(place, 0, side - 1)
    rows = slice(int(max(y - radius, 0)), int(min(y + radius, side - 1)) + 1)
    columns = slice(int(max(x - radius, 0)), int(min(x + radius, side - 1)) + 1)
    return np.asarray(light[rows, columns].reshape(-1, 3), np.float64)


def _sclera(light: NDArray[np.float32], points: Array) -> Array | None:
    """Light of the white of the eyes (3,): the brightest of the least coloured pixels between the lids; None: shut."""
    pixels = np.asarray(light[_eye_mask(light, points) > 0], np.float64)
    if len(pixels) < 12:
        return None
    luminance = _luminance(pixels)
    chosen = pixels[(luminance >= np.quantile(luminance, 0.8)) & (luminance < 0.95)]
    if len(chosen) < 3:
        return None
    saturation = 1 - chosen.min(1) / np.maximum(chosen.max(1), 1e-6)
    return np.asarray(chosen[saturation <= np.median(saturation)].mean(0))


def _darkest(light: NDArray[np.float32], points: Array) -> float:
    """Luminance of the depth of a mouth, about that of the deepest shadows of eyes and nostrils: a lens that flares, or
    the codec of a video, leaves nothing darker."""
    mask = _eye_mask(light, points, 1.3)
    nostrils = points[31:36]
    _fill(mask, nostrils.mean(0) + 1.3 * (nostrils - nostrils.mean(0)))
    luminance = _luminance(np.asarray(light[mask > 0], np.float64))
    return float(np.clip(1.2 * np.quantile(luminance, 0.05), *DARKEST)) if len(luminance) else DARKEST[0]


def _eye_mask(light: NDArray[np.float32], points: Array, growth: float = 1.0) -> NDArray[np.uint8]:
    mask = np.zeros(light.shape[:2], np.uint8)
    for eye in _EYES:
        lids = points[list(eye)]
        _fill(mask, lids.mean(0) + growth * (lids - lids.mean(0)))
    return mask


def _fill(mask: NDArray[np.uint8], outline: Array) -> None:
    cv2.fillPoly(mask, [np.rint(np.clip(outline, -1e4, 1e4)).astype(np.int32)], 1)


def _luminance(light: Array) -> Array:
    return np.asarray(light @ [0.2126, 0.7152, 0.0722])


def _relative(light: Array) -> Array:
    return np.clip(light, _LEAST, None) / max(float(light[1]), _LEAST)


def _never_bluish(light: Array) -> Array:
    """No more green than red and clearly less blue than green."""
    green = min(light[1], 1.02 * light[0])
    return np.clip(np.array([light[0], green, min(light[2], 0.9 * green)]), 0, 1)
