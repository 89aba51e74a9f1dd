"""What is evaluated: clips of the corpus with texts about them, and key points that are asked for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from mien.bodies.keypoints import BODY_COUNT, JOINTS, PoseTrack, PoseVideo
from mien.bodies.scene import Scene
from mien.training.randomness import numpy_generator

Facts = Mapping[str, frozenset[str]]
"""What a text says: attribute → the options that satisfy it."""

ENGLISH, VIETNAMESE, PLAIN = LANGUAGES = ("en", "vi", "vi_plain")
"""`vi_plain`: Vietnamese typed without accents."""

_LONGEST_GAP = 12
"""Frames for which a key point is hidden at most, at a time."""


@dataclass(frozen=True, eq=False)
class AskedClip:
    """A clip of the corpus.

    frames: uint8 (T, H, W, 3). joints: float32 (T, 65, 3), pixels of these frames. scene: what it shows.
    """

    clip_id: str
    frames: NDArray[np.uint8]
    joints: NDArray[np.float32]
    scene: Scene
    fps: Fraction

    @property
    def size(self) -> tuple[int, int]:
        """Width and height."""
        return self.frames.shape[2], self.frames.shape[1]

    @cached_property
    def known(self) -> NDArray[np.bool_]:
        """Which points lie in the picture, bool (T, 65)."""
        at = self.joints[..., :2]
        return np.asarray(((at >= 0) & (at < self.size)).all(axis=-1))

    @cached_property
    def pose(self) -> PoseVideo:
        """The key points that are asked for: those in the picture."""
        points = np.where(self.known[..., None], self.joints[..., :2], 0).astype(np.float32)
        track = PoseTrack(points, self.known.astype(np.float32))
        return PoseVideo(*self.size, self.fps, (track,), len(self.joints))

    def first(self, frames: int) -> AskedClip:
        """The first frames of the clip."""
        return replace(self, frames=self.frames[:frames], joints=self.joints[:frames])

    def at_rate(self, fps: Fraction) -> AskedClip:
        """The same frames at another rate."""
        return replace(self, fps=fps)

    def rows(self, count: int) -> NDArray[np.int64]:
        """At most `count` evenly spaced frames, the first and the last among them."""
        frames = len(self.joints)
        return np.linspace(0, frames - 1, min(count, frames)).round().astype(np.int64)


@dataclass(frozen=True, eq=False)
class FollowSample:
    """A text about a clip in one language. facts: what it says of attributes that the clip shows."""

    clip_id: str
    part: str
    language: str
    text: str
    facts: Facts
    clip: AskedClip
    has_real: bool = True
    """Whether the clip shows what the text says; not so of prompts that were written without one."""


def hide(pose: PoseVideo, share: float, seed: int) -> PoseVideo:
    """Hide `share` of the key points of the body for a while each, hands and feet with them as they come.

    Every point is hidden again and again for up to `_LONGEST_GAP` frames, at times of its own, until so many of its
    frames are hidden. Equal arguments give equal poses.
    """
    people = []
    for track in pose.people:
        rng = numpy_generator(seed, f"hidden points {track.person}")
        confidence = track.confidence.copy()
        for joint in range(len(JOINTS)):
            hidden = np.zeros(len(track), bool)
            while hidden.mean() < share:
                start = int(rng.integers(-_LONGEST_GAP, len(track)))
                hidden[max(0, start) : max(0, start + int(rng.integers(2, _LONGEST_GAP + 1)))] = True
            confidence[_kept(hidden, share, rng), joint] = 0
        points = np.where(confidence[..., None] > 0, track.points, 0).astype(np.float32)
        people.append(replace(track, points=points, confidence=confidence))
    return pose.only(tuple(people))


def _kept(hidden: NDArray[np.bool_], share: float, rng: np.random.Generator) -> NDArray[np.int64]:
    """The frames that are hidden, without the surplus of the last gap (one or another end of it)."""
    places = np.flatnonzero(hidden)
    surplus = len(places) - int(np.ceil(share * len(hidden)))
    return places[surplus:] if rng.random() < 0.5 else places[: len(places) - surplus]


def body(joints: NDArray[np.float32]) -> NDArray[np.float32]:
    """The 17 points of COCO (T, 17, 2) of joints (T, 65, 2 or 3)."""
    return joints[:, :BODY_COUNT, :2]
