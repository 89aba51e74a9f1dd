"""Poses survive being written and read; other people's files are read or refused in a sentence."""

from __future__ import annotations

import json
import pickle
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from mien.bodies.keypoints import BODY_COUNT, INDEX, PoseError
from mien.bodies.poses.files import read_poses, write_poses
from mien.bodies.poses.openpose_json import BODY_25, WHOLE_BODY
from mien.bodies.poses.palettes import OPENPOSE_POINTS
from tests.bodies.motions.test_bvh import write as write_bvh
from tests.bodies.poses_making import a_video, standing


def frame_of(names: tuple[str, ...], **more: object) -> dict[str, object]:
    """A frame of OpenPose's with one person; point number k of `names` lies at (10 k + 1, 10 k + 2)."""
    values = [one for number in range(len(names)) for one in (10.0 * number + 1, 10.0 * number + 2, 0.5)]
    return {"people": [{"pose_keypoints_2d": values, **more}]}


def written(path: Path, content: object) -> Path:
    path.write_text(json.dumps(content))
    return path


def test_npz_keeps_every_bit(tmp_path: Path) -> None:
    video = a_video(frames=3, people=2)
    write_poses(tmp_path / "poses.npz", video)
    again = read_poses(tmp_path / "poses.npz")
    assert (again.width, again.height, again.fps, again.frames) == (160, 200, Fraction(30000, 1001), 3)
    assert [track.person for track in again.people] == [0, 1]
    for one, other in zip(video.people, again.people, strict=True):
        assert np.array_equal(one.points, other.points)
        assert np.array_equal(one.confidence, other.confidence)


@pytest.mark.parametrize("name", ["poses.json", "folder"])
def test_openpose_json_keeps_body_people_size_and_rate(tmp_path: Path, name: str) -> None:
    video = a_video(frames=12, people=2)
    write_poses(tmp_path / name, video)
    again = read_poses(tmp_path / name)
    assert (again.width, again.height, again.fps, again.frames) == (160, 200, Fraction(30000, 1001), 12)
    assert [track.person for track in again.people] == [0, 1]
    for one, other in zip(video.people, again.people, strict=True):
        assert np.allclose(one.points[:, :BODY_COUNT], other.points[:, :BODY_COUNT], atol=1e-3)
        assert np.array_equal(one.known(), other.known())


@pytest.mark.parametrize("names", [OPENPOSE_POINTS, BODY_25, WHOLE_BODY], ids=lambda names: str(len(names)))
def test_points_of_other_orders_get_to_their_places(tmp_path: Path, names: tuple[str, ...]) -> None:
    track = read_poses(written(tmp_path / "one.json", frame_of(names))).people[0]
    for name in ("nose", "left_wrist", "right_ankle", "left_ear"):
        number = names.index(name)
        assert track.points[0, INDEX[name]] == pytest.approx((10 * number + 1, 10 * number + 2)), name
    assert (track.confidence[0, INDEX["left_heel"]] > 0) == ("left_heel" in names)
    assert (track.confidence[0, INDEX["left_hand_thumb_1"]] > 0) == ("left_hand_thumb_1" in names)


def test_frames_of_a_folder_are_in_the_order_of_their_numbers(tmp_path: Path) -> None:
    for number in (10, 9, 2):
        values = np.c_[standing((float(number), 60.0), 100.0)[:17], np.ones(17)].ravel().tolist()
        written(tmp_path / f"f{number}.json", {"people": [{"pose_keypoints_2d": values}]})
    assert read_poses(tmp_path, Fraction(10), (100, 100)).people[0].points[:, 0, 0].tolist() == [2, 9, 10]


def test_parts_of_the_canvas_become_pixels(tmp_path: Path) -> None:
    values = [0.25, 0.5, 1.0] * 18
    content = {"people": [{"pose_keypoints_2d": values}], "canvas_width": 400, "canvas_height": 200}
    read = read_poses(written(tmp_path / "parts.json", [content]))
    assert (read.width, read.height) == (400, 200)
    assert read.people[0].points[0, 0].tolist() == [100, 100]


