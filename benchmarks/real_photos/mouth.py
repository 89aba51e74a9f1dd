"""The mouth in frames against the photo's own: sharpness, colour of lips and of the inside, teeth, smudge.

Sizes are fractions of the distance between the eyes, so that they mean the same in every picture.
"""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import LinearNDInterpolator
from skimage.color import deltaE_ciede2000, rgb2lab

from benchmarks.real_photos.face import CHEEKS, INNER_LIPS, OUTER_LIPS, OVAL, Face, Mask, Picture, grown, polygon

BOX_MARGIN = 0.12
"""What the box of the mouth is larger than the outer lips on each side."""

LEAST_TEETH = 0.08
"""Fraction of the inside from which teeth are seen."""

LEAST_INSIDE = 12
"""Least pixels of an inside that is looked at."""

RING = (0.05, 0.22)
"""Distance from the outer lips where the ring of the smudge begins and ends."""

CHEEK = 0.12
"""Radius of the discs on the cheeks that give the colour of the skin."""

WIDE = 0.15
"""Least opening (height over width) of a mouth whose inside is looked at."""

TEETH_LIGHT, TEETH_CHROMA = 0.55, 0.8
"""Teeth are pixels with at least so much of the skin's lightness and at most so much of the lips' chroma (CIELAB)."""

DETAIL_SIZE, TEETH_DETAIL = 0.06, 5.0
"""Detail finer than so much of the distance between the eyes, and its least deviation in L* where teeth are seen.

Teeth stand out from the dark between and behind them: insides of GRID's mouths have 6 to 8, a smooth plate has 2 to 4.
"""

LUMA = np.array([0.299, 0.587, 0.114])
Box = tuple[slice, slice]
Floats = NDArray[np.float64]


def mouth_box(shape: tuple[int, ...], face: Face) -> Box:
    """Rows and columns of the outer lips with a margin."""
    return _box(shape, face.mesh[list(OUTER_LIPS)], BOX_MARGIN * face.eyes_apart)


def _box(shape: tuple[int, ...], points: NDArray[np.float32], margin: float) -> Box:
    low, high = np.floor(points.min(0) - margin).astype(int), np.ceil(points.max(0) + margin).astype(int) + 1
    (left, top), (right, bottom) = np.maximum(low, 0), np.minimum(high, (shape[1], shape[0]))
    return slice(top, bottom), slice(left, right)


def relative_sharpness(picture: Picture, region: Box | Mask) -> float:
    """Variance of the Laplacian over the variance, of the luma in a region: detail, whatever the contrast."""
    luma = picture.astype(np.float64) @ LUMA
    return float(cv2.Laplacian(luma, cv2.CV_64F, ksize=1)[region].var() / max(float(luma[region].var()), 1.0))


def lips_outline(shape: tuple[int, ...], face: Face) -> Mask:
    """Pixels (H, W) of the lips and of what is between them."""
    return polygon(shape, face.mesh[list(OUTER_LIPS)])


def lips_and_inside(shape: tuple[int, ...], face: Face) -> tuple[Mask, Mask]:
    """Pixels (H, W) of the lips, and of what is between them."""
    inside = polygon(shape, face.mesh[list(INNER_LIPS)])
    return lips_outline(shape, face) & ~grown(inside, 1), inside


def lip_colours(lab: Floats, lips: Mask, face: Face) -> tuple[Floats, Floats]:
    """Median CIELAB colours (3,) of the upper and of the lower lip."""
    corners = face.mesh[[INNER_LIPS[0], INNER_LIPS[10]]].astype(np.float64)
    rows, columns = np.nonzero(lips)
    between = (face.mesh[13] + face.mesh[14]) / 2
    along = corners[1] - corners[0]
    side = along[0] * (rows - between[1]) - along[1] * (columns - between[0])
    colours = lab[rows, columns]
    return np.median(colours[side < 0], axis=0), np.median(colours[side >= 0], axis=0)


def skin_colour(lab: Floats, face: Face) -> Floats:
    """Median CIELAB colour (3,) of both cheeks."""
    rows, columns = np.mgrid[: lab.shape[0], : lab.shape[1]]
    radius = max(CHEEK * face.eyes_apart, 2)
    discs = [np.hypot(columns - x, rows - y) <= radius for x, y in face.mesh[list(CHEEKS)]]
    return np.asarray(np.median(lab[discs[0] | discs[1]], axis=0))


