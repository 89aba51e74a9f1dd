"""Captions: what another program reads in them is what was said, when it was said."""

from __future__ import annotations

import html
import re
from itertools import pairwise
from pathlib import Path

import av
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mien.media.captions import LEAST_SECONDS, LONGEST_SECONDS, webvtt
from mien.media.speech.engines import synthesiser
from mien.media.speech.interface import SpokenWord

CLOCK = r"(\d{2,}):([0-5]\d):([0-5]\d)\.(\d{3})"


def cues(text: str) -> list[tuple[int, int, list[str]]]:
    """Start, end in milliseconds and unescaped lines of each cue; the file must follow the format to the letter."""
    header, *blocks = text.split("\n\n")
    assert header.rstrip("\n") == "WEBVTT"
    found = []
    for block in blocks:
        clock, *lines = block.rstrip("\n").split("\n")
        match = re.fullmatch(f"{CLOCK} --> {CLOCK}", clock)
        assert match is not None, clock
        h, m, s, t, *rest = (int(number) for number in match.groups())
        h2, m2, s2, t2 = rest
        assert lines
        assert not any("-->" in line or "<" in line for line in lines)
        start, end = ((h * 60 + m) * 60 + s) * 1000 + t, ((h2 * 60 + m2) * 60 + s2) * 1000 + t2
        found.append((start, end, [html.unescape(line) for line in lines]))
    return found


def spoken(text: str, start: float = 0.0, each: float = 0.3) -> list[SpokenWord]:
    words = text.split()
    return [SpokenWord(word, start + each * n, start + each * (n + 1)) for n, word in enumerate(words)]


def test_a_file_to_the_letter() -> None:
    words = [*spoken("Good morning"), *spoken("Fish & chips <now>", start=3661.0)]
    assert webvtt(words) == (
        "WEBVTT\n\n00:00:00.000 --> 00:00:00.800\nGood morning\n\n"
        "01:01:01.000 --> 01:01:02.200\nFish &amp; chips &lt;now&gt;\n"
    )
    assert webvtt([]) == "WEBVTT\n"


def test_a_pause_or_a_full_cue_begins_a_new_one() -> None:
    words = [SpokenWord("one", 0, 0.5), SpokenWord("two", 0.6, 1.0), SpokenWord("three", 1.4, 2.0)]
    assert [lines for _, _, lines in cues(webvtt(words))] == [["one two"], ["three"]]
    full = cues(webvtt(spoken("abcdefgh " * 12, each=0.1), longest=20))
    assert [lines for _, _, lines in full] == [["abcdefgh abcdefgh"] * 2] * 3
    slow = cues(webvtt(spoken("so slow this is said", each=2.0)))
    assert [lines for _, _, lines in slow] == [["so slow this"], ["is said"]]


def test_two_lines_are_of_even_length() -> None:
    (_, _, lines) = cues(webvtt(spoken("these are seven short words of one cue", each=0.2), longest=30))[0]
    assert lines == ["these are seven short", "words of one cue"]


def test_a_short_cue_stays_as_long_as_the_next_one_lets_it() -> None:
    alone = cues(webvtt([SpokenWord("Hi", 1.0, 1.1)]))
    assert alone[0][:2] == (1000, 1000 + round(1000 * LEAST_SECONDS))
    followed = cues(webvtt([SpokenWord("Hi", 1.0, 1.1), SpokenWord("there", 1.5, 3.0)]))
    assert [cue[:2] for cue in followed] == [(1000, 1500), (1500, 3000)]


def test_ffmpeg_reads_the_same(tmp_path: Path) -> None:
    path = tmp_path / "captions.vtt"
    path.write_text(webvtt([*spoken("Xin chào các bạn"), *spoken("a < b & c", start=4.0)]), encoding="utf-8")
    with av.open(str(path)) as container:
        packets = [packet for packet in container.demux(subtitles=0) if packet.size]
    assert [bytes(packet).decode() for packet in packets] == ["Xin chào các bạn", "a &lt; b &amp; c"]
    times = [(packet.pts * packet.time_base, packet.duration * packet.time_base) for packet in packets]
    assert [(float(start), float(length)) for start, length in times] == [(0, 1.2), (4, 1.5)]


