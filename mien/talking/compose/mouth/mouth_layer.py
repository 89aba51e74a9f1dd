"""The layer of the mouth: inner lips that keep the lips' thickness, and what is seen between them."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from mien.talking.compose.layer import Field, Goal, Points, Portrait
from mien.talking.compose.mouth.inside import Inside, Jaws
from mien.talking.compose.mouth.lips import (
    CORNERS,
    LOWER_INNER,
    UPPER_INNER,
    Opening,
    OwnLips,
    head_frame,
    opening,
    with_thickness,
)
from mien.talking.compose.mouth.pose import HeadPose, frame_pose, portrait_pose
from mien.talking.compose.mouth.teeth import centred
from mien.talking.compose.mouth.tone import photo_tone

Array = NDArray[np.float64]

DENSITY = 2.4
"""Least pixels per mm at which the inside is drawn: 0.4 mm are seen between two incisors."""

CLOSED, OPEN = 0.25, 0.9
"""Heights of the opening in mm up to which nothing is drawn, and from which the inside is opaque."""

PARTED = 2.0
"""Height of the opening in mm from which a photo shows the inside of the mouth, which is covered in all frames."""

_INCISORS = np.array([0.0, 66.7, 90.5])  # mm of the head: the biting edge of the upper incisors, as the embedded head's
_LIP_TO_EDGE = 1.8  # mm by which the upper incisors reach below the line of the closed lips
_NOSE_TO_LINE, _RISE = 22.5, 0.2  # mm from the base of the nose to that line; how an opened mouth raises the upper lip
_JAW = 0.45  # how far the jaw of a photo has dropped, of its opening; these three by six people of GRID
_BACK, _OVERLAP = 2.5, 2.0  # mm by which the lower incisors stand behind the upper ones, and reach above their edges
_BARE, _COVERED = 4.5, 3.0  # mm of the lower incisors that a lower lip bares at most, and by which it covers them
_RIM, _LINE = 0.6, 0.9  # mm of the lips that are covered if the photo shows the inside; least height then
_LINE_STRENGTH = 0.7  # opacity of such an opening where the goal is closed
_AREA_BLUR, _LEAST_BLUR = 0.35, 0.15  # pixels: standard deviation of averaging, and what is worth a filter
_MARGIN = 2.0  # mm around the opening: its dark rim
_LEAST_SCALE, _MOST_FINER, _MOST_PIXELS = 0.05, 24, 4096  # bounds for goals and portraits that are no faces
_CHIN = np.array([0.0, 109.0, 82.4])


class MouthLayer:
    """`Layer` of the mouth, for crops of 64 pixels and more. See `mien.talking.compose.layer`."""

    def __init__(self, portrait: Portrait) -> None:
        self._portrait = portrait
        self._pose = portrait_pose(portrait.landmarks)
        own = head_frame(portrait.landmarks, self._pose)
        self._own_lips = OwnLips.of(own)
        self._upper = self._incisors(own)
        self._own_gap = max(0.0, float((own[list(LOWER_INNER), 1] - own[list(UPPER_INNER), 1]).max()))
        self._shows_inside = self._own_gap > PARTED
        # what landmarks say of closed lips is not exactly 0
        self._closed = CLOSED if self._shows_inside else CLOSED + self._own_gap
        self.tone = photo_tone(portrait)
        self._finer = int(np.clip(np.ceil(DENSITY / max(self._pose.scale, 1e-6)), 1, _MOST_FINER))
        self._inside = Inside(self.tone, max(DENSITY, min(self._pose.scale, _MOST_FINER)))

    def _incisors(self, own: Array) -> Array:
        """Middle of the upper biting edge (3,), mm of the head, from the nose, the upper lip and the middle of it."""
        gap = float(np.clip(own[66, 1] - own[62, 1], 0, 20))
        usual, seen_lip = own[33, 1] + _NOSE_TO_LINE, own[62, 1] + _RISE * gap
        trust = 1 - gap / 40  # more than its speech raises the upper lip of who smiles
        edge = np.clip(trust * seen_lip + (1 - trust) * usual, usual - 6, usual + 6) + _LIP_TO_EDGE
        # x and y such that it is seen where lip and nose say, at the depth of the embedded head's
        across = (own[33, 0] + own[51, 0]) / 2
        wanted = across * self._pose.across + edge * self._pose.down
        seen = self._pose.linear / max(self._pose.scale, 1e-9)
        place = _INCISORS.copy()
        place[:2] = np.linalg.lstsq(seen[:, :2], wanted - seen[:, 2] * place[2], rcond=None)[0]
        return place

    def warp_goal(self, goal: Goal) -> Points:
        """The goal's landmarks (68, 2), its inner lips such that both lips keep their thickness and never fold."""
        pose = frame_pose(self._pose, self._portrait.landmarks, goal)
        return self._guarded(goal, pose)[0]

    def _guarded(self, goal: Goal, pose: HeadPose) -> tuple[Points, Array]:
        """The landmarks in pixels of the frame, and the same in the head's axes."""
        points = with_thickness(head_frame(goal.landmarks, pose), self._own_lips)
        moved = [*UPPER_INNER, *LOWER_INNER, *CORNERS]
        result = np.array(goal.landmarks, np.float32)
        result[moved] = _pixels(points[moved], pose)
        return result, points

    def draw(self, frame: Field, goal: Goal) -> None:
        """Draw the inside of the mouth between the inner lips of `warp_goal`; a closed mouth changes no pixel."""
        pose = frame_pose(self._pose, self._portrait.landmarks, goal)
        points = self._guarded(goal, pose)[1]
        if not np.isfinite(points).all() or pose.scale < _LEAST_SCALE * self._pose.scale:
            return
        gap = opening(points)
        strength = float(np.clip((gap.height - self._closed) / (OPEN - CLOSED), 0, 1))
        if self._shows_inside:
            gap, strength = _covering(gap), _LINE_STRENGTH + (1 - _LINE_STRENGTH) * strength
        if strength > 0:
            self._blend(frame, gap, pose, self._jaws(goal, points, pose), strength)

    def _jaws(self, goal: Goal, points: Array, pose: HeadPose) -> Jaws:
        """The upper arch is fixed to the skull; the lower one follows the chin, and a lower lip that would bare it."""
        own, wanted = self._portrait.landmarks[8].astype(np.float64), np.asarray(goal.landmarks[8], np.float64)
        # the chin of the portrait moved as the skull, and what the goal's chin is below it
        still = pose.linear @ _CHIN + pose.shift + goal.in_plane[:, :2] @ (own - self._pose.project(_CHIN))
        drop = float((wanted - still) @ pose.down) / max(pose.scale, 1e-9) + _JAW * self._own_gap
        edge = pose.linear @ (self._upper + np.array([0, -_OVERLAP, -_BACK]))
        level = float(edge @ pose.down) / max(pose.scale, 1e-9)
        below = points[66, 1] - level
        drop = float(np.clip(np.clip(drop, below - _BARE, below + _COVERED), -1.0, 45.0))
        return Jaws(self._upper, self._upper + np.array([0.0, drop - _OVERLAP, -_BACK - 0.2 * drop]))

    def _blend(self, frame: Field, gap: Opening, pose: HeadPose, jaws: Jaws, strength: float) -> None:
        """Draw the inside at its own resolution and blend its mean over each pixel, as sharp as the photo, into it."""
        raster = _raster(gap, pose, len(frame), self._inside.density)
        if raster is None:
            return
        x, y = raster
        drawn = self._inside.draw(gap, pose, jaws, x, y)
        corners = _pixels(np.array([[x[i], y[j]] for i in (0, -1) for j in (0, -1)]), pose)
        pad = 3 * self.tone.blur + 1
        left, top = np.clip(np.floor(corners.min(0) - pad), 0, len(frame)).astype(int)
        right, bottom = np.clip(np.ceil(corners.max(0) + pad) + 1, 0, len(frame)).astype(int)
        if right <= left or bottom <= top:
            return
        # pixel (i, j) of the picture → pixel of the box at `finer` times the frame's resolution
        finer, step = self._finer, pose.scale / self._inside.density
        linear = np.stack([pose.across * step, pose.down * step], -1)
        origin = _pixels(np.array([x[0], y[0]]), pose) - [left, top]
        matrix = np.column_stack([linear * finer, (origin + 0.5) * finer - 0.5])
        size = int(right - left), int(bottom - top)
        shown = cv2.warpAffine(drawn, matrix, (size[0] * finer, size[1] * finer), flags=cv2.INTER_LINEAR)
        shown = cv2.resize(shown, size, interpolation=cv2.INTER_AREA)
        blur = float(np.sqrt(max(self.tone.blur**2 - _AREA_BLUR**2, 0)))
        if blur > _LEAST_BLUR:
            shown = cv2.GaussianBlur(shown, (0, 0), blur)
        *colours, opacity = cv2.split(shown * np.float32(strength))
        for channel, colour in enumerate(colours):  # numpy is slow along axes of three
            plane = frame[top:bottom, left:right, channel]
            plane *= 1 - opacity
            plane += colour


