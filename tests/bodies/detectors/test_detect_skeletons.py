"""Skeletons that are drawn can be read back, in every palette, from pictures and from compressed videos."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from mien.bodies.detectors.detect import detect_poses
from mien.bodies.detectors.skeletons.colours import looks_drawn, palette_of
from mien.bodies.detectors.skeletons.reader import SkeletonReader
from mien.bodies.keypoints import BODY_COUNT, INDEX, PoseError, PoseTrack, PoseVideo
from mien.bodies.motions.catalogue import motion
from mien.bodies.motions.picture import framed, to_picture
from mien.bodies.poses.drawing import draw_skeleton, write_skeleton_video
from mien.media.video import write_video
from tests.bodies.poses_making import a_video

SIDE = 320
REAL = Path(__file__).parents[3].parent / "shared" / "real" / "body" / "skeletons"


def moving(name: str = "wave", frames: int = 12) -> PoseVideo:
    """A person in motion, seen from the front, body alone."""
    joints = motion(name, frames / 12.5, 12.5, seed=3)[:frames]
    seen = to_picture(joints, framed(joints, SIDE, SIDE, yaw=0.2))[..., :2].astype(np.float32)
    confidence = np.zeros(seen.shape[:2], np.float32)
    confidence[:, :BODY_COUNT] = 1
    return PoseVideo(SIDE, SIDE, Fraction(25, 2), (PoseTrack(seen, confidence),), len(seen))


def errors(read: PoseVideo, truth: PoseVideo) -> np.ndarray:
    """Distances (T, 17) in parts of the box, infinite where a point is not known."""
    (found,), (true,) = read.people, truth.people
    body = true.points[:, :BODY_COUNT]
    size = np.ptp(body, axis=1).max(axis=1)[:, None]
    distances = np.linalg.norm(found.points[:, :BODY_COUNT] - body, axis=2) / size
    return np.where(found.confidence[:, :BODY_COUNT] > 0, distances, np.inf)


@pytest.mark.parametrize("palette", ["openpose", "coco", "coco_swapped"])
@pytest.mark.parametrize("name", ["wave", "walk"])
def test_a_skeleton_video_is_read_back(tmp_path: Path, palette: str, name: str) -> None:
    truth = moving(name)
    write_skeleton_video(tmp_path / "drawn.mp4", truth, palette)
    read = detect_poses(tmp_path / "drawn.mp4", "auto")
    assert (read.frames, read.fps, read.width, read.height) == (12, Fraction(25, 2), SIDE, SIDE)
    assert len(read.people) == 1
    found = errors(read, truth)
    assert np.median(found) < 0.015
    if palette == "openpose":
        assert (found < 0.05).mean() > 0.97
    else:  # COCO's colours do not tell the small lines of the face apart
        assert (found[:, 5:] < 0.05).mean() > 0.88


@pytest.mark.parametrize("palette", ["openpose", "coco", "coco_swapped"])
def test_the_colours_are_recognised(palette: str) -> None:
    drawn = draw_skeleton(moving(), 0, palette)
    assert looks_drawn(drawn)
    assert palette_of([drawn]).name == palette


def test_points_that_are_not_drawn_are_unknown() -> None:
    video = moving(frames=1)
    (track,) = video.people
    hidden = [INDEX[name] for name in ("left_wrist", "left_elbow", "right_ankle")]
    track.confidence[0, hidden] = 0
    for palette in ("openpose", "coco"):
        (found,) = SkeletonReader().detect(draw_skeleton(video, 0, palette))
        # half a leg in one colour could be a whole shorter one
        certain = hidden if palette == "openpose" else hidden[:2]
        assert not (found.confidence[certain] > 0).any(), palette
        assert found.confidence[INDEX["right_wrist"]] > 0
        assert found.confidence[INDEX["left_ankle"]] > 0


def test_two_people_are_read_as_two() -> None:
    video = a_video(people=2, size=(240, 220))
    video.people[1].points[..., 0] += 60
    found = SkeletonReader().detect(draw_skeleton(video, 0, "openpose"))
    assert sorted(round(float(one.points[0, 0])) for one in found) == pytest.approx([40, 160], abs=2)


def test_pictures_of_the_world_are_no_skeletons(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    assert not looks_drawn(rng.integers(0, 255, (90, 120, 3), dtype=np.uint8))
    night = np.zeros((90, 120, 3), np.uint8)
    night[40:60, 30:60] = (120, 115, 110)  # a grey wall in the dark
    assert not looks_drawn(night)
    write_video(tmp_path / "night.mp4", [night] * 3, Fraction(25))
    with pytest.raises(PoseError, match="no skeletons drawn on black"):
        detect_poses(tmp_path / "night.mp4", "skeleton")
    assert detect_poses(tmp_path / "night.mp4", "auto").people == ()


def test_a_black_video_has_nobody(tmp_path: Path) -> None:
    write_video(tmp_path / "black.mp4", [np.zeros((64, 64, 3), np.uint8)] * 4, Fraction(25))
    assert detect_poses(tmp_path / "black.mp4", "skeleton").people == ()


@pytest.mark.skipif(not REAL.is_dir(), reason="real skeletons not present")
@pytest.mark.parametrize("number", [1, 2])
def test_real_skeleton_videos_are_read_in_every_frame(number: int) -> None:
    video = detect_poses(REAL / f"dancing_example_{number}.mp4", "auto")
    (track,) = video.people
    assert (video.frames, video.fps) == (225, Fraction(24))
    assert track.present().all()
    limbs = track.confidence[:, 5:BODY_COUNT] > 0
    assert limbs.mean() > 0.9
