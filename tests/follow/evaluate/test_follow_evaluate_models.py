"""What the evaluation calls: MediaPipe in enlarged frames, and the system from key points on."""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from figure_drawing import standing_joints
from follow_stand_ins import Memory, asked_clip

from mien.bodies.keypoints import PoseTrack
from mien.bodies.lifting.lifter import Lifted
from mien.bodies.scene import Scene
from mien.follow.evaluate import finders, models
from mien.follow.evaluate.finders import MediaPipeFinder
from mien.follow.evaluate.models import TrainedFollower
from mien.follow.generate.movement import Movement


def test_points_come_back_in_pixels_of_the_small_frames(monkeypatch: pytest.MonkeyPatch) -> None:
    sizes = []

    class Detector:
        def __init__(self, most: int) -> None:
            assert most == 1

        def detect(self, frame: np.ndarray) -> list[Any]:
            sizes.append(frame.shape)
            points = np.full((65, 2), 120, np.float32)
            return [SimpleNamespace(points=points, confidence=np.ones(65, np.float32))] if len(sizes) > 1 else []

        def close(self) -> None:
            sizes.append("closed")

    monkeypatch.setattr(finders, "MediaPipePeople", Detector)
    points, confidence = MediaPipeFinder(192).detect(np.zeros((2, 48, 64, 3), np.uint8))
    assert sizes == [(192, 256, 3), (192, 256, 3), "closed"]
    assert confidence[0].max() == 0
    assert (points[1] == 30).all()
    assert points.shape == (2, 17, 2)


def test_the_system_follows_key_points_that_it_repairs_when_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    lifted: list[PoseTrack] = []
    joints = standing_joints(4)

    class Lifter:
        def lift(self, track: PoseTrack, fps: float) -> Lifted:
            assert fps == 25
            lifted.append(track)
            return Lifted(joints, np.zeros((4, 2), bool), np.ones(4, bool))

    def drawn(movement: Movement, scenes: list[Scene], width: int, height: int, numbers: range) -> Iterator[np.ndarray]:
        assert (len(scenes), movement.frames, len(numbers)) == (1, 4, 4)
        assert movement.movers[0].joints is joints
        yield from np.zeros((len(numbers), height, width, 3), np.uint8)

    monkeypatch.setattr(models, "render_frames", drawn)
    read = SimpleNamespace(sample=lambda _text, _seed, count: SimpleNamespace(scenes=[Scene()] * count))
    model = SimpleNamespace(lifter=Lifter(), scenes=read)
    follower = TrainedFollower(model)  # type: ignore[arg-type]
    assert len(follower.scenes("a woman", 3, 0)) == 3
    pose = asked_clip(Memory(), 3, 4).pose
    hidden = pose.people[0].confidence.copy()
    hidden[1, 9] = 0
    pose = pose.only((PoseTrack(pose.people[0].points, hidden),))
    for repair in (True, False):
        frames = list(follower.frames(Scene(), pose, (96, 96), repair))
        assert [frame.shape for frame in frames] == [(96, 96, 3)] * 4
    assert lifted[0].known()[1, 9]
    assert not lifted[1].known()[1, 9]
