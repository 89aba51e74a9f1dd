"""What `mien follow` accepts, and the sentence for what it does not."""

from __future__ import annotations

from pathlib import Path

import pytest

from mien.bodies.motions.catalogue import MOTIONS
from mien.follow.generate.request import MOTION_NAMES, FollowRequest
from mien.systems.errors import RequestError


def of(**values: object) -> FollowRequest:
    return FollowRequest.of({"pose": "dance", "text": "a woman", **values})


def test_the_named_motions_are_those_that_there_are() -> None:
    assert MOTION_NAMES == MOTIONS


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"text": None}, "--text"),
        ({"text": None, "pose": None, "look": "look.json"}, "--pose"),
        ({"text": " "}, "--text is empty"),
        ({"text": "a" * 1001}, "1,001 characters"),
        ({"size": 63}, "--size must be"),
        ({"size": 1082}, "--size must be"),
        ({"size": 97}, "even"),
        ({"seconds": 0}, "--seconds"),
        ({"seconds": "1,5"}, "--seconds"),
        ({"person": "first"}, "--person is"),
        ({"person": -1}, "--person is"),
        ({"detector": "openpose"}, "--detector must be one of"),
        ({"language": "fr"}, "--language must be one of"),
        ({"architecture": "wan_vace"}, "--pipeline"),
        ({"pipeline": "models/wan"}, "--architecture"),
        ({"architecture": "animatediff", "pipeline": "a", "text": None, "look": "a.png"}, "--text"),
        ({"colour": "red"}, "there is no --colour"),
    ],
)
def test_one_sentence_names_what_is_wrong(values: dict[str, object], words: str) -> None:
    with pytest.raises(RequestError) as refused:
        of(**values)
    assert words in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_pose_is_a_motion_by_name_or_else_a_file() -> None:
    assert of(pose="Dance").motion_name == "dance"
    assert of(pose="Dance").pose_file is None
    assert of(pose="dance.mp4").pose_file == Path("dance.mp4")
    assert of(pose="some/folder").motion_name is None
    assert of(pose=None).pose_file is None


@pytest.mark.parametrize(("given", "kept"), [("ALL", "all"), (2, "2"), ("2.0", "2"), ("largest", "largest")])
def test_people_are_named_by_word_or_number(given: object, kept: str) -> None:
    assert of(person=given).person == kept


def test_a_file_of_looks_and_a_built_in_motion_need_no_model() -> None:
    assert not of(text=None, look="look.json").needs_model
    assert of(text=None, look="look.png").needs_model
    assert of(text=None, look="look.json", pose="video.mp4").needs_model
    assert of(look="look.json").needs_model
    assert not of(pose="video.mp4", architecture="wan_vace", pipeline="wan").needs_model


def test_a_gif_of_more_than_a_minute_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RequestError, match=r"a \.gif lasts at most 60 seconds"):
        of(seconds=61).check(tmp_path / "out.gif")
    of(seconds=61).check(tmp_path / "out.mp4")
