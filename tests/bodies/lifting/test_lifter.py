"""The lifter: trained for a moment it knows front from back, and keeps what is known at any length and frame rate."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from mien.bodies.keypoints import BODY_AND_FEET, INDEX, LEFT_HAND, RIGHT_HAND, PoseTrack
from mien.bodies.lifting.data import MotionPool
from mien.bodies.lifting.features import REMEMBERED, features
from mien.bodies.lifting.lifter import Lifter
from mien.bodies.lifting.measure import facing
from mien.bodies.lifting.network import LifterNetwork
from mien.bodies.lifting.options import LifterOptions
from mien.bodies.lifting.train import train_lifter
from mien.bodies.motions.catalogue import motion
from mien.bodies.motions.picture import framed, to_picture
from mien.training.model_folder import save_models
from mien.training.options import TrainingOptions
from tests.tiny import a_run

SMALL = LifterOptions(
    training=TrainingOptions(samples=6400, batch=16, lr=4e-3, ema_decay=0.97, precision="float32"),
    motions=52,
    seconds=2.0,
    frames=24,
    width=64,
    dilations=(1, 2, 4),
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("lifter")
    save_models(place / "model", {"": train_lifter(SMALL, a_run(place / "checkpoints"))})
    return place / "model"


@pytest.fixture(scope="module")
def lifter(folder: Path) -> Lifter:
    return Lifter.load(folder)


def seen(name: str, yaw: float, seed: int = 71, fps: float = 25, seconds: float = 3) -> tuple[PoseTrack, np.ndarray]:
    """A track with everything known, and the truth in pixels, z about the hips."""
    joints = motion(name, seconds, fps, seed)
    truth = to_picture(joints, framed(joints, 200, 200, yaw, 0.1)).astype(np.float64)
    truth[..., 2] -= truth[:, [INDEX["left_hip"], INDEX["right_hip"]], 2].mean(axis=1, keepdims=True)
    return PoseTrack(truth[..., :2].astype(np.float32), np.ones(truth.shape[:2], np.float32)), truth


def without(track: PoseTrack, *where: object) -> PoseTrack:
    confidence = track.confidence.copy()
    confidence[where] = 0
    return PoseTrack(np.where(confidence[..., None] > 0, track.points, 0).astype(np.float32), confidence)


def off(found: np.ndarray, truth: np.ndarray) -> float:
    """Mean error of body and feet in lengths of the thigh."""
    thigh = np.linalg.norm(truth[:, INDEX["left_hip"]] - truth[:, INDEX["left_knee"]], axis=1).mean()
    return float(np.linalg.norm(found - truth, axis=-1)[:, :BODY_AND_FEET].mean() / thigh)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["walk", "dance", "sign", "sit"])
@pytest.mark.parametrize("yaw", [0.0, 1.3, np.pi, 4.8])
def test_a_person_faces_the_way_it_does(lifter: Lifter, name: str, yaw: float) -> None:
    track, truth = seen(name, yaw)
    found = lifter.lift(track, 25)
    turned = np.abs(np.angle(np.exp(1j * (facing(found.joints) - facing(truth)))))
    assert np.mean(turned < np.pi / 4) > 0.95
    assert off(found.joints, truth) < 0.6
    nose, ears = found.joints[:, INDEX["nose"], 2], found.joints[:, [INDEX["left_ear"], INDEX["right_ear"]], 2].mean(1)
    if yaw in (0.0, np.pi) and name in ("walk", "sign"):
        assert np.mean((nose < ears) == (yaw == 0.0)) > 0.9


@pytest.mark.slow
def test_known_points_keep_their_places_and_all_others_are_completed(lifter: Lifter) -> None:
    track, truth = seen("walk", 0.6)
    rng = np.random.default_rng(0)
    hidden = rng.random(track.confidence.shape) < 0.3
    found = lifter.lift(without(track, hidden), 25)
    body = slice(0, BODY_AND_FEET)
    kept = ~hidden[:, body]
    assert np.array_equal(found.joints[:, body, :2][kept], track.points[:, body][kept])
    assert off(found.joints, truth) < 0.4
    assert np.isfinite(found.joints).all()


@pytest.mark.slow
def test_legs_outside_the_picture_are_below_the_hips(lifter: Lifter) -> None:
    track, truth = seen("wave", 0.3)
    found = lifter.lift(without(track, slice(None), slice(INDEX["left_knee"], BODY_AND_FEET)), 25)
    thigh = np.linalg.norm(truth[:, INDEX["left_hip"]] - truth[:, INDEX["left_knee"]], axis=1).mean()
    for side in ("left", "right"):
        below = found.joints[:, INDEX[f"{side}_ankle"], 1] - found.joints[:, INDEX[f"{side}_hip"], 1]
        assert np.all(below > 1.2 * thigh)
        assert np.all(below < 2.6 * thigh)


@pytest.mark.slow
def test_lifting_is_the_same_every_time_and_in_parts(lifter: Lifter, monkeypatch: pytest.MonkeyPatch) -> None:
    track, _ = seen("dance", 0.9, seconds=8)
    track = without(track, slice(60, 75), slice(0, 12))
    whole = lifter.lift(track, 25).joints
    assert np.array_equal(whole, lifter.lift(track, 25).joints)
    monkeypatch.setattr("mien.bodies.lifting.lifter.CHUNK", 50)
    assert np.allclose(whole, lifter.lift(track, 25).joints, atol=1e-3)


@pytest.mark.slow
@pytest.mark.parametrize("fps", [8, 15, 24, 60])
def test_other_frame_rates_give_as_many_frames_and_the_same_person(lifter: Lifter, fps: int) -> None:
    track, truth = seen("walk", 0.4, fps=fps)
    found = lifter.lift(track, fps)
    assert found.joints.shape == (3 * fps, 65, 3)
    assert np.array_equal(found.joints[:, :BODY_AND_FEET, :2], track.points[:, :BODY_AND_FEET])
    assert off(found.joints, truth) < 0.4


@pytest.mark.slow
def test_a_point_that_is_lost_does_not_jump(lifter: Lifter) -> None:
    track, _ = seen("idle", 0.2, seconds=4)
    found = lifter.lift(without(track, slice(30, 80), INDEX["left_wrist"]), 25)
    path = found.joints[:, INDEX["left_wrist"], :2]
    assert np.linalg.norm(np.diff(path, axis=0), axis=1).max() < 6


@pytest.mark.slow
def test_hands_that_are_seen_stay_and_others_hang(lifter: Lifter) -> None:
    track, _ = seen("sign", 0.0)
    found = lifter.lift(without(track, slice(None), RIGHT_HAND), 25)
    assert found.hands[:, 0].all()
    assert not found.hands[:, 1].any()
    assert np.array_equal(found.joints[:, LEFT_HAND, :2], track.points[:, LEFT_HAND])
    assert np.allclose(found.joints[:, LEFT_HAND, 2], found.joints[:, [INDEX["left_wrist"]], 2])
    wrist = found.joints[:, INDEX["right_wrist"]]
    reach = np.linalg.norm(found.joints[:, RIGHT_HAND] - wrist[:, None], axis=-1).max(axis=1)
    forearm = np.linalg.norm(wrist - found.joints[:, INDEX["right_elbow"]], axis=-1)
    assert np.all(reach < 0.9 * forearm)


@pytest.mark.slow
def test_absence(lifter: Lifter) -> None:
    track, _ = seen("walk", 0.4, seconds=4)
    found = lifter.lift(without(track, slice(30, 60)), 25)
    assert not found.present[30:60].any()
    assert found.present[:30].all()
    assert lifter.lift(without(track, slice(30, 40)), 25).present.all()
    nobody = lifter.lift(without(track, slice(None)), 25)
    assert not nobody.present.any()
    for frames in (0, 1, 2):
        assert len(lifter.lift(PoseTrack(track.points[:frames], track.confidence[:frames]), 25).joints) == frames
    with pytest.raises(ValueError, match="frame rate"):
        lifter.lift(track, 0)


def test_a_damaged_model_is_told(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="train the model first"):
        Lifter.load(tmp_path)


def test_features_remember_a_lost_point_for_a_while() -> None:
    points = np.zeros((1, 60, 23, 2), np.float32)
    points[0, :, 3, 0] = np.arange(60)
    known = np.ones((1, 60, 23), bool)
    known[0, 10:15, 3] = False
    known[0, 30:, 4] = False
    found = features(points, known, np.ones((1, 60)))
    assert np.allclose((found.base + found.centre)[0, 10:15, 3, 0], np.arange(10, 15), atol=1e-4)
    assert found.remembered[0, 30 : 29 + REMEMBERED, 4].all()
    assert not found.remembered[0, 30 + REMEMBERED :, 4].any()
    assert np.all(found.base[0, 30 + REMEMBERED :, 4] == 0)


def test_training_windows_hide_points_and_keep_the_truth() -> None:
    pool = MotionPool(13, 1.5, 0)
    windows = pool.draw(np.random.default_rng(0), 32, 20)
    assert windows.truth.shape == (32, 20, 23, 3)
    assert 0.05 < 1 - windows.known.mean() < 0.6
    assert np.abs(windows.points - windows.truth[..., :2]).max() < 0.06
    heights = np.ptp(windows.truth[..., 1], axis=2).max(axis=1)
    assert 0.8 < np.median(heights) < 1.3
    assert pool.draw(np.random.default_rng(0), 4, 20, hide=0.0).known.all()


def test_a_frame_depends_on_its_surroundings_alone() -> None:
    torch.manual_seed(0)
    network = LifterNetwork(16, (1, 2))
    torch.nn.init.normal_(network.last.weight)
    for block in network.blocks:
        torch.nn.init.normal_(block.mix.weight)
    inputs = torch.randn(1, 20, 92)
    changed = inputs.clone()
    changed[:, 10 + network.margin + 1 :] += 1
    assert torch.equal(network(inputs)[0, 10], network(changed)[0, 10])
    changed[:, 10 + network.margin] += 1
    assert not torch.equal(network(inputs)[0, 10], network(changed)[0, 10])