def _covering(gap: Opening) -> Opening:
    """The opening, so much larger that the inside of an opened mouth in the photo is covered wherever it is warped.

    Where the goal closes such a mouth, a narrow dark line remains, as between closed lips.
    """
    more = np.maximum(_RIM, (_LINE - (gap.lower - gap.upper)) / 2)
    more = more * np.sin(np.linspace(0, np.pi, len(gap.x)))
    return Opening(gap.x, gap.upper - more, gap.lower + more)


def _pixels(points: Array, pose: HeadPose) -> Array:
    """Pixels (..., 2) of points (..., 2) in mm along the head's axes in the picture."""
    return np.asarray((points[..., :1] * pose.across + points[..., 1:] * pose.down) * pose.scale + pose.shift)


def _raster(gap: Opening, pose: HeadPose, side: int, density: float) -> tuple[Array, Array] | None:
    """Columns and rows in mm that cover what of the opening is in a frame of `side` pixels; None: nothing."""
    edge = np.array([[0, 0], [side, 0], [0, side], [side, side]], np.float32)
    visible = head_frame(edge, pose)
    low = np.maximum([gap.x[0], gap.upper.min()], visible.min(0)) - _MARGIN
    high = np.minimum([gap.x[-1], gap.lower.max()], visible.max(0)) + _MARGIN
    count = np.ceil((high - low) * density)
    if (count < 1).any() or (count > _MOST_PIXELS).any():
        return None
    # about the middle, so that a mirrored mouth has mirrored pixels
    x, y = (centred(int(number)) / density + middle for number, middle in zip(count, (low + high) / 2, strict=True))
    return x, y
