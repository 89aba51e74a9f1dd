"""Repair against known truth: what was hidden, thrown off or exchanged comes back; what is right stays."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from scipy.interpolate import PchipInterpolator

from mien.bodies.keypoints import BODY_AND_FEET, INDEX, LEFT_HAND, PoseTrack, mirrored_order
from mien.bodies.motions.catalogue import motion
from mien.bodies.motions.picture import framed, to_picture
from mien.bodies.repair.repair import mend, repair, short_gaps
from mien.bodies.repair.size import body_size

FPS = 25


def seen(name: str, seed: int = 3, yaw: float = 0.6, seconds: float = 4) -> PoseTrack:
    joints = motion(name, seconds, FPS, seed)
    points = to_picture(joints, framed(joints, 200, 200, yaw, 0.1))[..., :2]
    return PoseTrack(points, np.ones(points.shape[:2], np.float32))


def with_noise(track: PoseTrack) -> PoseTrack:
    """What a good detector sees: points that are off by a third of a hundredth of the body."""
    noise = np.random.default_rng(9).normal(0, 0.5, track.points.shape)
    return PoseTrack(track.points + noise.astype(np.float32), track.confidence)


def hidden(track: PoseTrack, mask: np.ndarray) -> PoseTrack:
    points = np.where(mask[..., None], np.float32(-7), track.points)
    return PoseTrack(points, np.where(mask, np.float32(0), track.confidence))


def error(found: PoseTrack, truth: PoseTrack, mask: np.ndarray) -> float:
    """Mean distance at the body points of a mask, in parts of the body's size."""
    size = body_size(truth.points, truth.known(), FPS)
    off = np.linalg.norm(found.points - truth.points, axis=-1) / size[:, None]
    return float(off[:, :BODY_AND_FEET][mask[:, :BODY_AND_FEET]].mean())


def pchip_error(track: PoseTrack, truth: PoseTrack, mask: np.ndarray) -> float:
    points = track.points.copy()
    rows = np.arange(len(track))
    for joint in range(BODY_AND_FEET):
        known = rows[~mask[:, joint]]
        points[:, joint] = PchipInterpolator(known, track.points[known, joint])(np.clip(rows, known[0], known[-1]))
    return error(PoseTrack(points, track.confidence), truth, mask)


def body_mask(shape: tuple[int, int]) -> np.ndarray:
    mask = np.zeros(shape, bool)
    mask[:, :BODY_AND_FEET] = True
    return mask


@pytest.mark.parametrize("name", ["walk", "dance", "wave", "kick"])
@pytest.mark.parametrize("part", [0.1, 0.3, 0.5])
def test_hidden_points_come_back_nearer_than_by_pchip(name: str, part: float) -> None:
    track = seen(name)
    mask = (np.random.default_rng(1).random(track.confidence.shape) < part) & body_mask(track.confidence.shape)
    mask[[0, -1]] = False
    seen_so = with_noise(track)
    found = repair(hidden(seen_so, mask), FPS)
    assert error(found, track, mask) < min(0.95 * pchip_error(seen_so, track, mask), 0.008)
    assert found.known()[:, :BODY_AND_FEET].all()
    assert (found.confidence[mask] < 1).all()


def test_a_limb_that_is_hidden_for_ten_frames_comes_back() -> None:
    track = seen("walk")
    mask = np.zeros(track.confidence.shape, bool)
    for name in ("left_knee", "left_ankle", "left_heel", "left_big_toe", "left_small_toe"):
        mask[40:50, INDEX[name]] = True
    found = repair(hidden(track, mask), FPS)
    assert error(found, track, mask) < 0.8 * pchip_error(track, track, mask)


def test_long_gaps_and_ends_stay_unknown() -> None:
    track = seen("walk")
    mask = np.zeros(track.confidence.shape, bool)
    mask[20:60, INDEX["left_wrist"]] = True
    mask[:8, INDEX["nose"]] = True
    mask[-2:, INDEX["right_knee"]] = True
    found, report = mend(hidden(track, mask), FPS)
    assert not found.known()[20:60, INDEX["left_wrist"]].any()
    assert not found.known()[:8, INDEX["nose"]].any()
    assert found.known()[-2:, INDEX["right_knee"]].all()
    assert report.unknown == 48
    assert report.filled == 2 + report.jumps


def test_gaps_are_measured_in_seconds() -> None:
    known = np.ones((40, 1), bool)
    known[10:20] = False
    assert short_gaps(known, 25).sum() == 10
    assert short_gaps(known, 10).sum() == 0


def test_spikes_become_what_was_there() -> None:
    track = seen("dance", 5)
    rng = np.random.default_rng(0)
    mask = (rng.random(track.confidence.shape) < 0.03) & body_mask(track.confidence.shape)
    points = track.points + np.where(mask[..., None], rng.normal(0, 40, track.points.shape), 0).astype(np.float32)
    far = mask & (np.linalg.norm(points - track.points, axis=-1) > 15)
    spoilt = PoseTrack(points, track.confidence)
    found, report = mend(spoilt, FPS)
    assert error(found, track, far) < 0.1 * error(spoilt, track, far)
    assert report.jumps + report.stretched > 0.8 * far.sum()