@pytest.mark.parametrize(
    "words",
    [
        [SpokenWord("a", float("nan"), 1)],
        [SpokenWord("a", 0, float("inf"))],
        [SpokenWord("a", -1, 1)],
        [SpokenWord("a", 2, 1)],
        [SpokenWord("a", 2, 3), SpokenWord("b", 1, 4)],
    ],
)
def test_times_must_ascend(words: list[SpokenWord]) -> None:
    with pytest.raises(ValueError, match="no ascending times"):
        webvtt(words)


def test_a_line_has_a_least_length() -> None:
    with pytest.raises(ValueError, match="at least 8"):
        webvtt([], longest=7)


def shown(text: str, pauses: str = ".,", longest: int = 42) -> list[str]:
    """The cues of words that are spoken with a pause behind each that ends in one of `pauses`."""
    words, now = [], 0.0
    for word in text.split():
        words.append(SpokenWord(word, now, now + 0.2))
        now += 0.2 + 0.4 * (word.rstrip(')"”»')[-1:] in pauses)
    return [" ".join(lines) for _, _, lines in cues(webvtt(words, longest))]


@pytest.mark.parametrize(
    "phrase",
    [
        '"Stop. Go now."', "“Stop. Go now.”", "„Halt. Geh.“", "«Non. Va.»", "« Non. Va. »", "»Halt. Geh.«",
        "(see above. And below.)", "[a, b, c]", "('one, two', \"three. four\")", "「はい. いいえ.」", "'Stop. Go.'",
    ],
)  # fmt: skip
def test_brackets_and_quotes_stay_in_one_cue(phrase: str) -> None:
    told = shown(f"She said. {phrase} Then she left.")
    assert told[0] == "She said."
    assert any(phrase in cue for cue in told)


def test_a_full_cue_ends_before_a_bracket_that_does_not_fit() -> None:
    told = shown("a very long line of words before it (with a bracket behind)", longest=28)
    assert told == ["a very long line of words before it", "(with a bracket behind)"]


def test_marks_without_a_partner_hold_nothing_together() -> None:
    assert shown("It's 5'11\" tall. Don't. 'Tis so.") == ["It's 5'11\" tall.", "Don't.", "'Tis so."]
    assert shown("Hi :) there. (open. Still.") == ["Hi :) there.", "(open.", "Still."]
    assert shown('He "said. And. never closed.') == ['He "said.', "And.", "never closed."]


def test_a_quotation_longer_than_a_cue_is_cut_at_its_pauses() -> None:
    long = '"One sentence of many words here. Another sentence of many words. And a third one of many words."'
    assert shown(long) == [
        '"One sentence of many words here.', "Another sentence of many words.", 'And a third one of many words."',
    ]  # fmt: skip


texts = st.text(st.characters(blacklist_categories=("Cs",)), max_size=60)
gaps = st.tuples(texts, st.floats(0, 3), st.floats(0, 9))


@given(st.lists(gaps, max_size=20), st.integers(8, 60))
def test_any_words_give_a_file_that_holds_them_all(said: list[tuple[str, float, float]], longest: int) -> None:
    words, now = [], 0.0
    for text, gap, length in said:
        words.append(SpokenWord(text, now + gap, now + gap + length))
        now += gap + length
    found = cues(webvtt(words, longest))
    for start, end, lines in found:
        assert start < end
        assert len(lines) <= 2
        assert all(0 < len(line) <= longest for line in lines)
    for (_, end, _), (start, _, _) in pairwise(found):
        assert end <= start, "cues do not overlap"
    shown = "".join("".join(lines) for _, _, lines in found)
    visible = "".join(letter for word in words for letter in word.word if letter.isprintable())
    assert re.sub(r"\s", "", shown) == re.sub(r"\s", "", visible)


def test_espeaks_words_become_captions() -> None:
    pytest.importorskip("espeakng_loader", reason="espeak-ng is optional: pip install 'mien[speech]'")
    speech = synthesiser().speak("Don't forget a jacket. It's eleven o'clock, and the airport is far away from here.")
    found = cues(webvtt(speech.words))
    assert found[0][2] == ["Don't forget a jacket"]
    assert " ".join(line for _, _, lines in found for line in lines).split() == [word.word for word in speech.words]
    assert found[-1][1] <= 1000 * speech.seconds + 1000 * LEAST_SECONDS
    assert all(end - start <= 1000 * LONGEST_SECONDS for start, end, _ in found)