def test_people_without_numbers_are_tracked(tmp_path: Path) -> None:
    frames = []
    for frame in range(6):
        people = [standing((x + frame, 100.0), 120.0)[:17] for x in (40, 110)]
        order = people if frame % 2 else people[::-1]
        flat = [np.c_[one, np.ones(17)].ravel().tolist() for one in order]
        frames.append({"people": [{"person_id": [-1], "pose_keypoints_2d": values} for values in flat]})
    tracks = read_poses(written(tmp_path / "two.json", frames)).people
    assert len(tracks) == 2
    assert all(np.ptp(track.points[:, 0, 0]) == pytest.approx(5, abs=0.1) for track in tracks)


@pytest.mark.parametrize(
    "content",
    [
        "[]", "{}", "no json", '[{"people": 3}]', '[{"people": [4]}]', '[{"people": [{"pose_keypoints_2d": [1, 2]}]}]',
        '[{"people": [{"pose_keypoints_2d": [1, 2, 1]}]}]', '[{"people": [{"pose_keypoints_2d": ["a", 2, 1]}]}]',
        "[" * 100_000, '[{"people": []}]', '[{"people": [{"pose_keypoints_2d": [NaN, 2, 1]}]}]',
        '[{"people": [{"hand_left_keypoints_2d": [1, 2, 1]}]}]', '{"people": [{"pose_keypoints_2d": [1e300, 2, 1]}]}',
    ],
)  # fmt: skip
def test_broken_json_is_refused_in_a_sentence(tmp_path: Path, content: str) -> None:
    path = tmp_path / "poses.json"
    path.write_text(content)
    with pytest.raises(PoseError, match=r"poses|people|frame|JSON"):
        read_poses(path)


def test_hostile_npz_is_refused(tmp_path: Path) -> None:
    video = a_video()
    write_poses(tmp_path / "good.npz", video)
    good = dict(np.load(tmp_path / "good.npz"))
    changes = {
        "points": [np.full_like(good["points"], np.nan), good["points"][:, :, :5], np.array([None], object)],
        "confidence": [good["confidence"] + 5, good["confidence"][:, :1], -good["confidence"]],
        "fps": [np.array((1, 0)), np.array((-1, 1))],
        "size": [np.array((0, 5)), np.array((1, 2, 3)), np.array(("a", "b"))],
        "joints": [good["joints"][::-1]],
    }
    for key, values in changes.items():
        for value in values:
            np.savez(tmp_path / "bad.npz", **{**good, key: value})
            with pytest.raises(PoseError):
                read_poses(tmp_path / "bad.npz")
    (tmp_path / "bad.npz").write_bytes(pickle.dumps(good))
    with pytest.raises(PoseError, match=r"bad\.npz"):
        read_poses(tmp_path / "bad.npz")


def test_other_files_are_refused_and_nothing_is_left(tmp_path: Path) -> None:
    for name in ("missing.npz", "poses.txt"):
        with pytest.raises(PoseError, match="give"):
            read_poses(tmp_path / name)
    with pytest.raises(PoseError, match="written as"):
        write_poses(tmp_path / "poses.txt", a_video())
    with pytest.raises(PoseError, match=r"no \.json"):
        read_poses(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_bvh_becomes_a_person_in_a_picture(tmp_path: Path) -> None:
    path = write_bvh(tmp_path / "walk.bvh", "mixamo", [{}, {"mixamorig:LeftArm": (40.0, 0.0, 0.0)}], fps=30)
    video = read_poses(path, size=(200, 300))
    (track,) = video.people
    assert (video.width, video.height, video.fps, video.frames) == (200, 300, Fraction(30), 2)
    body = track.points[:, :BODY_COUNT]
    assert ((body >= 0) & (body <= (200, 300))).all()
    assert (body[:, INDEX["nose"], 1] < body[:, INDEX["left_hip"], 1]).all()
    assert (body[:, INDEX["left_hip"], 1] < body[:, INDEX["left_ankle"], 1]).all()
    assert body[0, INDEX["left_shoulder"], 0] > body[0, INDEX["right_shoulder"], 0], "seen from the front"
    assert np.linalg.norm(body[1, INDEX["left_wrist"]] - body[0, INDEX["left_wrist"]]) > 20
