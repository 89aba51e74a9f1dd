"""Who is drawn where, when, and before whom; times of a GIF, and sizes."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from follow_making import dancing, two_people, without
from hypothesis import assume, given
from hypothesis import strategies as st

from mien.bodies.keypoints import INDEX, JOINTS, PoseTrack, PoseVideo
from mien.bodies.lifting.lifter import Lifted, Lifter
from mien.bodies.lifting.network import LifterNetwork
from mien.bodies.poses.files import write_poses
from mien.follow.generate.drawing import picked, scaled
from mien.follow.generate.follow import gif_rate
from mien.follow.generate.frames import output_size
from mien.follow.generate.movement import Mover, drawing_order, gap_notes
from mien.follow.generate.request import MAX_SIDE, PoseOptions
from mien.follow.generate.sources import built_in, flat, followed, lifted, shortened
from mien.follow.generate.strips import strip, strip_numbers
from mien.systems.errors import RequestError
from tests.bodies.poses_making import standing


def mover(feet: np.ndarray) -> Mover:
    """A person whose feet are at these heights of the picture."""
    joints = np.zeros((len(feet), len(JOINTS), 3), np.float32)
    joints[:, INDEX["left_ankle"], 1] = joints[:, INDEX["right_ankle"], 1] = feet
    return Mover(joints, np.zeros((len(feet), 2), bool), np.ones(len(feet), bool))


def test_who_stands_lower_is_drawn_later_and_a_jump_changes_nothing() -> None:
    far, near = np.full(50, 60.0), np.full(50, 90.0)
    near[20:28] = 40.0
    order = drawing_order((mover(near), mover(far)), 25.0)
    assert (order == [1, 0]).all()


def test_the_ground_stays_where_a_figure_jumps_from() -> None:
    feet = np.full(60, 80.0, np.float32)
    feet[30:40] = 50.0
    ground = mover(feet).ground(25.0)
    assert ground == pytest.approx(80.0, abs=0.5)
    assert (mover(np.linspace(50, 90, 60)).ground(25.0) >= np.linspace(50, 90, 60) - 1e-3).all()


def test_a_note_says_when_somebody_is_lost() -> None:
    shown = np.ones(100, bool)
    assert gap_notes(shown, Fraction(25), "the person") == ()
    shown[25:50] = False
    assert gap_notes(shown, Fraction(25), "person 2") == (
        "person 2 is not found at 1.0 to 2.0 s: nobody is drawn there",
    )
    shown[[60, 70, 80]] = False
    assert "and 1 more times" in gap_notes(shown, Fraction(25), "the person")[0]


def test_a_mover_of_other_shapes_is_refused() -> None:
    with pytest.raises(ValueError, match="65"):
        Mover(np.zeros((3, 17, 3), np.float32), np.zeros((3, 2), bool), np.ones(3, bool))


def test_poses_are_cut_after_the_seconds_that_are_asked_for() -> None:
    poses = dancing(30, Fraction(30000, 1001))
    assert shortened(poses, None).frames == 30
    assert shortened(poses, 0.5).frames == 15
    assert shortened(poses, 0.001).frames == 1
    assert shortened(poses, 9).frames == 30
    assert np.array_equal(shortened(poses, 0.5).people[0].points, poses.people[0].points[:15])


def test_poses_in_another_size_keep_their_proportions() -> None:
    poses = dancing(3, width=96, height=128)
    small = scaled(poses, 48, 64)
    assert (small.width, small.height) == (48, 64)
    assert np.allclose(small.people[0].points * 2, poses.people[0].points)


def test_people_are_lifted_one_by_one() -> None:
    def lift(track: PoseTrack, fps: Fraction) -> Lifted:
        assert fps == 25
        return flat(track, fps)

    people = lifted(two_people(), lift)
    assert [one.person for one in people] == [0, 1]
    assert people[0].shown.all()
    assert not lifted(without(two_people(), 2, 4), lift)[0].shown[2:4].any()


@pytest.mark.parametrize("name", ["dance", "walk", "sign"])
def test_a_built_in_motion_is_whole_in_its_picture(name: str) -> None:
    movement = built_in(name, 1.5, 4, "child")
    assert movement.frames == 38
    joints = movement.movers[0].joints
    assert joints[..., :2].min() > 0
    assert joints[..., :2].max() < movement.poses.width
    assert np.array_equal(joints[..., :2], movement.poses.people[0].points)
    assert np.array_equal(joints, built_in(name, 1.5, 4, "child").movers[0].joints)
    assert not np.array_equal(joints, built_in(name, 1.5, 5, "child").movers[0].joints)


@given(st.fractions(min_value=1, max_value=240, max_denominator=1001))
def test_a_gif_has_the_nearest_lower_rate_that_it_shows_exactly(fps: Fraction) -> None:
    rate = gif_rate(fps)
    delay = Fraction(100) / rate
    assert delay.denominator == 1
    assert rate <= min(fps, 50)
    assert delay == 2 or Fraction(100, int(delay) - 1) > fps


@given(
    st.integers(min_value=1, max_value=4000), st.integers(min_value=1, max_value=4000),
    st.integers(min_value=64, max_value=1080),
)  # fmt: skip
def test_sizes_are_even_and_keep_their_proportions(width: int, height: int, short: int) -> None:
    if max(width, height) / min(width, height) * short > MAX_SIDE + 1:
        with pytest.raises(RequestError, match="crop"):
            output_size(width, height, short)
        return
    assume(max(width, height) / min(width, height) * short < MAX_SIDE - 1)
    across, down = output_size(width, height, short)
    assert across % 2 == down % 2 == 0
    assert abs(min(across, down) - short) <= 1
    assert abs(across - width * short / min(width, height)) <= 1
    assert abs(down - height * short / min(width, height)) <= 1


def test_a_strip_shows_the_first_and_the_last_frame() -> None:
    assert strip_numbers(1) == [0]
    assert strip_numbers(3) == [0, 1, 2]
    assert strip_numbers(100)[0] == 0
    assert strip_numbers(100)[-1] == 99
    assert len(strip_numbers(100)) == 8
    frames = [np.full((4, 6, 3), level, np.uint8) for level in (10, 20)]
    assert strip(frames).shape == (4, 14, 3)


def test_frames_are_picked_by_number_and_one_can_be_asked_for_twice() -> None:
    frames = [np.full((1, 1, 3), level, np.uint8) for level in range(6)]
    assert [int(one[0, 0, 0]) for one in picked(iter(frames), [0, 2, 2, 5])] == [0, 2, 2, 5]


def test_a_close_up_is_followed_by_a_figure_that_stands_and_a_note_says_so(tmp_path: Path) -> None:
    points = np.tile(standing((100.0, 160.0), 300.0), (20, 1, 1))
    confidence = np.zeros((20, 65), np.float32)
    confidence[:, :7] = 0.9
    poses = PoseVideo(200, 100, Fraction(25), (PoseTrack(points, confidence),), 20)
    write_poses(tmp_path / "talk.npz", poses)
    lifter = Lifter(LifterNetwork(width=16, dilations=(1,)))
    movement = followed(tmp_path / "talk.npz", PoseOptions(), lifter.lift, progress=False)
    assert movement.movers[0].standing
    assert movement.notes == (
        "only the upper part of the person is seen: the arms hang and the rest of the figure stands",
    )
    assert movement.movers[0].shown.all()
