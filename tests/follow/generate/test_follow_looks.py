"""Looks from files, from pictures and from words, and which of them holds."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from follow_making import Finder
from PIL import Image

from mien.bodies.keypoints import PoseTrack
from mien.bodies.scene import Scene
from mien.follow.generate.looks import (
    changed,
    choose_looks,
    described,
    read_scenes,
    said_by,
    together,
    write_scenes,
)
from mien.follow.generate.request import FollowRequest
from mien.follow.scenes.prior import Read
from mien.systems.errors import RequestError

BLUE = Scene(
    kind="man", top="shirt", top_colour="blue", place="room", variation=3, shades={"top_colour": (0.1, 0.2, 0.7)}
)


def model_of(*scenes: Scene, picture: Scene = BLUE) -> SimpleNamespace:
    """A model whose words give these scenes in turn, and whose pictures show one scene."""
    seen: list[tuple[np.ndarray, PoseTrack]] = []

    def sample(_text: str, _seed: int, count: int, _language: str | None, _translator: None) -> Read:
        return Read(tuple(scenes[number % len(scenes)] for number in range(count)), ("a note",), "dance", "vi")

    def read(shown: np.ndarray, pose: PoseTrack) -> Scene:
        seen.append((shown, pose))
        return picture

    return SimpleNamespace(scenes=SimpleNamespace(sample=sample), look=SimpleNamespace(read=read), seen=seen)


def asked(**values: object) -> FollowRequest:
    return FollowRequest.of({"pose": "dance", **values})


def test_looks_are_read_back_as_they_were_written(tmp_path: Path) -> None:
    scenes = [BLUE, Scene(kind="panda", place="snow")]
    write_scenes(tmp_path / "look.json", scenes, {"comment": "made by mien"})
    assert read_scenes(tmp_path / "look.json") == scenes
    (tmp_path / "one.json").write_text(json.dumps({"kind": "robot"}))
    assert read_scenes(tmp_path / "one.json") == [Scene(kind="robot")]


@pytest.mark.parametrize(
    "content",
    ["", "[]", "3", "{", '{"kind": "cat"}', '{"colour": "red"}', '{"scenes": []}', '{"scenes": [3]}',
     '{"scenes": 3}', '{"shades": {"skin": [2, 0, 0]}}', '{"shades": {"skin": "red"}}', '{"shades": 3}', "[" * 5000],
)  # fmt: skip
def test_what_holds_no_look_is_refused_in_one_sentence(tmp_path: Path, content: str) -> None:
    (tmp_path / "look.json").write_text(content)
    with pytest.raises(RequestError, match=r"^look\.json holds no look") as refused:
        read_scenes(tmp_path / "look.json")
    assert "\n" not in str(refused.value)


def test_what_a_text_says_is_what_all_its_samples_share() -> None:
    samples = [Scene(top_colour="red", place=place) for place in ("sea", "beach", "snow")]
    assert "top_colour" in said_by(samples)
    assert "place" not in said_by(samples)


def test_a_changed_attribute_takes_its_shade_along() -> None:
    red = Scene(top_colour="red", shades={"top_colour": (0.9, 0.1, 0.1), "skin": (0.5, 0.4, 0.3)})
    mixed = changed(BLUE, red, ("top_colour",))
    assert (mixed.kind, mixed.top_colour) == ("man", "red")
    assert dict(mixed.shades) == {"top_colour": (0.9, 0.1, 0.1)}


def test_several_people_share_the_place_of_the_first() -> None:
    both = together([BLUE, Scene(place="snow", time="night", variation=8)])
    assert {(one.place, one.time, one.variation) for one in both} == {("room", "day", 3)}
    assert both[1].kind == "woman"


def test_words_give_a_look_to_each_person() -> None:
    looks = choose_looks(asked(text="cô gái"), model_of(BLUE, Scene(kind="woman")), 3)
    assert [one.kind for one in looks.scenes] == ["man", "woman", "man"]
    assert (looks.notes, looks.action) == (("a note",), "dance")


def test_a_picture_gives_the_look_and_words_change_what_they_say(
    tmp_path: Path, finder: Callable[[bool], Finder]
) -> None:
    finder(True)
    Image.new("RGB", (60, 90), (10, 20, 30)).save(tmp_path / "photo.png")
    free = [Scene(kind="child", place="beach", top_colour=colour) for colour in ("red", "green")]
    model = model_of(*free)
    plain = choose_looks(asked(look=tmp_path / "photo.png"), model, 1)
    assert plain.scenes == (BLUE,)
    shown, pose = model.seen[0]
    assert shown.shape == (90, 60, 3)
    assert pose.known()[0, :17].all()
    both = choose_looks(asked(look=tmp_path / "photo.png", text="bãi biển"), model, 1)
    assert (both.scenes[0].place, both.scenes[0].kind) == ("beach", "child")
    assert both.scenes[0].top_colour == "blue"
    assert both.notes == ("a note",)


def test_a_picture_without_anybody_or_that_is_none_is_refused(tmp_path: Path, finder: Callable[[bool], Finder]) -> None:
    finder(False)
    Image.new("RGB", (60, 90)).save(tmp_path / "photo.png")
    with pytest.raises(RequestError, match=r"nobody is found in photo\.png"):
        choose_looks(asked(look=tmp_path / "photo.png"), model_of(BLUE), 1)
    (tmp_path / "text.png").write_text("a photo")
    with pytest.raises(RequestError, match="the look cannot be read"):
        choose_looks(asked(look=tmp_path / "text.png"), model_of(BLUE), 1)


def test_a_look_is_described_by_what_can_be_seen() -> None:
    assert described(Scene(kind="panda", top="none", bottom="none", place="snow")) == "panda; snow, day"
    text = described(replace(BLUE, hat="non_la", hair_style="bald", top_pattern="stripes", build="slim"))
    assert text == "man, slim build, light skin, bald, blue shirt with white stripes, blue trousers, non la; room"