class MouthMeasure:
    """Measures mouths against that of a photo with its face."""

    def __init__(self, photo: Picture, face: Face) -> None:
        self.photo, self.face = photo, face
        lab = rgb2lab(photo)
        self.skin = skin_colour(lab, face)
        self.lips = lip_colours(lab, lips_and_inside(photo.shape, face)[0], face)
        self.sharpness = relative_sharpness(photo, mouth_box(photo.shape, face))
        self.lips_sharpness = relative_sharpness(photo, lips_outline(photo.shape, face))
        self.lips_luma = float(np.median((photo @ LUMA)[lips_outline(photo.shape, face)]))

    def measure(self, frame: Picture, face: Face) -> dict[str, float]:
        """Figures of a frame with its face; those of the inside only where the mouth is open, none without a mouth."""
        around = _box(frame.shape, face.mesh[list(OUTER_LIPS)], (RING[1] + 0.1) * face.eyes_apart)
        corner = np.array([around[1].start, around[0].start], np.float32)
        frame, face = frame[around], replace(face, mesh=face.mesh - corner)  # the rest of the frame costs time
        if min(frame.shape) < 1 or lips_outline(frame.shape, face).sum() < LEAST_INSIDE:
            return {}
        lips, inside = lips_and_inside(frame.shape, face)
        lab = rgb2lab(frame)
        figures = {
            "sharpness": relative_sharpness(frame, mouth_box(frame.shape, face)) / self.sharpness,
            "lip_delta_e": float(np.max(deltaE_ciede2000(lip_colours(lab, lips, face), self.lips))),
            "smudge": self._smudge(frame, face),
        }
        if face.opening >= WIDE and inside.sum() >= LEAST_INSIDE:
            figures |= self._inside(lab, lips, inside, face.eyes_apart)
            sharpness = relative_sharpness(frame, lips_outline(frame.shape, face))
            figures["wide_sharpness"] = sharpness / self.lips_sharpness
        return figures

    def _inside(self, lab: Floats, lips: Mask, inside: Mask, unit: float) -> dict[str, float]:
        light = np.ascontiguousarray(lab[..., 0])
        fine = light - cv2.GaussianBlur(light, (0, 0), DETAIL_SIZE * unit)
        inner = grown(inside, -1)  # without the edge of the lips
        detail = float(fine[inner if inner.any() else inside].std())
        colours = lab[inside]
        pale = np.hypot(colours[:, 1], colours[:, 2]) <= TEETH_CHROMA * np.hypot(*np.median(lab[lips], axis=0)[1:])
        teeth = float((pale & (colours[:, 0] >= TEETH_LIGHT * self.skin[0])).mean())
        return {
            "inside_light": float(colours[:, 0].mean() / self.skin[0]),
            "inside_chroma": float(np.hypot(*colours[:, 1:].mean(0)) / np.hypot(*self.skin[1:])),
            "inside_detail": detail,
            "teeth": teeth if detail >= TEETH_DETAIL else 0.0,
            "teeth_seen": float(teeth >= LEAST_TEETH and detail >= TEETH_DETAIL),
        }

    def _smudge(self, frame: Picture, face: Face) -> float:
        """Edges in a ring around the lips that the photo, warped onto the frame's face, lacks: % of the luma a pixel.

        The photo is warped by MediaPipe's mesh of both, linearly in each triangle.
        """
        lips, unit = lips_outline(frame.shape, face), face.eyes_apart
        ring = grown(lips, RING[1] * unit) & ~grown(lips, max(RING[0] * unit, 1.5))
        ring &= grown(polygon(frame.shape, face.mesh[list(OVAL)]), -2)  # outside the mesh nothing is warped
        whole = slice(0, frame.shape[0]), slice(0, frame.shape[1])
        ours = gradient(frame @ LUMA)
        theirs = gradient(warped(self.photo, self.face, face, whole) @ LUMA)
        more = np.maximum(ours - theirs, 0)[ring]
        return 100 * float(more.mean()) / max(self.lips_luma, 1.0) if more.size else 0.0


def gradient(luma: Floats) -> Floats:
    """Strength of the gradient in grey levels a pixel, after a blur of one pixel that removes noise."""
    smooth = cv2.GaussianBlur(luma, (0, 0), 1.0)
    return np.asarray(np.hypot(cv2.Sobel(smooth, cv2.CV_64F, 1, 0) / 8, cv2.Sobel(smooth, cv2.CV_64F, 0, 1) / 8))


def warped(photo: Picture, own: Face, target: Face, box: Box) -> Picture:
    """The photo with its own face deformed to the mesh of another one, in a box of pixels of that one."""
    rows, columns = box
    near = _near(target.mesh, box, 0.4 * target.eyes_apart)
    field = LinearNDInterpolator(target.mesh[near], own.mesh[near])
    grid = np.stack(np.meshgrid(np.arange(columns.start, columns.stop), np.arange(rows.start, rows.stop)), -1)
    places = np.nan_to_num(field(grid.astype(np.float64))).astype(np.float32)
    return np.asarray(
        cv2.remap(photo, places[..., 0], places[..., 1], cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE), np.uint8
    )


def _near(mesh: NDArray[np.float32], box: Box, margin: float) -> NDArray[np.int64]:
    rows, columns = box
    inside = (mesh[:, 0] > columns.start - margin) & (mesh[:, 0] < columns.stop + margin)
    inside &= (mesh[:, 1] > rows.start - margin) & (mesh[:, 1] < rows.stop + margin)
    return np.flatnonzero(inside)
