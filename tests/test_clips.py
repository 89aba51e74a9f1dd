"""The clips table keeps every row and every value."""

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mien.clips import COLUMNS, REASONS, Clip, ClipError, check_rejected, clip_id_for, read_clips, write_clips

TEXT = st.text(st.characters(blacklist_categories=("Cs",), blacklist_characters="\x00\r"), min_size=1, max_size=20)


@given(
    st.lists(
        st.builds(
            Clip,
            clip_id=st.from_regex(r"[A-Za-z0-9_-]{1,12}", fullmatch=True),
            source=st.just("folder"),
            path=TEXT,
            text=st.none() | TEXT,
            intensity=st.none() | st.floats(0, 1),
            fps=st.none() | st.fractions(min_value=1, max_value=120),
            seconds=st.none() | st.floats(0, 1e6),
            width=st.none() | st.integers(1, 10_000),
        ),
        max_size=5,
        unique_by=lambda clip: clip.clip_id,
    )
)
def test_a_table_comes_back_as_it_went(tmp_path_factory: pytest.TempPathFactory, clips: list[Clip]) -> None:
    path = tmp_path_factory.mktemp("table") / "clips.csv"
    write_clips(path, clips)
    assert read_clips(path) == sorted(clips, key=lambda clip: clip.clip_id)


def test_a_rejected_clip_keeps_its_row(tmp_path: Path) -> None:
    clip = Clip("a", "grid", "a.mpg", fps=Fraction(30000, 1001)).rejected("no_face", "0 of 75 frames")
    write_clips(tmp_path / "clips.csv", [clip])
    (read,) = read_clips(tmp_path / "clips.csv")
    assert (read.ok, read.reason, read.detail, read.fps) == (False, "no_face", "0 of 75 frames", Fraction(30000, 1001))


def test_only_known_reasons() -> None:
    with pytest.raises(ValueError, match="unknown reason"):
        Clip("a", "grid", "a.mpg").rejected("because")
    with pytest.raises(ValueError, match="unknown reason"):
        ClipError("because")
    assert str(ClipError("no_face", "3 frames")) == "no face was found (3 frames)"


def test_a_broken_table_names_its_line(tmp_path: Path) -> None:
    path = tmp_path / "clips.csv"
    write_clips(path, [Clip("a", "grid", "a.mpg")])
    path.write_text(path.read_text().replace("a.mpg", "a.mpg") + "b,grid,b.mpg,,,,,,loud" + "," * (len(COLUMNS) - 9))
    with pytest.raises(ValueError, match="line 3"):
        read_clips(path)
    path.write_text("id,file\n")
    with pytest.raises(ValueError, match="not a clips table"):
        read_clips(path)


@given(TEXT, TEXT)
def test_ids_are_plain_and_unique(first: str, second: str) -> None:
    one = clip_id_for(first + ".mp4")
    two = clip_id_for(second + ".mp4", {one})
    assert set(one + two) <= set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-")
    assert len(one) <= 100
    if first != second:
        assert one != two


def test_official_names_stay() -> None:
    assert clip_id_for("VideoFlash/1001_DFA_ANG_XX.flv") == "1001_DFA_ANG_XX"


def test_too_many_rejected_names_the_reasons() -> None:
    good = Clip("a", "grid", "a.mpg")
    bad = replace(good, clip_id="b").rejected("silent")
    check_rejected([good, bad], 0.5)
    with pytest.raises(ValueError, match=r"1 of 2 clips.*silent"):
        check_rejected([good, bad], 0.4)
    with pytest.raises(ValueError, match="1 of 1"):
        check_rejected([bad], 1.0)
    with pytest.raises(ValueError, match=r"corpus\.path"):
        check_rejected([], 1.0)
    assert all(sentence.strip() for sentence in REASONS.values())
