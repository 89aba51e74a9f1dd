"""Projection: which side is seen, what is nearer, and that a person stays in the picture."""

from __future__ import annotations

import numpy as np
import pytest

from mien.bodies.keypoints import INDEX
from mien.bodies.motions.catalogue import motion
from mien.bodies.motions.picture import Camera, framed, to_picture

STANDING = motion("idle", 0.1, 25, 1)


def point(joints: np.ndarray, name: str) -> np.ndarray:
    return joints[0, INDEX[name]]


def test_from_the_front_the_left_shoulder_is_on_the_right_and_the_nose_is_nearest() -> None:
    seen = to_picture(STANDING, Camera(0.0, 0.0, 100.0, (50.0, 200.0)))
    assert seen.dtype == np.float32
    assert point(seen, "left_shoulder")[0] > point(seen, "right_shoulder")[0]
    assert point(seen, "nose")[1] < point(seen, "left_hip")[1] < point(seen, "left_ankle")[1] <= 200.5
    assert point(seen, "nose")[2] < point(seen, "left_ear")[2]


def test_from_behind_and_from_the_left_side() -> None:
    back = to_picture(STANDING, Camera(np.pi, 0.0, 100.0))
    assert point(back, "left_shoulder")[0] < point(back, "right_shoulder")[0]
    assert point(back, "nose")[2] > point(back, "left_ear")[2]
    left = to_picture(STANDING, Camera(np.pi / 2, 0.0, 100.0))
    assert point(left, "left_shoulder")[2] < point(left, "right_shoulder")[2]
    assert point(left, "nose")[0] < point(left, "left_ear")[0]


def test_looking_down_brings_what_is_near_lower_in_the_picture() -> None:
    level, down = (to_picture(STANDING, Camera(0.0, pitch, 100.0)) for pitch in (0.0, 0.5))
    toe, heel = "left_big_toe", "left_heel"
    assert point(down, toe)[1] - point(down, heel)[1] > point(level, toe)[1] - point(level, heel)[1] + 3


def test_distances_are_kept_in_the_camera_s_scale() -> None:
    seen = to_picture(STANDING, Camera(1.1, 0.4, 30.0))
    for first, second in (("left_hip", "left_knee"), ("nose", "right_ankle")):
        true = np.linalg.norm(point(STANDING, first) - point(STANDING, second))
        assert np.linalg.norm(point(seen, first) - point(seen, second)) == pytest.approx(30 * true, rel=1e-4)


@pytest.mark.parametrize("name", ["walk", "run", "dance", "jump"])
@pytest.mark.parametrize("follow", [True, False])
def test_a_framed_person_is_in_the_picture(name: str, follow: bool) -> None:
    joints = motion(name, 4, 25, 2)
    seen = to_picture(joints, framed(joints, 120, 96, 0.7, 0.2, share=0.8, follow=follow))[..., :2]
    assert seen.min() >= 0
    assert np.all(seen <= (120, 96))
    used = max(np.ptp(seen[..., 0]) / 120, np.ptp(seen[..., 1]) / 96)
    assert used > 0.5
