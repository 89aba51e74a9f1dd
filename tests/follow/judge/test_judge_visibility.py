"""What of a scene can be seen in a frame."""

from __future__ import annotations

from figure_drawing import standing_joints

from mien.bodies.keypoints import INDEX
from mien.bodies.scene import LABELS, Scene
from mien.follow.judge.visibility import seen_attributes


def test_what_is_below_the_picture_is_not_seen() -> None:
    joints = standing_joints(3)
    joints[1, :, 1] += 45  # from the hips up
    joints[2, :, 1] += 98 - joints[2, INDEX["left_shoulder"], 1]  # the head
    seen = seen_attributes(Scene(hat="cap", top_pattern="stripes"), joints, 96, 96)
    assert set(seen) == set(LABELS)
    for name, expected in {
        "kind": [True, True, True], "hat_colour": [True, True, True], "place": [True, True, True],
        "top_colour": [True, True, False], "top": [True, True, False], "bottom_colour": [True, False, False],
    }.items():  # fmt: skip
        assert seen[name].tolist() == expected, name


def test_what_a_scene_does_not_show_is_never_seen() -> None:
    seen = seen_attributes(Scene(kind="panda", top="none", place="room"), standing_joints(2), 96, 96)
    assert not any(seen[name].any() for name in ("skin", "hair_style", "top_colour", "pattern_colour", "time"))
    assert seen["kind"].all()
