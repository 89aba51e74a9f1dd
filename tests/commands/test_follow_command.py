"""`mien follow` and `mien pose` on the command line."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from commands_making import mien

from mien.bodies.keypoints import BODY, JOINTS, PoseTrack, PoseVideo
from mien.bodies.poses.files import read_poses, write_poses
from mien.commands import doctor
from mien.media.ffmpeg import probe


@pytest.fixture
def poses(tmp_path: Path) -> Path:
    """Two people who stand still, of whom the second is smaller."""
    points = np.zeros((6, len(JOINTS), 2), np.float32)
    points[:, : len(BODY), 0] = np.linspace(20, 40, len(BODY))
    points[:, : len(BODY), 1] = np.linspace(5, 90, len(BODY))
    confidence = np.zeros((6, len(JOINTS)), np.float32)
    confidence[:, : len(BODY)] = 0.9
    people = (PoseTrack(points, confidence, 0), PoseTrack(0.5 * points, confidence, 1))
    write_poses(tmp_path / "poses.npz", PoseVideo(80, 100, Fraction(30000, 1001), people, 6))
    return tmp_path / "poses.npz"


def test_pose_makes_a_skeleton_video_poses_and_a_strip(poses: Path, tmp_path: Path) -> None:
    made = mien("pose", poses, "-o", tmp_path / "skeleton.mp4")
    assert made.exit_code == 0, made.output
    assert "2 people, 6 frames of 80×100" in made.output
    info = probe(tmp_path / "skeleton.mp4")
    assert (info.frames, info.fps, info.width, info.height) == (6, Fraction(30000, 1001), 80, 100)
    assert mien("pose", poses, "-o", tmp_path / "strip.png").exit_code == 0
    assert mien("pose", poses, "--person", 1, "-o", tmp_path / "one.json").exit_code == 0
    one = read_poses(tmp_path / "one.json")
    assert (len(one.people), one.frames, one.fps) == (1, 6, Fraction(30000, 1001))


def test_pose_overwrites_nothing_without_force(poses: Path, tmp_path: Path) -> None:
    (tmp_path / "out.npz").write_text("mine")
    refused = mien("pose", poses, "-o", tmp_path / "out.npz")
    assert refused.exit_code == 2
    assert (tmp_path / "out.npz").read_text() == "mine"
    assert mien("pose", poses, "-o", tmp_path / "out.npz", "--force").exit_code == 0
    assert mien("pose", poses, "-o", poses, "--force").exit_code == 2


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("none.mp4", "-o", "out.npz"), "is not there"),
        (("{poses}", "-o", "out.avi"), ".npz, .json, .mp4, .png"),
        (("{poses}", "-o", "out.npz", "--person", "9"), "there is no person 9"),
        (("{poses}", "-o", "out.npz", "--detector", "openpose"), "--detector must be one of"),
        (("{poses}", "-o", "out.npz", "--seconds", "long"), "--seconds must be"),
    ],
)
def test_pose_says_what_is_wrong_in_one_sentence(
    poses: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], words: str
) -> None:
    monkeypatch.chdir(tmp_path)
    refused = mien("pose", *(one.format(poses=poses) for one in arguments))
    assert refused.exit_code == 2
    assert words in refused.output
    assert refused.output.count("\n") == 1


def test_follow_teaches_with_examples_and_refuses_in_one_sentence(tmp_path: Path) -> None:
    text = mien("follow", "--help").output
    assert "Cô gái nhảy múa trên cát" in text
    for option in ("--pose", "--look", "--person", "--no-sound", "--skeleton", "--no-repair", "--table", "--language"):
        assert option in text
    refused = mien("follow", "-o", tmp_path / "out.mp4", "-t", "a man", "-p", tmp_path / "none.mp4")
    assert refused.exit_code == 2
    assert refused.output.count("\n") == 1
    assert "none.mp4 is not there" in refused.output


def test_doctor_says_which_detectors_and_pipelines_are_there() -> None:
    found = {
        one.thing: one
        for one in (doctor._poses(), doctor._mmpose(), *(doctor._optional(*row) for row in doctor.OPTIONAL))
    }
    assert found["poses: mediapipe"].state == "ok"
    assert set(found) == {"poses: mediapipe", "poses: mmpose", "poses: vitpose", "animatediff, wan_vace"}
    lacking = doctor._optional("a pipeline", "no-such-package", "--architecture none")
    assert (lacking.state, lacking.essential) == ("note", False)
    assert "pip install no-such-package" in lacking.remedy
