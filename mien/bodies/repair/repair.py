"""Repair of the key points of one person.

In this order: points that the detector doubts or that are outside the picture are unknown; exchanged sides are put
right; outliers become unknown; short gaps are filled and noise is taken away without delay; long gaps stay unknown.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import maximum_filter1d

from mien.bodies.keypoints import BODY_AND_FEET, INDEX, LEFT_HAND, RIGHT_HAND, PoseTrack
from mien.bodies.repair.filling import fill, fill_body
from mien.bodies.repair.outliers import LEAST as LEAST_ERROR
from mien.bodies.repair.outliers import jumps, stretched
from mien.bodies.repair.sides import exchange
from mien.bodies.repair.size import body_size

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]

LEAST_CONFIDENCE = 0.2
GAP_SECONDS = 0.5
"""Longer gaps stay unknown."""
END_SECONDS = 0.1
"""Gaps at the beginning and the end, which are seen from one side only, are filled up to this length."""
SURE = 4.0
"""Deviations of the guess from the other points by which an outlier must be off."""
MISFIT = 0.03
"""Body sizes that a point may be away from where the other points and itself would have it."""
USUAL_NOISE = 0.003
"""Deviation of a detector in body sizes, where too few points follow one another to measure it."""
FILLED = 0.5
"""Confidence of a filled point, in parts of that of its neighbours."""


@dataclass(frozen=True)
class Report:
    """What was mended in a track, counted in points unless said otherwise.

    doubted: under `LEAST_CONFIDENCE`. outside: of the picture. exchanged: frames by group, see `sides.GROUPS`. jumps:
    off a smooth path. stretched: ends of bones that were too long. filled: in short gaps. unknown: body points that
    stay unknown. points: body points in all (frames × 17).
    """

    doubted: int = 0
    outside: int = 0
    exchanged: dict[str, int] = field(default_factory=dict)
    jumps: int = 0
    stretched: int = 0
    filled: int = 0
    unknown: int = 0
    points: int = 0

    def line(self) -> str:
        """One line for people."""
        swaps = ", ".join(f"{group} {count}" for group, count in self.exchanged.items()) or "none"
        return (
            f"{self.jumps + self.stretched} outliers, {self.filled} points filled, sides exchanged in frames: {swaps}; "
            f"{self.unknown} of {self.points} points of the body stay unknown"
        )


def repair(
    track: PoseTrack, fps: float | Fraction, picture: tuple[int, int] | None = None, smooth: bool = True
) -> PoseTrack:
    """The track of `mend`, without its report."""
    return mend(track, fps, picture, smooth)[0]


def mend(
    track: PoseTrack, fps: float | Fraction, picture: tuple[int, int] | None = None, smooth: bool = True
) -> tuple[PoseTrack, Report]:
    """The repaired track and what was mended.

    picture: width and height in pixels; points outside are guesses of the detector and become unknown. smooth: take
    noise away from known points; without it points that are right are kept to the bit.
    Raises ValueError for a frame rate that is not positive.
    """
    rate = float(fps)
    if not 0 < rate <= 1000:
        raise ValueError(f"the frame rate is between 0 and 1000 frames a second, not {fps}")
    points, confidence = track.points.astype(np.float64), track.confidence.astype(np.float64)
    doubted = (confidence > 0) & (confidence < LEAST_CONFIDENCE)
    outside = _outside(points, picture) & (confidence > 0) & ~doubted
    confidence[doubted | outside] = 0.0
    counts = {"doubted": int(doubted.sum()), "outside": int(outside.sum())}
    if len(track) == 0 or not (confidence > 0).any():
        return PoseTrack(track.points, confidence.astype(np.float32), track.person), _report(confidence, counts, {})
    size = body_size(points, confidence > 0, rate)
    points, confidence, exchanged = exchange(points, confidence, size)
    counts |= _without_outliers(points, confidence, size, rate)
    counts["jumps"] += _without_misfits(points, confidence, size, rate)
    points, confidence, filled = _filled(points, confidence, size, rate, smooth)
    counts["filled"] = filled
    mended = PoseTrack(points.astype(np.float32), confidence.astype(np.float32), track.person)
    return mended, _report(confidence, counts, exchanged)


def _report(confidence: Array, counts: dict[str, int], exchanged: dict[str, int]) -> Report:
    body = confidence[:, :17]
    return Report(**counts, exchanged=exchanged, unknown=int((body == 0).sum()), points=body.size)


def _outside(points: Array, picture: tuple[int, int] | None) -> Mask:
    if picture is None:
        return np.zeros(points.shape[:2], bool)
    return np.any((points < 0) | (points > np.array(picture)), axis=-1)


def _without_outliers(points: Array, confidence: Array, size: Array, fps: float) -> dict[str, int]:
    """Make outliers unknown in `confidence`; returns how many there were."""
    body = slice(0, BODY_AND_FEET)
    known = confidence > 0
    far = stretched(points, known, size) & known[:, body]
    known[:, body] &= ~far
    scaled = points[:, body] / size[:, None, None]
    off = jumps(scaled, known[:, body], fps)
    # A quick turn leaves a smooth path as well: what the other points of the body say decides.
    guess, doubt = fill_body(scaled, known[:, body] & ~off, off, np.full(off.shape, 0.004), fps, doubts=True)
    off &= np.linalg.norm(guess - scaled, axis=-1) > np.maximum(LEAST_ERROR, SURE * doubt)
    confidence[:, body][far | off] = 0.0
    for hand, wrist in ((LEFT_HAND, "left_wrist"), (RIGHT_HAND, "right_wrist")):
        lost = (far | off)[:, INDEX[wrist]]  # a hand hangs on its wrist
        confidence[lost, hand] = 0.0
    return {"stretched": int(far.sum()), "jumps": int(off.sum())}


def _without_misfits(points: Array, confidence: Array, size: Array, fps: float) -> int:
    """Make points unknown that do not fit the rest of the body, at ends too and side by side; returns how many."""
    body = slice(0, BODY_AND_FEET)
    found = 0
    scaled = points[:, body] / size[:, None, None]
    noise = np.full(scaled.shape[:2], USUAL_NOISE)
    for _ in range(3):  # a large error hides smaller ones beside it
        known = confidence[:, body] > 0
        asked = known & _restless(scaled, known)
        off = np.linalg.norm(fill_body(scaled, known, asked, noise, fps)[0] - scaled, axis=-1)
        worst = (off > MISFIT) & (off >= maximum_filter1d(off, 5, axis=0))
        if not worst.any():
            break
        found += int(worst.sum())
        confidence[:, body][worst] = 0.0
    return found


def _restless(points: Array, known: Mask) -> Mask:
    """Which known points (T, J) are more than `MISFIT` from where they were and will be: all others fit."""
    far = np.zeros(known.shape, bool)
    if len(points) < 2:
        return far
    step = np.linalg.norm(np.diff(points, axis=0), axis=-1) > MISFIT
    step &= known[1:] & known[:-1]
    between = np.linalg.norm(points[1:-1] - (points[2:] + points[:-2]) / 2, axis=-1) > MISFIT / 2
    whole = known[2:] & known[:-2]
    far[1:-1] = np.where(whole, between, step[1:] | step[:-1])
    far[0], far[-1] = step[0], step[-1]
    return far


def _filled(points: Array, confidence: Array, size: Array, fps: float, smooth: bool) -> tuple[Array, Array, int]:
    known = confidence > 0
    gaps = short_gaps(known, fps)
    for hand, wrist in ((LEFT_HAND, "left_wrist"), (RIGHT_HAND, "right_wrist")):
        gaps[:, hand] &= (known | gaps)[:, INDEX[wrist], None]  # there is nothing to fill a hand about without it
    wanted = gaps | known if smooth else gaps
    scaled = points / size[:, None, None]
    noise = _noise(scaled, known) * (1.5 - 0.5 * np.clip(confidence, 0, 1))
    filled = fill(scaled, known, wanted, noise, fps)
    # What is known moves no farther than noise does: the prior knows noise better than people.
    most = np.where(known, 2.5 * noise, np.inf)[..., None]
    points = np.where(wanted[..., None], np.clip(filled, scaled - most, scaled + most) * size[:, None, None], points)
    confidence = np.where(gaps, FILLED * _around(confidence), confidence)
    return points, confidence, int(gaps.sum())


def short_gaps(known: Mask, fps: float) -> Mask:
    """Which unknown points (T, J) are in gaps that are filled."""
    before, after = _distance_to_known(known), _distance_to_known(known[::-1])[::-1]
    inside = np.isfinite(before) & np.isfinite(after)
    frames = np.arange(len(known))[:, None]
    to_end = np.where(np.isfinite(before), before + len(known) - 1 - frames, after + frames)
    length = np.where(inside, before + after - 1, to_end)
    return ~known & (length <= np.where(inside, GAP_SECONDS, END_SECONDS) * fps + 1e-6)


def _distance_to_known(known: Mask) -> Array:
    """Frames (T, J) since a point was known; infinite before the first time."""
    index = np.where(known, np.arange(len(known))[:, None], -1)
    newest = np.maximum.accumulate(index, axis=0)
    return np.where(newest >= 0, np.arange(len(known))[:, None] - newest, np.inf)


def _around(confidence: Array) -> Array:
    """Mean confidence (T, J) of the nearest known frames before and after; 0 where none is."""
    rows = np.arange(len(confidence))
    around = np.zeros_like(confidence)
    for joint in range(confidence.shape[1]):
        known = np.nonzero(confidence[:, joint] > 0)[0]
        if len(known):
            around[:, joint] = np.interp(rows, known, confidence[known, joint])
    return around


def _noise(points: Array, known: Mask) -> Array:
    """Deviation (T, J) of the detector's noise in body sizes, one for each point, from fifth differences.

    Movements of people have next to none from frame to frame; white noise has √252 of its deviation. The lower third
    counts, since quick movements have some.
    """
    noise = np.zeros(points.shape[1])
    fifth = np.diff(points, 5, axis=0) if len(points) > 5 else points[:0]
    valid = np.ones(fifth.shape[:2], bool)
    for shift in range(6 if len(points) > 5 else 0):
        valid &= known[shift : len(known) - 5 + shift]
    everything = np.abs(fifth[valid])
    for joint in range(points.shape[1]):
        own = np.abs(fifth[valid[:, joint], joint])
        own = own if len(own) >= 8 else everything
        noise[joint] = np.percentile(own, 30) / 0.385 / np.sqrt(252) if len(own) >= 8 else USUAL_NOISE
    return np.broadcast_to(np.clip(noise, 0.0003, 0.01), known.shape)
