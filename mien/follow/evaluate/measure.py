"""Measurement of one clip: what the judges find in it, compared with its text and the key points asked for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from mien.bodies.keypoints import BODY_COUNT
from mien.bodies.scene import Light, Scene
from mien.follow.evaluate.samples import ENGLISH, FollowSample, body
from mien.follow.evaluate.steadiness import figure_regions, flicker, sharpness
from mien.follow.judge.colours import measured_colours
from mien.metrics.poses import box_area, head_lengths, oks, pck, torso_lengths

Video = NDArray[np.uint8]

LOOKS, POSE = "looks", "pose"
ASPECTS = (LOOKS, POSE)

THRESHOLDS = {"pck_05": 0.05, "pck_10": 0.1, "pck_20": 0.2}
OWN, MEDIAPIPE = "", "mediapipe_"
"""Prefixes of the figures of the two detectors."""

_PLACE = ("place", "time")


class LookJudge(Protocol):
    """A judge of looks and places; see `mien.follow.judge.network.FigureJudge`."""

    def read(self, frames: Video, joints: NDArray[np.float32]) -> dict[str, str]:
        """The option of every attribute that frames (T, H, W, 3) with joints (T, 65, 2 or 3) show."""
        ...


class PoseFinder(Protocol):
    """A detector of poses for evaluation."""

    def detect(self, frames: Video) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """The person in each frame (T, H, W, 3): points (T, 17, 2) in pixels, confidence (T, 17); 0: not found."""
        ...


@dataclass(frozen=True, eq=False)
class FoundPose:
    """Poses (T, 17, 2) with confidence (T, 17) that a detector found in the frames that were judged."""

    points: NDArray[np.float32]
    confidence: NDArray[np.float32]

    @property
    def scores(self) -> NDArray[np.float64]:
        """The confidence of each frame's person, (T,)."""
        return np.asarray(self.confidence.mean(axis=1), np.float64)


@dataclass(frozen=True, eq=False)
class Observation:
    """What is seen in a clip.

    read: attribute → the judge's option. colours: colour attribute → the name of the colour at the key points. poses:
    prefix of the detector → what it found. flicker: outside the figure, in levels; sharpness: variance of the
    Laplacian. frames: their number.
    """

    read: Mapping[str, str]
    colours: Mapping[str, str]
    poses: Mapping[str, FoundPose]
    flicker: float | None
    sharpness: float
    frames: int


class Observer:
    """The judges. light: the light on a figure in the place of a scene."""

    def __init__(
        self, judge: LookJudge, finders: Mapping[str, PoseFinder], judged: int, light: Callable[[Scene], Light]
    ) -> None:
        self.judge, self.finders, self.judged, self.light = judge, finders, judged, light

    def observe(self, video: Video, sample: FollowSample) -> Observation:
        """Look at a video (T, H, W, 3) for a sample, at the key points that were asked for."""
        clip = sample.clip
        rows = clip.rows(self.judged)
        rows = rows[rows < len(video)]
        frames, joints = video[rows], clip.joints[rows]
        shown = clip.scene.visible() if sample.has_real else {}
        length = min(len(video), len(clip.joints))
        return Observation(
            self.judge.read(frames, joints),
            measured_colours(frames, joints, shown, self.light(clip.scene)),
            {
                prefix: FoundPose(*finder.detect(frames))
                for prefix, finder in self.finders.items()
                if prefix == OWN or (sample.language == ENGLISH and sample.has_real)  # MediaPipe is slow
            },
            flicker(video[:length], figure_regions(clip.joints[:length], *video.shape[1:3])),
            sharpness(frames),
            len(video),
        )


@dataclass(frozen=True, eq=False)
class MeasuredFollow:
    """An observation compared with a sample: its own, or in rows of chance that of another one.

    observation: None where a row has no clip for the sample. aspects: what is compared.
    """

    sample: FollowSample
    observation: Observation | None
    judged: int
    aspects: tuple[str, ...] = field(default=ASPECTS)

    @cached_property
    def classified(self) -> dict[str, bool]:
        """Attribute that the text names → whether the classifier reads an option that satisfies it."""
        if self.observation is None or LOOKS not in self.aspects:
            return {}
        return {name: self.observation.read[name] in accepted for name, accepted in self.sample.facts.items()}

    @cached_property
    def coloured(self) -> dict[str, bool]:
        """Colour that the text names → whether the pixels at the key points have it; where that can be measured."""
        if self.observation is None or LOOKS not in self.aspects:
            return {}
        facts = self.sample.facts
        return {name: found in facts[name] for name, found in self.observation.colours.items() if name in facts}

    @cached_property
    def satisfied(self) -> dict[str, bool]:
        """Attribute that the text names → whether it holds: colours by the pixels where they can be measured there,
        everything else by the classifier."""
        return {**self.classified, **self.coloured}

    @cached_property
    def asked(self) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
        """The poses (T, 17, 2) of the judged frames that were asked for, and which points are in the picture."""
        clip = self.sample.clip
        rows = clip.rows(self.judged)
        return body(clip.joints[rows]), clip.known[rows, :BODY_COUNT]

    @cached_property
    def poses(self) -> dict[str, FoundPose]:
        """Prefix → the poses found, of as many frames as are asked for; nothing where the row has none."""
        if self.observation is None or POSE not in self.aspects:
            return {}
        count = len(self.asked[0])
        return {prefix: found for prefix, found in self.observation.poses.items() if len(found.points) == count}

    def similarities(self, prefix: str) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """OKS (T,) and scores (T,) of the judged frames under a detector; empty where there is no pose."""
        if prefix not in self.poses:
            return np.zeros(0), np.zeros(0)
        points, counted = self.asked
        found = self.poses[prefix]
        return oks(found.points, points, counted, box_area(points, counted)), found.scores

    @cached_property
    def verdict(self) -> dict[str, float | bool | None]:
        """Rates of what is right: looks (named attributes), exact, place, time; of looks those by the classifier alone
        and by the colours alone; the poses' PCK and PCKh."""
        right = self.satisfied
        looks, classified = (
            [value for name, value in some.items() if name not in _PLACE] for some in (right, self.classified)
        )
        return {
            "looks": _rate(looks),
            "exact": all(right.values()) if right else None,
            "place": right.get("place"),
            "time": right.get("time"),
            "classified": _rate(classified),
            "colours": _rate(list(self.coloured.values())),
            **{name: value for prefix in self.poses for name, value in self._pose_figures(prefix).items()},
        }

    def _pose_figures(self, prefix: str) -> dict[str, float | None]:
        points, counted = self.asked
        found = np.where(self.poses[prefix].confidence[..., None] > 0, self.poses[prefix].points, np.nan)
        torso = torso_scale(points)
        head = float(np.nanmedian(head_lengths(points, np.ones_like(counted))))
        figures = {name: pck(found, points, counted, torso, limit) for name, limit in THRESHOLDS.items()}
        return {
            f"{prefix}{name}": v for name, v in {**figures, "pckh_50": pck(found, points, counted, head, 0.5)}.items()
        }


def torso_scale(points: NDArray[np.float32]) -> float:
    """The torso of poses (T, 17, 2) in pixels: the median over their frames, but at least a quarter of the box.

    So a figure that bends towards the viewer has a size too.
    """
    box = float(np.median(np.ptp(points, axis=1).max(axis=-1)))
    return max(float(np.median(torso_lengths(points, np.ones(points.shape[:2], bool)))), box / 4)


def _rate(values: list[bool]) -> float | None:
    return sum(values) / len(values) if values else None