@pytest.mark.parametrize("yaw", [0.0, 0.5, np.pi])
def test_exchanged_sides_are_put_right(yaw: float) -> None:
    track = seen("walk", 2, yaw)
    points = track.points.copy()
    other = mirrored_order()
    points[30:42] = points[30:42, other]
    legs = [INDEX[f"{side}_{name}"] for side in ("left", "right") for name in ("knee", "ankle")]
    points[60:63, legs] = points[60:63][:, other[legs]]
    found, report = mend(PoseTrack(points, track.confidence), FPS)
    everything = body_mask(track.confidence.shape)
    assert error(found, track, everything) < 0.004
    assert report.exchanged["body"] == 12


@pytest.mark.parametrize("name", ["walk", "run", "dance", "sign", "jump", "kick", "turn", "clap"])
@pytest.mark.parametrize("yaw", [0.3, np.pi / 2])
def test_good_poses_are_left_alone(name: str, yaw: float) -> None:
    track = seen(name, 4, yaw)
    found, report = mend(track, FPS)
    assert error(found, track, body_mask(track.confidence.shape)) < 0.0035
    assert report.unknown == 0
    kept, report = mend(track, FPS, smooth=False)
    changed = np.any(kept.points != track.points, axis=-1)
    assert changed[:, :BODY_AND_FEET].mean() < 0.02, report.line()


def test_noise_is_taken_away_without_delay() -> None:
    track = seen("wave", 1)
    noise = np.random.default_rng(0).normal(0, 1.2, track.points.shape).astype(np.float32)
    found = repair(PoseTrack(track.points + noise, track.confidence), FPS)
    mask = body_mask(track.confidence.shape)
    assert error(found, track, mask) < 0.75 * error(PoseTrack(track.points + noise, track.confidence), track, mask)
    path = track.points[:, INDEX["left_wrist"], 0], found.points[:, INDEX["left_wrist"], 0]
    if np.ptp(path[0]) > 5:
        lags = [np.corrcoef(path[0][5:-5], np.roll(path[1], shift)[5:-5])[0, 1] for shift in range(-3, 4)]
        assert int(np.argmax(lags)) == 3


def test_hands_are_filled_about_the_wrist() -> None:
    track = seen("sign", 1)
    mask = np.zeros(track.confidence.shape, bool)
    mask[30:34, LEFT_HAND] = True
    found = repair(hidden(track, mask), FPS)
    off = np.linalg.norm(found.points - track.points, axis=-1)[mask]
    assert off.mean() < 3
    assert found.known()[30:34, LEFT_HAND].all()


def test_points_outside_the_picture_are_unknown_and_doubted_ones_too() -> None:
    track = seen("walk")
    points, confidence = track.points.copy(), track.confidence.copy()
    points[:, INDEX["left_ankle"]] += (0, 500)
    confidence[:, INDEX["nose"]] = 0.1
    found, report = mend(PoseTrack(points, confidence), FPS, picture=(200, 200))
    assert not found.known()[:, [INDEX["left_ankle"], INDEX["nose"]]].any()
    assert report.outside == 100
    assert report.doubted == 100


def test_odd_input_comes_back() -> None:
    track = seen("walk")
    for frames in (0, 1, 2, 3):
        short = PoseTrack(track.points[:frames], track.confidence[:frames])
        assert len(repair(short, Fraction(30000, 1001))) == frames
    nobody = PoseTrack(track.points, np.zeros_like(track.confidence))
    assert not repair(nobody, FPS).known().any()
    with pytest.raises(ValueError, match="frame rate"):
        repair(track, 0)


def test_a_hand_is_not_filled_where_its_wrist_stays_unknown() -> None:
    joints = to_picture(motion("wave", 2.0, 25, 3), framed(motion("wave", 2.0, 25, 3), 200, 200, 0.2))
    points, confidence = joints[..., :2].astype(np.float32), np.ones(joints.shape[:2], np.float32)
    confidence[20:40, INDEX["left_wrist"]] = 0  # long
    confidence[25:28, LEFT_HAND] = 0  # short
    points[confidence == 0] = 0
    mended = repair(PoseTrack(points, confidence), 25)
    assert (mended.confidence[25:28, LEFT_HAND] == 0).all()
    confidence[20:40, INDEX["left_wrist"]] = 1
    points[20:40, INDEX["left_wrist"]] = joints[20:40, INDEX["left_wrist"], :2]
    mended = repair(PoseTrack(points, confidence), 25)
    assert (mended.confidence[25:28, LEFT_HAND] > 0).all()
    assert np.linalg.norm(mended.points[25:28, LEFT_HAND] - joints[25:28, LEFT_HAND, :2], axis=-1).max() < 6
