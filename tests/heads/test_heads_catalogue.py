"""Heads by name: where their files are looked for, and what the list says of those that do not open."""

from __future__ import annotations

from pathlib import Path

import pytest
from heads_making import make_flame, make_ict

from mien.heads.catalogue import HEAD_NAMES, head_path, list_heads, open_head
from mien.heads.embedded.head import EmbeddedHead
from mien.heads.head import HeadError


def test_places_are_the_named_one_the_variables_and_the_projects(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("MIEN_HEADS", raising=False)
    assert head_path("ict") == Path("models/heads/ict")
    monkeypatch.setenv("MIEN_HEADS", str(tmp_path))
    assert head_path("ict") == tmp_path / "ict"
    assert head_path("ict", Path("mine.npz")) == Path("mine.npz")


def test_heads_open_by_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert isinstance(open_head("embedded"), EmbeddedHead)
    make_flame(tmp_path / "flame")
    monkeypatch.setenv("MIEN_HEADS", str(tmp_path))
    assert open_head("flame").name == "flame"


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("metahuman", "there is no head called 'metahuman', only embedded, ict, flame, gnm"),
        ("ict", "the head ict is not at .*ict: copy the repository's folder FaceXModel"),
        ("flame", "the head flame is not at .*flame: register there, convert your file to npz"),
        ("gnm", "the head gnm is not at .*gnm: fetch gnm_head.npz"),
    ],
)
def test_what_is_missing_is_said_in_one_sentence(
    name: str, sentence: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MIEN_HEADS", str(tmp_path))
    with pytest.raises(HeadError, match=sentence) as caught:
        open_head(name)
    assert "\n" not in str(caught.value)


def test_the_embedded_head_takes_no_file(tmp_path: Path) -> None:
    with pytest.raises(HeadError, match="needs no file"):
        open_head("embedded", tmp_path)


def test_the_list_counts_what_opens_and_says_what_is_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MIEN_HEADS", str(tmp_path))
    lines = {line.name: line for line in list_heads({"ict": make_ict(tmp_path / "elsewhere")})}
    assert tuple(lines) == HEAD_NAMES
    embedded, ict = lines["embedded"], lines["ict"]
    assert (embedded.problem, embedded.expressions, embedded.without) == (None, 52, ())
    assert (ict.vertices, ict.identities, ict.expressions, ict.without) == (26719, 6, 51, ("tongueOut",))
    assert ict.licence == "MIT"
    for name in ("flame", "gnm"):
        assert lines[name].vertices is None
        assert f"the head {name} is not at" in str(lines[name].problem)
