"""GRID's files: sentences from names, talkers from folders."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest
from corpora_making import HTML, REAL, by_id, mpeg, put
from hypothesis import given
from hypothesis import strategies as st

from mien.corpora.corpus import make_corpus
from mien.corpora.grid import GRAMMAR, actor_of, decode_name
from mien.corpora.options import CorpusOptions
from mien.execution import Execution

ONE = Execution(workers=1)


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("bbaf2n", "bin blue at f two now"),
        ("lwbsza", "lay white by s zero again"),
        ("prwx9p", "place red with x nine please"),
        ("sgiz1s", "set green in z one soon"),
    ],
)
def test_names_spell_sentences(name: str, sentence: str) -> None:
    assert decode_name(name) == sentence


@pytest.mark.parametrize("name", ["bbaw2n", "bbaf0n", "bbaf2", "bbaf2nn", "xbaf2n", "BBAF2N", "", "bbaf２n"])
def test_names_outside_the_grammar_are_refused(name: str) -> None:
    with pytest.raises(ValueError, match="GRID name"):
        decode_name(name)


@given(st.tuples(*[st.sampled_from(sorted(words.items())) for words in GRAMMAR]))
def test_every_sentence_of_the_grammar_is_decoded(choice: tuple[tuple[str, str], ...]) -> None:
    assert decode_name("".join(key for key, _ in choice)) == " ".join(word for _, word in choice)


@pytest.mark.parametrize(
    ("relative", "actor"),
    [
        ("s1/bbaf2n.mpg", "s1"), ("s34/video/mpg_6000/bbaf2n.mpg", "s34"), ("bbaf2n.mpg", None),
        ("speakers/bbaf2n.mpg", None), ("s2/s3/bbaf2n.mpg", "s3"), ("s1.mpg", None),
    ],
)  # fmt: skip
def test_talkers_are_folders(relative: str, actor: str | None) -> None:
    assert actor_of(relative) == actor


def test_two_talkers_with_one_sentence(tmp_path: Path) -> None:
    root = tmp_path / "grid"
    for relative in ("s1/bbaf2n.mpg", "s2/bbaf2n.mpg", "lwbsza.mpg"):
        put(root / relative, mpeg())
    put(root / "s2/holiday.mpg", mpeg())
    put(root / "s2/prwx9p.mpg", HTML)
    put(root / "s2/sgiz1s.mpg", mpeg()[: len(mpeg()) // 2])
    clips = by_id(make_corpus(CorpusOptions(source="grid", path=root), tmp_path / "out", ONE))
    assert (clips["s1_bbaf2n"].actor, clips["s2_bbaf2n"].actor, clips["lwbsza"].actor) == ("s1", "s2", None)
    assert clips["s1_bbaf2n"].text == "bin blue at f two now"
    assert (clips["s1_bbaf2n"].fps, clips["s1_bbaf2n"].seconds) == (Fraction(25), pytest.approx(3.0, abs=0.1))
    assert clips["s1_bbaf2n"].ok
    assert clips["s2_prwx9p"].reason == "undecodable"
    assert clips["s2_sgiz1s"].reason == "truncated"
    assert sorted(clip.reason for clip in clips.values() if clip.reason) == ["truncated", "undecodable"]
    assert (clips["holiday"].ok, clips["holiday"].text, clips["holiday"].sentence_id) == (True, None, None)
    assert clips["holiday"].actor == "s2"
    only = make_corpus(CorpusOptions(source="grid", path=root, actors=("s1",)), tmp_path / "out", ONE)
    assert {clip.actor for clip in only} == {"s1", None}


def test_a_missing_folder_is_said(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no folder"):
        make_corpus(CorpusOptions(source="grid", path=tmp_path / "gone"), tmp_path / "out", ONE)


@pytest.mark.real
def test_the_real_clips(tmp_path: Path) -> None:
    root = REAL / "grid"
    if not root.is_dir():
        pytest.skip(f"real media not present: {root}")
    clips = make_corpus(CorpusOptions(source="grid", path=root), tmp_path / "out", ONE)
    assert len(clips) == 6
    for clip in clips:
        assert (clip.ok, clip.width, clip.height, clip.fps, clip.seconds) == (True, 360, 288, Fraction(25), 3.0)
        assert clip.text == decode_name(clip.clip_id)
