"""Stand-ins for the system and for the judges: each drawn frame is remembered with what it shows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction

import numpy as np
from figure_drawing import draw_figure, random_scene, standing_joints
from numpy.typing import NDArray

from mien.bodies.keypoints import PoseVideo
from mien.bodies.scene import LABELS, Scene
from mien.follow.evaluate.samples import LANGUAGES, AskedClip, FollowSample

Frames = NDArray[np.uint8]


@dataclass
class Memory:
    """What drawn frames show, by their bytes: a scene and joints."""

    known: dict[bytes, tuple[Scene, NDArray[np.float32]]] = field(default_factory=dict)

    def draw(self, scene: Scene, joints: NDArray[np.float32]) -> Frames:
        """Frames that are remembered."""
        frames = draw_figure(scene, joints)
        for frame, pose in zip(frames, joints, strict=True):
            self.known[frame.tobytes()] = scene, pose
        return frames

    def read(self, frames: Frames, joints: NDArray[np.float32]) -> dict[str, str]:
        """A judge of looks that is always right."""
        del joints
        return self.known[frames[0].tobytes()][0].labels()

    def detect(self, frames: Frames) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """A detector that is always right."""
        poses = np.stack([self.known[frame.tobytes()][1][:17, :2] for frame in frames])
        return poses, np.ones(poses.shape[:2], np.float32)


@dataclass
class StandInFollower:
    """Draws what a text of `options_text` says, red tops for what it does not say. Unknown points stay at 0, or with
    repair at their place in the frame before."""

    memory: Memory
    wrong: frozenset[str] = frozenset()

    def scenes(self, text: str, count: int, seed: int) -> Sequence[Scene]:
        """Scenes that hold what the text says, but for the attributes `wrong`; the rest is random."""
        rng = np.random.default_rng(seed)
        said = dict(word.split("=") for word in text.split())
        scenes = []
        for _ in range(count):
            options = {**random_scene(rng).labels(), **said}
            for name in self.wrong:
                options[name] = next(option for option in LABELS[name] if option != options[name])
            scenes.append(Scene(**options))
        return scenes

    def frames(self, scene: Scene, pose: PoseVideo, size: tuple[int, int], repair: bool = True) -> Iterator[Frames]:
        """One frame after another."""
        assert size == (96, 96)
        track = pose.people[0]
        before = track.points[0]
        for points, known in zip(track.points, track.known(), strict=True):
            at = np.where(known[:, None], points, before if repair else 0)
            before = at
            yield self.memory.draw(scene, np.pad(at, ((0, 0), (0, 1)))[None].astype(np.float32))[0]


def options_text(scene: Scene) -> tuple[str, dict[str, frozenset[str]]]:
    """A text that says what a scene shows, and its facts."""
    facts = {name: frozenset({option}) for name, option in scene.visible().items()}
    return " ".join(f"{name}={min(some)}" for name, some in facts.items()), facts


def asked_clip(memory: Memory, number: int, frames: int = 24) -> AskedClip:
    """A clip of a random scene."""
    rng = np.random.default_rng(number)
    scene = replace(random_scene(rng), kind="woman")
    joints = standing_joints(frames, number)
    return AskedClip(f"clip{number}", memory.draw(scene, joints), joints, scene, Fraction(25))


def samples_of(memory: Memory, part: str, numbers: Sequence[int]) -> list[FollowSample]:
    """Each clip in three languages (of one text)."""
    samples = []
    for number in numbers:
        clip = asked_clip(memory, number)
        text, facts = options_text(clip.scene)
        for language in LANGUAGES:
            samples.append(FollowSample(f"{part}-{number}-{language}", part, language, text, facts, clip))
    return samples
