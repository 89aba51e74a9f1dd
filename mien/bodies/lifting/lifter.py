"""The lifter in use: a track of key points → joints in space for every frame, of any length, always the same."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.interpolate import CubicSpline
from scipy.ndimage import gaussian_filter1d

from mien.bodies.keypoints import BODY_AND_FEET, INDEX, JOINTS, LEFT_HAND, RIGHT_HAND, PoseTrack
from mien.bodies.lifting.data import FPS
from mien.bodies.lifting.features import REMEMBERED, features
from mien.bodies.lifting.hands import place_hand
from mien.bodies.lifting.known_places import with_known_places
from mien.bodies.lifting.network import KIND, LifterNetwork
from mien.bodies.lifting.upper_part import hang_arms, limbs_are_seen, standing_body
from mien.bodies.repair.size import body_size
from mien.training.model_folder import load_network

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]

NATIVE = (19.0, 32.0)
"""Frame rates that the network reads as they are; others are brought to `FPS`."""
CHUNK = 2048
"""Frames that the network reads at once."""
LEAST_POINTS = 3
"""With fewer known points of the body nobody is there."""
ABSENT_SECONDS = 0.5
"""Shorter absences are bridged."""
SMOOTH_SECONDS = 0.05
"""Deviation of the Gaussian that smooths depth."""
SMOOTH_UNKNOWN_SECONDS = 0.09
"""That of unknown points: the network changes its mind when it stops remembering where a point was."""


@dataclass(frozen=True)
class Lifted:
    """A person in space, frame by frame.

    joints: float32 (T, 65, 3) in the pixels of the picture; z away from the viewer in the same scale, 0 in the middle
    of the hips. hands: bool (T, 2), whether the left and the right hand are known; others hang on the wrist. present:
    bool (T,), whether the person is there at all; where not, the joints mean nothing. standing: whether only the
    upper part is seen in the track, so that the rest of the body stands upright.
    """

    joints: NDArray[np.float32]
    hands: Mask
    present: Mask
    standing: bool = False


class Lifter:
    """Gives key points their depth and completes those that are not known."""

    def __init__(self, network: LifterNetwork) -> None:
        self.network = network.eval()

    @classmethod
    def load(cls, folder: Path) -> Lifter:
        """The lifter in `folder`. Raises ValueError in one sentence if there is none or it is damaged."""
        return cls(load_network(folder, (KIND,), lambda content: LifterNetwork(**content["model"]))[0])

    def lift(self, track: PoseTrack, fps: float | Fraction) -> Lifted:
        """All 65 joints of every frame; see `Lifted`.

        Known points keep their x and y. Of a track that shows neither forearms, legs nor a side of the trunk, as a
        close-up of a face, only the head's do, see `standing_body`: the rest stands. An arm that is hardly ever seen
        hangs. A track without any known point has nobody present and joints of 0. Memory beyond the result does
        not grow with the length. Raises ValueError for a frame rate that is not positive.
        """
        rate = float(fps)
        if not 0 < rate <= 1000:
            raise ValueError(f"the frame rate is between 0 and 1000 frames a second, not {fps}")
        frames = len(track)
        joints = np.zeros((frames, len(JOINTS), 3), np.float32)
        known = track.known()
        there = known[:, :BODY_AND_FEET].sum(axis=1) >= LEAST_POINTS
        if not there.any():
            return Lifted(joints, np.zeros((frames, 2), bool), np.zeros(frames, bool))
        known = known & there[:, None]
        body = slice(0, BODY_AND_FEET)
        absent = round(ABSENT_SECONDS * rate)
        if not limbs_are_seen(track.points, known) and (stands := standing_body(track.points, known, rate)) is not None:
            return Lifted(stands, np.zeros((frames, 2), bool), _bridged(there, absent, ends=True), standing=True)
        size = body_size(track.points, known, rate)
        placed = self._body(track.points[:, body], known[:, body], size, rate)
        hang_arms(placed, track.points[:, body], known[:, body], size, rate)
        joints[:, body] = placed
        hands = np.zeros((frames, 2), bool)
        for side, hand in enumerate((LEFT_HAND, RIGHT_HAND)):
            hands[:, side] = place_hand(joints, track.points[:, hand], known[:, hand], side)
        return Lifted(joints, hands, _bridged(there, absent))

    def _body(self, points: NDArray[np.float32], known: Mask, size: Array, fps: float) -> Array:
        """(T, 23, 3): in the network's frame rate, then back."""
        frames = len(points)
        if NATIVE[0] <= fps <= NATIVE[1] or frames < 2:
            return self._placed(points, known, size, fps)
        own, other = np.arange(frames) / fps, np.arange(max(2, int(np.ceil((frames - 1) / fps * FPS)) + 1)) / FPS
        resampled, kept = _resampled(points, known, own, other)
        found = self._placed(resampled, kept, np.interp(other, own, size), FPS)
        result = CubicSpline(other, found)(own)
        return with_known_places(result, points, known, fps)

    def _placed(self, points: NDArray[np.float32], known: Mask, size: Array, fps: float) -> Array:
        found = np.concatenate([self._chunk(points, known, size, at) for at in range(0, len(points), CHUNK)])
        if len(found) > 2:
            found[..., 2] = gaussian_filter1d(found[..., 2], SMOOTH_SECONDS * fps, axis=0, mode="nearest")
            lost: Mask = np.any(~known, axis=0)
            flat = gaussian_filter1d(found[..., :2], SMOOTH_UNKNOWN_SECONDS * fps, axis=0, mode="nearest")
            found[..., :2] = np.where(lost[None, :, None], flat, found[..., :2])
        found[..., 2] -= found[:, [INDEX["left_hip"], INDEX["right_hip"]], 2].mean(axis=1, keepdims=True)
        return with_known_places(found, points, known, fps)

    @torch.no_grad()
    def _chunk(self, points: NDArray[np.float32], known: Mask, size: Array, start: int) -> Array:
        """Frames from `start` on, as if the whole track had been read at once."""
        margin = self.network.margin + REMEMBERED + 1
        rows = slice(max(0, start - margin), min(len(points), start + CHUNK + margin))
        seen = features(points[None, rows], known[None, rows], size[None, rows])
        found = self.network(torch.from_numpy(seen.inputs))[0].double().numpy()
        found[..., :2] += seen.base[0]
        found *= size[rows, None, None]
        found[..., :2] += seen.centre[0]
        return found[start - rows.start : start - rows.start + min(CHUNK, len(points) - start)]


def _resampled(points: NDArray[np.float32], known: Mask, own: Array, other: Array) -> tuple[NDArray[np.float32], Mask]:
    """Points and what is known of them at other times, on lines between frames in which both ends are known."""
    at = np.clip(np.searchsorted(own, other, side="right") - 1, 0, max(len(own) - 2, 0))
    share = np.clip((other - own[at]) / (own[1] - own[0]), 0, 1)[:, None]
    both = known[at] & known[at + 1]
    nearer = np.where(share < 0.5, known[at], known[at + 1])
    share = np.where(both, share, np.where(known[at], 0.0, 1.0))[..., None]
    moved = points[at] * (1 - share) + points[at + 1] * share
    return moved.astype(np.float32), both | nearer


def _bridged(there: Mask, most: int, ends: bool = False) -> Mask:
    """Presence (T,) in which absences of up to `most` frames between two presences, or at the ends too, are filled."""
    present = there.copy()
    rows = np.nonzero(there)[0]
    edges = (-1, *rows, len(there)) if ends else rows
    for before, after in pairwise(edges):
        if 1 < after - before <= most + 1:
            present[before + 1 : after] = True
    return present
