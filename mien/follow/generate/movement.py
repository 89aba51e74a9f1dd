"""Who moves in a clip, and how: joints in picture pixels for each person and frame."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d, maximum_filter1d

from mien.bodies.keypoints import BODY_AND_FEET, INDEX, JOINTS, PoseVideo

_FEET = [INDEX["left_ankle"], INDEX["right_ankle"], *range(INDEX["left_big_toe"], BODY_AND_FEET)]


@dataclass(frozen=True)
class Mover:
    """One person of a clip.

    joints: float32 (T, 65, 3), picture pixels, z away from the viewer. hands: bool (T, 2), whether the fingers of the
    left and the right hand are known. shown: bool (T,), False where nobody knows where the person is. standing: whether
    only the upper part is seen, so that the rest stands.
    """

    joints: NDArray[np.float32]
    hands: NDArray[np.bool_]
    shown: NDArray[np.bool_]
    person: int = 0
    standing: bool = False

    def __post_init__(self) -> None:
        frames = len(self.joints)
        shapes = self.joints.shape, self.hands.shape, self.shown.shape
        if shapes != ((frames, len(JOINTS), 3), (frames, 2), (frames,)):
            raise ValueError(f"a person's joints, hands and frames are (T, 65, 3), (T, 2), (T,), not {shapes}")

    def lowest(self) -> NDArray[np.float32]:
        """The lowest point of the feet in each frame, (T,) pixels."""
        return np.asarray(self.joints[:, _FEET, 1].max(axis=1), np.float32)

    def ground(self, fps: float) -> NDArray[np.float32]:
        """Where the ground is in each frame, (T,) pixels: where the feet are lowest within a second, as in a jump."""
        lowest = self.lowest()
        reached = maximum_filter1d(lowest, 2 * round(fps / 2) + 1, mode="nearest")
        smooth = gaussian_filter1d(reached, max(1.0, fps / 5), mode="nearest")
        return np.asarray(np.maximum(smooth, lowest), np.float32)


@dataclass(frozen=True)
class Movement:
    """All people of a clip.

    poses: the key points that are followed; its width, height and frame rate are those of the clip. movers: one for
    each of its people. video: the file whose sound belongs to it.
    repairs: what was mended, a line for each person. notes: what the user should know.
    """

    poses: PoseVideo
    movers: tuple[Mover, ...]
    video: Path | None = None
    repairs: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def frames(self) -> int:
        return self.poses.frames

    @property
    def fps(self) -> Fraction:
        return self.poses.fps

    @property
    def seconds(self) -> float:
        return self.poses.seconds


def drawing_order(movers: tuple[Mover, ...], fps: float) -> NDArray[np.int64]:
    """For each frame the numbers of the people from the farthest to the nearest, (T, people).

    Who stands lower in the picture is nearer, as on level ground.
    """
    lines = np.stack([gaussian_filter1d(mover.ground(fps), fps, mode="nearest") for mover in movers], axis=1)
    return np.argsort(lines, axis=1, kind="stable")


def gap_notes(shown: NDArray[np.bool_], fps: Fraction, named: str) -> tuple[str, ...]:
    """A note on when a person is lost, from whether somebody is shown in each frame; at most three times are named."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], ~shown, [False]]).astype(np.int8)))
    spans = [(start / float(fps), end / float(fps)) for start, end in edges.reshape(-1, 2)]
    if not spans:
        return ()
    times = ", ".join(f"{start:.1f} to {end:.1f} s" for start, end in spans[:3])
    more = f" and {len(spans) - 3} more times" if len(spans) > 3 else ""
    return (f"{named} is not found at {times}{more}: nobody is drawn there",)
