"""Close-ups: where only head and shoulders are seen, the head moves as it does and the rest of the body stands."""

from __future__ import annotations

import numpy as np
import pytest

from mien.bodies.keypoints import BODY_AND_FEET, INDEX, LIMBS, PoseTrack
from mien.bodies.lifting.lifter import Lifted, Lifter
from mien.bodies.lifting.network import LifterNetwork
from mien.bodies.lifting.upper_part import limbs_are_seen
from mien.bodies.motions.picture import Camera, to_picture
from mien.bodies.motions.proportions import Proportions
from mien.bodies.motions.skeleton import joints_of, standing

FPS = 25
HEIGHT = 900.0
HEAD = [INDEX[name] for name in ("nose", "left_eye", "right_eye", "left_ear", "right_ear")]
SHOULDERS = [INDEX["left_shoulder"], INDEX["right_shoulder"]]


def talking(frames: int = 60, wide: float = 0.5) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Joints in pixels of a standing person who turns and nods, and the turn to the left and the nod in radians."""
    times = np.arange(frames) / FPS
    body = Proportions()
    posture = standing(times, body)
    turn, nod = wide * np.sin(2 * np.pi * times / 1.6), 0.2 * np.sin(2 * np.pi * times / 0.9)
    posture.head[:, 0], posture.head[:, 2] = nod, turn
    joints = to_picture(joints_of(posture, body), Camera(scale=HEIGHT, offset=(320.0, 1050.0)))
    return joints.astype(np.float64), turn, nod


def showing(joints: np.ndarray, points: list[int], noise: float = 0.0) -> PoseTrack:
    """A track in which these points alone are known."""
    confidence = np.zeros(joints.shape[:2], np.float32)
    confidence[:, points] = 0.9
    shaken = joints[..., :2] + np.random.default_rng(0).normal(0, noise, joints[..., :2].shape)
    return PoseTrack(np.where(confidence[..., None] > 0, shaken, 0).astype(np.float32), confidence)


def lifted(track: PoseTrack) -> Lifted:
    """By an untrained network, which close-ups do not ask."""
    return Lifter(LifterNetwork(width=16, dilations=(1,))).lift(track, FPS)


def lengths(joints: np.ndarray) -> np.ndarray:
    ends = np.array([(INDEX[a], INDEX[b]) for a, b in LIMBS])
    return np.asarray(np.linalg.norm(joints[:, ends[:, 0]] - joints[:, ends[:, 1]], axis=-1))


ELBOWS = [INDEX["left_elbow"], INDEX["right_elbow"]]


@pytest.mark.parametrize(
    "points",
    [HEAD, [*HEAD, *SHOULDERS], [*HEAD, SHOULDERS[1]], [*HEAD[:4], *SHOULDERS], [*HEAD, *SHOULDERS, *ELBOWS]],
)
def test_the_head_moves_and_the_rest_stands(points: list[int]) -> None:
    truth, turn, _ = talking()
    found = lifted(showing(truth, points, noise=1.0))
    joints = found.joints.astype(np.float64)
    assert found.standing
    assert found.present.all()
    assert not found.hands.any()
    assert np.abs(lengths(joints) / lengths(truth) - 1).max() < 0.2
    up = [INDEX[name] for name in ("nose", "left_shoulder", "left_hip", "left_knee", "left_ankle")]
    assert np.all(np.diff(joints[:, up, 1], axis=1) > 0.05 * HEIGHT)
    assert np.abs(joints[:, :BODY_AND_FEET, :2] - truth[:, :BODY_AND_FEET, :2]).max() < 0.15 * HEIGHT
    ahead = joints[:, INDEX["nose"]] - joints[:, HEAD[3:]].mean(axis=1)
    seen = np.arctan2(ahead[:, 0], -ahead[:, 2])
    assert np.corrcoef(seen, turn)[0, 1] > 0.95
    assert np.std(joints[:, INDEX["left_ankle"], 0]) < 0.1 * np.std(joints[:, INDEX["nose"], 0])


def test_known_points_of_the_head_keep_their_places() -> None:
    truth, _, _ = talking()
    track = showing(truth, [*HEAD, *SHOULDERS])
    assert np.array_equal(lifted(track).joints[:, HEAD, :2], track.points[:, HEAD])


def test_shoulders_that_are_guessed_at_the_edge_do_not_stretch_the_neck() -> None:
    truth, _, _ = talking()
    moved = truth.copy()
    moved[:, SHOULDERS, 1] += 0.2 * HEIGHT
    joints = lifted(showing(moved, [*HEAD, *SHOULDERS])).joints
    neck = joints[:, SHOULDERS, 1].mean(axis=1) - joints[:, HEAD[3:], 1].mean(axis=1)
    assert np.all(neck < 1.6 * Proportions().neck * HEIGHT)


def test_a_few_frames_with_a_doubtful_arm_do_not_change_the_size() -> None:
    truth, _, _ = talking()
    track = showing(truth, [*HEAD, *SHOULDERS])
    elbow = INDEX["left_elbow"]
    track.points[:3, elbow], track.confidence[:3, elbow] = (9000.0, 9000.0), 0.5
    found = lifted(track)
    assert found.standing
    assert np.abs(lengths(found.joints) / lengths(truth) - 1).max() < 0.2


def test_somebody_who_is_lost_for_a_moment_at_an_end_stays() -> None:
    truth, _, _ = talking()
    track = showing(truth, HEAD)
    track.confidence[:3] = 0
    track.confidence[20:24] = 0
    track.confidence[40:] = 0
    present = lifted(track).present
    assert present[:40].all()
    assert not present[40:].any()


@pytest.mark.parametrize("frames", [1, 2])
def test_short_ones(frames: int) -> None:
    truth, _, _ = talking(frames)
    found = lifted(showing(truth, HEAD))
    assert found.standing
    assert np.isfinite(found.joints).all()


def test_a_body_with_limbs_is_no_close_up() -> None:
    truth, _, _ = talking()
    arm = [INDEX["left_elbow"], INDEX["left_wrist"]]
    for points in ([*HEAD, *SHOULDERS, *arm], [INDEX["left_knee"], INDEX["left_ankle"], INDEX["left_hip"]]):
        track = showing(truth, points)
        assert limbs_are_seen(track.points, track.known())
        assert not lifted(track).standing


def test_too_little_to_tell_a_size_is_left_to_the_network() -> None:
    truth, _, _ = talking()
    found = lifted(showing(truth, [INDEX["nose"], SHOULDERS[0], INDEX["left_ankle"]]))
    assert not found.standing


@pytest.mark.parametrize("seen", [["left_elbow"], ["left_elbow", "left_wrist"]])
def test_arms_and_forearms_that_are_never_seen_hang(seen: list[str]) -> None:
    truth, _, _ = talking()
    hips = [INDEX["left_hip"], INDEX["right_hip"]]
    track = showing(truth, [*HEAD, *SHOULDERS, *hips, *(INDEX[name] for name in seen)])
    found = lifted(track)
    assert not found.standing
    for side in ("left", "right"):
        shoulder, elbow, wrist = (found.joints[:, INDEX[f"{side}_{name}"]] for name in ("shoulder", "elbow", "wrist"))
        if side == "left" and "left_wrist" in seen:
            assert np.array_equal(wrist[:, :2], track.points[:, INDEX["left_wrist"]])
            continue
        assert np.all(wrist[:, 1] > elbow[:, 1] + 0.1 * HEIGHT)
        assert np.all(elbow[:, 1] > shoulder[:, 1] + 0.1 * HEIGHT)
        assert np.abs(np.linalg.norm(wrist - elbow, axis=1) / (0.150 * HEIGHT) - 1).max() < 0.2
