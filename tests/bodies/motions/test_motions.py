"""Computed motions: bodies whose bones keep their lengths, feet that stand, movements that are what they are called."""

from __future__ import annotations

import numpy as np
import pytest

from mien.bodies.keypoints import INDEX, LEFT_HAND, RIGHT_HAND
from mien.bodies.motions.catalogue import MOTIONS, mixed_motion, motion
from mien.bodies.motions.proportions import proportions_of
from mien.bodies.motions.skeleton import joints_of, standing

FPS = 30
BONES = (("hip", "knee"), ("knee", "ankle"), ("shoulder", "elbow"), ("elbow", "wrist"), ("ankle", "heel"))


def at(joints: np.ndarray, name: str) -> np.ndarray:
    return joints[:, INDEX[name]]


@pytest.mark.parametrize("name", MOTIONS)
@pytest.mark.parametrize("seed", range(4))
def test_bones_keep_their_lengths_and_nothing_jumps(name: str, seed: int) -> None:
    joints = motion(name, 4, FPS, seed)
    assert joints.shape == (120, 65, 3)
    assert joints.dtype == np.float32
    assert np.isfinite(joints).all()
    for side in ("left", "right"):
        for first, second in BONES:
            lengths = np.linalg.norm(at(joints, f"{side}_{first}") - at(joints, f"{side}_{second}"), axis=1)
            assert np.ptp(lengths) < 2e-3, (side, first)
    # A kick's foot and a runner's hand reach some 12 m/s; a jump of the computation would be far faster.
    assert np.abs(np.diff(joints[:, :23], axis=0)).max() * FPS < 16
    assert joints[..., 1].min() > -0.06, "nothing is far below the ground"


@pytest.mark.parametrize("name", MOTIONS)
def test_the_same_seed_gives_the_same_motion_and_another_one_another(name: str) -> None:
    assert np.array_equal(motion(name, 1, FPS, 5), motion(name, 1, FPS, 5))
    assert np.abs(motion(name, 1, FPS, 5) - motion(name, 1, FPS, 6)).max() > 0.02


@pytest.mark.parametrize("name", ["walk", "run", "turn"])
def test_a_foot_stands_still_or_is_in_the_air(name: str) -> None:
    seeds = [seed for seed in range(20) if not _on_the_spot(motion(name, 4, FPS, seed))][:4]
    for seed in seeds:
        joints = motion(name, 4, 100, seed)
        toe = at(joints, "left_big_toe")
        speed = np.linalg.norm(np.diff(toe, axis=0), axis=1) * 100
        low = toe[1:, 1] < 0.004
        assert low.mean() > 0.2
        assert np.percentile(speed[low], 80) < 0.12, seed


def _on_the_spot(joints: np.ndarray) -> bool:
    """A treadmill carries the standing feet back."""
    hips = at(joints, "left_hip")
    return bool(np.ptp(hips[:, [0, 2]], axis=0).max() < 0.4)


def test_arms_swing_against_the_legs_in_walking() -> None:
    for seed in range(6):
        joints = motion("walk", 5, FPS, seed)
        forward = np.cross(at(joints, "left_hip") - at(joints, "right_hip"), [0, 1, 0])

        def ahead(name: str, other: str, joints: np.ndarray = joints, forward: np.ndarray = forward) -> np.ndarray:
            return np.sum((at(joints, name) - at(joints, other)) * forward, axis=1)

        legs, arms = ahead("left_ankle", "right_ankle"), ahead("left_wrist", "right_wrist")
        assert np.corrcoef(legs, arms)[0, 1] < -0.6


def test_motions_are_what_they_are_called() -> None:
    jump, squat, sit = (motion(name, 6, FPS, 1, "man") for name in ("jump", "squat", "sit"))
    feet = np.minimum(at(jump, "left_heel")[:, 1], at(jump, "right_heel")[:, 1])
    assert feet.max() > 0.05
    hips = at(squat, "left_hip")[:, 1]
    assert hips.min() < 0.75 * hips.max()
    assert abs(at(sit, "left_hip")[90, 1] - at(sit, "left_knee")[90, 1]) < 0.15
    wave = motion("wave", 3, FPS, 4)
    hands = np.maximum(at(wave, "left_wrist")[:, 1], at(wave, "right_wrist")[:, 1])
    assert (hands > at(wave, "left_shoulder")[:, 1]).mean() > 0.3
    clap = motion("clap", 6, FPS, 2)
    apart = np.linalg.norm(at(clap, "left_wrist") - at(clap, "right_wrist"), axis=1)
    crossings = np.diff(np.sign(apart[60:120] - np.median(apart[60:120]))) != 0
    assert crossings.sum() >= 3
    bow = motion("bow", 6, FPS, 3)
    heads = at(bow, "nose")[:, 1]
    assert heads.min() < heads.max() - 0.2


def test_hands_start_at_the_wrists_and_thumbs_point_forward_when_the_arms_hang() -> None:
    joints = motion("walk", 2, FPS, 0)
    for hand, wrist in ((LEFT_HAND, "left_wrist"), (RIGHT_HAND, "right_wrist")):
        assert np.allclose(joints[:, hand][:, 0], at(joints, wrist))
        lengths = np.linalg.norm(np.diff(joints[:, hand][:, 9:13], axis=1), axis=2)
        assert np.ptp(lengths, axis=0).max() < 1e-4
    still = joints_of(standing(np.zeros(1), proportions_of("woman")), proportions_of("woman"))[0]
    for hand in (LEFT_HAND, RIGHT_HAND):
        thumb, little = still[hand][4], still[hand][20]
        assert thumb[2] > little[2] + 0.02


def test_a_child_is_smaller_and_has_a_larger_head() -> None:
    child, man = proportions_of("child"), proportions_of("man")
    assert child.leg < man.leg
    assert child.head / child.leg > 1.2 * man.head / man.leg
    with pytest.raises(ValueError, match="woman, man, child"):
        proportions_of("horse")


def test_names_and_lengths_out_of_range_are_told() -> None:
    with pytest.raises(ValueError, match="walk"):
        motion("swim", 1, FPS)
    with pytest.raises(ValueError, match="hour"):
        motion("walk", 0, FPS)
    assert len(motion("walk", 0.001, FPS)) == 1
    assert mixed_motion(1, 25, np.random.default_rng(0)).shape == (25, 65, 3)
