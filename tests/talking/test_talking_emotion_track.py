"""Emotion tracks: points are met exactly, between them it is blended, and every mistake is told with its line."""

from __future__ import annotations

import os
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mien.clips import EMOTIONS
from mien.systems.errors import RequestError
from mien.systems.timeline import MAX_BYTES
from mien.talking.generate.emotion_track import (
    parse_emotion_track,
    read_emotion_track,
)

ANG, HAP, NEU, SAD = (EMOTIONS.index(name) for name in ("ANG", "HAP", "NEU", "SAD"))

EXAMPLE = """# a comment
0: neutral

1.5: happy 0.8   # happier
3: happy=0.5, sad = 0.5
"""


def row(**weights: float) -> list[float]:
    return [weights.get(name, 0.0) for name in EMOTIONS]


def test_points_are_met_and_between_them_it_is_blended(tmp_path: Path) -> None:
    path = tmp_path / "track.txt"
    path.write_text(EXAMPLE)
    emotion_weights = read_emotion_track(path).at(101, Fraction(25))
    assert emotion_weights.shape == (101, 6)
    assert emotion_weights.dtype == np.float32
    np.testing.assert_allclose(emotion_weights[0], row(NEU=1), atol=1e-6)
    np.testing.assert_allclose(emotion_weights[25], row(HAP=0.8 * 2 / 3, NEU=1 - 0.8 * 2 / 3), atol=1e-6)
    np.testing.assert_allclose(emotion_weights[75], row(HAP=0.5, SAD=0.5), atol=1e-6)
    np.testing.assert_allclose(
        emotion_weights[100], row(HAP=0.5, SAD=0.5), atol=1e-6, err_msg="held after the last point"
    )
    np.testing.assert_allclose(emotion_weights.sum(1), 1, atol=1e-6)


def test_it_is_held_before_the_first_point_and_time_is_exact() -> None:
    track = parse_emotion_track("2: sad 1\n4: anger 1")
    emotion_weights = track.at(4 * 30, Fraction(30000, 1001))
    assert (emotion_weights[:59, SAD] == 1).all()
    third = Fraction(90 * 1001, 30000)  # the time of frame 90
    assert emotion_weights[90, ANG] == pytest.approx(float((third - 2) / 2), abs=1e-6)


@pytest.mark.parametrize(
    ("line", "weights"),
    [
        ("0: HAP", row(HAP=0.67, NEU=0.33)),
        ("0:hap 1", row(HAP=1)),
        ("0 : angry=0.25,fear 0.25", row(ANG=0.25, FEA=0.25, NEU=0.5)),
        ("0: neutral 0.2, happy 0.3", row(HAP=0.3, NEU=0.7)),
        ("0: neutral, happy 1", row(HAP=1)),
        ("0: disgust 0", row(NEU=1)),
        ("\ufeff0: sad .5", row(SAD=0.5, NEU=0.5)),
    ],
)
def test_what_a_line_means(line: str, weights: list[float], tmp_path: Path) -> None:
    path = tmp_path / "track.txt"
    path.write_text(line, encoding="utf-8")
    np.testing.assert_allclose(read_emotion_track(path).at(1, Fraction(25))[0], weights, atol=1e-6)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "is empty: write lines such as `1.5: happy 0.8`"),
        ("# only a comment\n\n", "is empty: write lines such as `1.5: happy 0.8`"),
        ("0: neutral\n1 happy", "line 2: '1 happy' lacks a time or a value"),
        ("0:", "line 1: '0:' lacks a time or a value"),
        ("\n\nnow: happy", "line 3: the time is a number, seconds from 0 on (or 1:30, 1m30s), not 'now'"),
        ("-1: happy", "line 1: the time is a number"),
        ("nan: happy", "line 1: the time is a number"),
        ("inf: happy", "line 1: the time is a number"),
        ("0: merry", "line 1: unknown emotion 'merry'"),
        ("0: happy 1.2", "line 1: the intensity is a number, 0 to 1, not '1.2'"),
        ("0: happy much", "line 1: the intensity is a number, 0 to 1, not 'much'"),
        ("0: happy 0.5 0.5", "line 1: 'happy 0.5 0.5' is more than an emotion and its intensity"),
        ("0: happy 0.5,", "line 1: an emotion is missing beside a comma"),
        ("0: happy 0.2, HAP 0.2", "line 1: HAP is there twice"),
        ("0: happy 0.8, sad 0.5", "line 1: the intensities add up to 1.3"),
        ("0: happy\n2: sad\n2: sad", "line 3: the time 2 does not come after 2"),
    ],
)
def test_a_mistake_is_told_in_one_sentence_with_its_line(text: str, message: str) -> None:
    with pytest.raises(RequestError) as caught:
        parse_emotion_track(text)
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


def test_what_is_no_track_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RequestError, match="not there"):
        read_emotion_track(tmp_path / "missing.txt")
    with pytest.raises(RequestError, match="is no file"):
        read_emotion_track(tmp_path)
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(RequestError, match="is no file"):
        read_emotion_track(tmp_path / "pipe")
    (tmp_path / "binary").write_bytes(b"\xff\xfe\x00\x01")
    with pytest.raises(RequestError, match="no UTF-8 text"):
        read_emotion_track(tmp_path / "binary")
    (tmp_path / "large").write_bytes(b"#" * (MAX_BYTES + 1))
    with pytest.raises(RequestError, match="larger than"):
        read_emotion_track(tmp_path / "large")


@given(st.text(st.sampled_from("0123456789.:,=# \nehappysdnutrl-+einf\x00"), max_size=80) | st.text(max_size=80))
def test_any_text_is_a_track_or_one_sentence(text: str) -> None:
    try:
        emotion_weights = parse_emotion_track(text).at(30, Fraction(25))
    except RequestError as error:
        sentences = str(error).splitlines()
    else:
        sentences = ["a track"]
        assert ((emotion_weights >= 0) & (emotion_weights <= 1)).all()
    assert len(sentences) == 1


intensities = st.floats(0, 1 / 6).map(lambda value: round(value, 6))
points = st.lists(
    st.tuples(st.integers(1, 5000), st.dictionaries(st.sampled_from([e for e in EMOTIONS if e != "NEU"]), intensities)),
    min_size=1,
    max_size=8,
)


@given(points)
def test_what_is_written_is_what_is_read(steps: list[tuple[int, dict[str, float]]]) -> None:
    moments = np.cumsum([step for step, _ in steps]) / 25
    lines = [
        f"{moment!r}: " + (", ".join(f"{name} {weight!r}" for name, weight in felt.items()) or "NEU")
        for moment, (_, felt) in zip(moments.tolist(), steps, strict=True)
    ]
    track = parse_emotion_track("\n".join(lines))
    emotion_weights = track.at(int(moments[-1] * 25) + 2, Fraction(25))
    for moment, (_, felt) in zip(moments, steps, strict=True):
        expected = row(**felt, NEU=1 - sum(felt.values()))
        np.testing.assert_allclose(emotion_weights[round(moment * 25)], expected, atol=1e-5)


def test_the_track_in_one_line() -> None:
    assert parse_emotion_track(EXAMPLE).description() == "0: NEU; 1.5: HAP 0.8; 3: HAP 0.5, SAD 0.5"
    many = parse_emotion_track("\n".join(f"{second}: sad 0.1" for second in range(100)))
    assert many.description().endswith("; 11: SAD 0.1; …")
