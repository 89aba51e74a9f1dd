"""In-plane motion of a head in its picture, over a background that is still.

A head that sways uncovers background, and its silhouette is no place for a displacement to fade: lines behind it would
bend. So the picture is two layers. The person moves: the head as a whole, the neck and far hair less and less, and the
shoulders not at all. What is behind the silhouette is filled from around it once, and stays.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from mien.faces.pictures.person_mask import REACH, Area, Field, Head, Picture, between, distance, find_person

FRINGE = (0.04, 0.065)
"""Distances from the silhouette, in widths of the head: up to the first the background moves with the person, as single
hairs and soft edges are there; from the second on it is still."""

CUT = 0.3
"""Width, in widths of the head, of the band in which the motion fades towards an edge of the picture that cuts the
person: nothing is known beyond it."""

_WORKING = 160  # longer side at which the weight is made and the background is filled: both are smooth
_AROUND = 8  # pixels of that size around the box
_FILL_RADIUS = 3.0
_EVEN = 0.03  # standard deviation, in widths of the head, by which the silhouette is smoothed as a mirror
_MIRRORED = 0.15  # depth behind the silhouette, in widths of the head, that is mirrored: as far as a head sways


class MovingHead:
    """The head of a person in a picture, to be moved by similarity transforms; what all frames share is made once.

    `box`: rows and columns of the picture outside which nothing moves. `reason`: why the segmentation is not believed;
    then there is one layer, and the background next to the head moves with it. None: there are two.
    """

    def __init__(self, picture: Picture, landmarks: NDArray[np.floating]) -> None:
        """`picture` uint8 (H, W, 3) RGB, `landmarks` (68, 2) in its pixels. Raises ValueError as `find_person`."""
        head = Head.of(landmarks)
        self.box = _box(head, *picture.shape[:2])
        rows, columns = self.box
        part = np.ascontiguousarray(picture[self.box])
        inside = Head(head.centre - (columns.start, rows.start), head.axes, head.up, head.directions)
        person, self.reason = find_person(part, inside)
        self._weight = _reach(person, inside, _cut(self.box, picture))
        self._columns, self._rows = np.meshgrid(
            np.arange(columns.start, columns.stop, dtype=np.float32), np.arange(rows.start, rows.stop, dtype=np.float32)
        )
        self._behind: tuple[Field, Field] | None = None
        if self.reason is None:
            from_person = distance(person) / head.width
            step = np.clip((from_person - FRINGE[0]) / (FRINGE[1] - FRINGE[0]), 0, 1)
            still = np.asarray(step * step * (3 - 2 * step), np.float32)
            self._behind = 1 - still, _filled(part, person, head.width)

    def sources(self, motion: NDArray[np.float64]) -> tuple[Field, Field]:
        """Columns and rows (h, w), in pixels of the picture, from which the pixels of the box come.

        `motion` (2, 3): similarity transform in pixels of the picture, from the head's place to the one it moves to.
        """
        back = cv2.invertAffineTransform(motion).astype(np.float32)
        across = (back[0, 0] - 1) * self._columns + back[0, 1] * self._rows + back[0, 2]
        down = back[1, 0] * self._columns + (back[1, 1] - 1) * self._rows + back[1, 2]
        return self._columns + self._weight * across, self._rows + self._weight * down

    def over_background(self, moved: Field, columns: Field, rows: Field) -> Field:
        """The moved box (h, w, 3) where the person is in it, and the still background elsewhere.

        `columns`, `rows`: its sources.
        """
        if self._behind is None:
            return moved
        person, background = self._behind
        corner = self.box[1].start, self.box[0].start
        opacity = cv2.remap(
            person, columns - corner[0], rows - corner[1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
        )
        return np.asarray(cv2.blendLinear(moved, background, opacity, 1 - opacity), np.float32)


def _box(head: Head, height: int, width: int) -> tuple[slice, slice]:
    """Rows and columns of a picture that the motion reaches."""
    ends = np.array([[-head.axes[0], 0], [head.axes[0], 0], [0, -head.up], [0, head.axes[1]]]) * REACH
    # an ellipse's bounding box is within that of its bounding rectangle, which is turned with the head
    corners = np.array([[x, y] for x in ends[:2, 0] for y in ends[2:, 1]]) @ head.directions + head.centre
    left, top = np.maximum(np.floor(corners.min(axis=0)), 0).astype(int)
    right, bottom = np.minimum(np.ceil(corners.max(axis=0)) + 1, (width, height)).astype(int)
    return slice(int(top), max(int(top) + 1, int(bottom))), slice(int(left), max(int(left) + 1, int(right)))


def _cut(box: tuple[slice, slice], picture: Picture) -> tuple[bool, bool, bool, bool]:
    """Whether the box ends at the top, bottom, left and right edge of the picture."""
    rows, columns = box
    return rows.start == 0, rows.stop == picture.shape[0], columns.start == 0, columns.stop == picture.shape[1]


def _reach(person: Area, head: Head, cut: tuple[bool, bool, bool, bool]) -> Field:
    """Weight (h, w) of the motion: 1 on the head, 0 far from it and where an edge of the picture cuts the person."""
    height, width = person.shape
    scale = min(1.0, _WORKING / max(height, width))
    size = max(1, round(width * scale)), max(1, round(height * scale))
    small = cv2.resize(person.astype(np.uint8), size, interpolation=cv2.INTER_NEAREST) > 0
    steps = width / size[0], height / size[1]
    across = (np.arange(-_AROUND, size[0] + _AROUND) + 0.5) * steps[0] - 0.5
    down = (np.arange(-_AROUND, size[1] + _AROUND) + 0.5) * steps[1] - 0.5
    radius = head.radius(across, down)
    wide = np.pad(small, _AROUND, mode="edge")
    edges = np.zeros_like(wide)
    top, bottom, left, right = cut
    edges[:_AROUND], edges[-_AROUND:] = top, bottom
    edges[:, :_AROUND] |= left
    edges[:, -_AROUND:] |= right
    edges &= wide
    moving = radius <= 1
    if edges.any():
        moving &= distance(edges) * steps[0] > CUT * head.width
    weight = between(moving, (radius >= REACH) | edges)[_AROUND:-_AROUND, _AROUND:-_AROUND]
    return np.asarray(cv2.resize(weight, (width, height), interpolation=cv2.INTER_LINEAR))


def _filled(picture: Picture, person: Area, unit: float) -> Field:
    """What is behind the person, float32 (h, w, 3), from what is around; `unit`: width of the head in pixels.

    Next to the silhouette it is mirrored at it, which keeps texture and continues lines that cross it; deeper, and
    where the mirror image is itself person, it is filled smoothly.
    """
    depth = distance(~person)
    from_person = distance(person)
    hole = from_person <= FRINGE[0] * unit
    smooth = cv2.GaussianBlur(from_person - depth, (0, 0), _EVEN * unit)  # a ragged silhouette would tear the mirror
    across, down = (cv2.Sobel(smooth, cv2.CV_32F, *axis, ksize=3) for axis in ((1, 0), (0, 1)))
    length = np.maximum(np.hypot(across, down), 1e-6)
    reach = 2 * np.maximum(FRINGE[1] * unit - smooth, 0) / length
    axes = np.meshgrid(*(np.arange(count, dtype=np.float32) for count in person.shape[::-1]))
    columns, rows = axes[0] + reach * across, axes[1] + reach * down
    mirrored = cv2.remap(picture, columns, rows, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT_101)
    height, width = person.shape
    inside = (columns >= 0) & (columns <= width - 1) & (rows >= 0) & (rows <= height - 1)
    seen = cv2.remap((~hole).astype(np.float32), columns, rows, cv2.INTER_LINEAR)
    trust = seen * inside * np.clip(2 - depth / (_MIRRORED * unit), 0, 1)
    trust = cv2.GaussianBlur(trust, (0, 0), _EVEN * unit / 2) * (seen > 0.99)
    behind = _painted(picture, hole).astype(np.float32)
    behind += trust[..., None] * (mirrored - behind)
    return np.asarray(np.where(hole[..., None], behind, picture), np.float32)


def _painted(picture: Picture, hole: Area) -> Picture:
    """The picture (h, w, 3) with the hole (h, w) filled smoothly from around it.

    Telea, "An image inpainting technique based on the fast marching method", Journal of Graphics Tools 2004; at a
    reduced size.
    """
    height, width = hole.shape
    scale = min(1.0, _WORKING / max(height, width))
    size = max(1, round(width * scale)), max(1, round(height * scale))
    weight = cv2.resize((~hole).astype(np.float32), size, interpolation=cv2.INTER_AREA)
    known = cv2.resize(np.where(hole[..., None], 0, picture).astype(np.float32), size, interpolation=cv2.INTER_AREA)
    small = np.rint(known / np.maximum(weight, 1e-6)[..., None]).astype(np.uint8)
    filled = cv2.inpaint(small, (weight <= 0.25).astype(np.uint8), _FILL_RADIUS, cv2.INPAINT_TELEA)
    return np.asarray(cv2.resize(filled, (width, height), interpolation=cv2.INTER_LINEAR))
