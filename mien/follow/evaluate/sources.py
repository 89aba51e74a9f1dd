"""Where the clips of each row come from."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from mien.bodies.keypoints import PoseVideo
from mien.bodies.scene import Scene
from mien.follow.evaluate.samples import ENGLISH, FollowSample, hide
from mien.systems.evaluation.rows import GENERATED, REAL
from mien.training.randomness import derived_seed

Picture = NDArray[np.uint8]
Video = NDArray[np.uint8]

HIDDEN, HIDDEN_NO_REPAIR, DIFFUSION = "hidden", "hidden_no_repair", "diffusion"
SHUFFLED_POSE, SHUFFLED_TEXT = "shuffled_pose", "shuffled_text"

Source = Callable[[FollowSample], Video | None]
"""The clip of a row for a sample, (T, H, W, 3) uint8; None where the row has none for it."""


class Follower(Protocol):
    """The system as users run it."""

    def scenes(self, text: str, count: int, seed: int) -> Sequence[Scene]:
        """Answers to a text."""
        ...

    def frames(self, scene: Scene, pose: PoseVideo, size: tuple[int, int], repair: bool = True) -> Iterator[Picture]:
        """The frames (height, width, 3) of a clip that follows key points, made while they are asked for."""
        ...


class Baseline(Protocol):
    """The diffusion baseline; see `mien.follow.diffusion.baseline`."""

    def frames(
        self, joints: NDArray[np.float32], visibility: NDArray[np.bool_], scene: Scene, size: tuple[int, int], seed: int
    ) -> Iterator[Picture]:
        """Frames (height, width, 3) for joints (T, 65, 2 or 3)."""
        ...


def all_sources(follower: Follower, baseline: Baseline | None, hidden: float, seed: int) -> dict[str, Source]:
    """Row → source. What does not depend on the language is made for the English samples only.

    hidden: part of the key points that the rows `hidden` and `hidden_no_repair` lack.
    """

    def scene_of(sample: FollowSample) -> Scene:
        return follower.scenes(sample.text, 1, derived_seed(seed, f"answer to {sample.clip_id}"))[0]

    def generated(sample: FollowSample) -> Video:
        return _video(follower.frames(scene_of(sample), sample.clip.pose, sample.clip.size))

    def partly(repair: bool) -> Source:
        def source(sample: FollowSample) -> Video:
            pose = hide(sample.clip.pose, hidden, derived_seed(seed, f"hidden points of {sample.clip.clip_id}"))
            return _video(follower.frames(scene_of(sample), pose, sample.clip.size, repair))

        return _in_english(source)

    def diffusion(sample: FollowSample) -> Video:
        assert baseline is not None
        clip, number = sample.clip, derived_seed(seed, f"diffusion of {sample.clip_id}")
        return _video(baseline.frames(clip.joints, clip.known, scene_of(sample), clip.size, number))

    sources: dict[str, Source] = {
        REAL: lambda sample: sample.clip.frames if sample.has_real else None,
        GENERATED: generated,
        HIDDEN: partly(True),
        HIDDEN_NO_REPAIR: partly(False),
    }
    return sources if baseline is None else {**sources, DIFFUSION: _in_english(diffusion)}


def _in_english(source: Source) -> Source:
    return lambda sample: source(sample) if sample.language == ENGLISH and sample.has_real else None


def _video(frames: Iterator[Picture]) -> Video:
    return np.stack(list(frames))
