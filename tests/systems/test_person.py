"""A person's file as an input: whole ones are read as written, every other one is refused in a sentence."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
import torch
from people_making import damaged, person, saved

from mien.heads.latents.person import Person
from mien.media.file_tags import TagsError, file_tags
from mien.systems.errors import RequestError
from mien.systems.person import read_person


def test_a_person_is_read_as_written(tmp_path: Path) -> None:
    one = person({"age": 1.5, "nose_width": -0.7}, hair_style="long", glasses="round")
    one.save(tmp_path / "a.json")
    read = read_person(tmp_path / "a.json")
    assert torch.equal(read.latents.values, one.latents.values)
    assert read.latents.option("glasses") == ["round"]
    assert (read.prompt, read.seed) == ("a test", 3)
    (tmp_path / "windows.json").write_bytes(b"\xef\xbb\xbf" + (tmp_path / "a.json").read_bytes())
    assert read_person(tmp_path / "windows.json").digest == one.digest


def test_the_digest_is_of_the_looks(tmp_path: Path) -> None:
    one = person({"age": 1.5})
    assert person({"age": 1.5}).digest == one.digest
    assert person({"age": 1.4}).digest != one.digest
    assert person({"age": 1.5}, glasses="round").digest != one.digest
    assert person({"age": 1.5}, seed=4).digest != one.digest
    one.save(tmp_path / "a.json")
    text = (tmp_path / "a.json").read_text()
    (tmp_path / "a.json").write_text(text.replace("a test", "other words"))
    assert read_person(tmp_path / "a.json").digest == one.digest


def test_any_other_file_is_refused_in_a_sentence(tmp_path: Path) -> None:
    for name, (path, words) in damaged(tmp_path).items():
        with pytest.raises(RequestError) as caught:
            read_person(path)
        message = str(caught.value)
        assert words in message, name
        assert path.name in message, name
        assert "\n" not in message, name
        message.encode()


def test_what_cannot_be_read_is_refused_without_waiting(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.json")
    with pytest.raises(RequestError, match="it is no file"):
        read_person(tmp_path / "pipe.json")
    with pytest.raises(RequestError, match=r"absent\.json could not be read"):
        read_person(tmp_path / "absent.json")
    loop = tmp_path / "loop.json"
    loop.symlink_to(loop)
    with pytest.raises(RequestError, match="could not be read"):
        read_person(loop)
    saved(tmp_path / "whole.json")
    (tmp_path / "link.json").symlink_to(tmp_path / "whole.json")
    read_person(tmp_path / "link.json")


def test_where_a_person_is_from_is_in_its_file(tmp_path: Path) -> None:
    one = person({"age": 1.5})
    Person(one.latents, "old", 3, {"title": "AI-generated 3D head", "comment": "by mien"}).save(tmp_path / "a.json")
    assert file_tags(tmp_path / "a.json") == {"title": "AI-generated 3D head", "comment": "by mien"}
    (tmp_path / "other.json").write_text('{"provenance": {"title": "not a person"}}')
    with pytest.raises(TagsError, match="no place for provenance"):
        file_tags(tmp_path / "other.json")
