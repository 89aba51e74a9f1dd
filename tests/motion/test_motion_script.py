"""Time lines: what they say happens when they say it, and every mistake is told with its line."""

from __future__ import annotations

import os
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mien.motion.generate.script import Cue, Script, frame_spans, parse_script, read_script
from mien.systems.errors import RequestError
from mien.systems.timeline import MAX_BYTES, parse_timeline

EXAMPLE = """# a comment
0: nods twice   # and no more

 2.5 :  smiles and   looks to the left
6: END
"""


def test_a_time_line_is_read_as_it_is_written(tmp_path: Path) -> None:
    path = tmp_path / "scene.txt"
    path.write_text(EXAMPLE)
    script = read_script(path)
    assert script == Script((Cue(0.0, "nods twice"), Cue(2.5, "smiles and looks to the left")), 6.0)
    assert script.description() == "0: nods twice / 2.5: smiles and looks to the left / 6: end"
    assert frame_spans(script, 25) == [(0, 62), (62, 150)]
    assert frame_spans(parse_script("1: nods\n2: he says: no"), 25) == [(25, 50), (50, None)]
    assert parse_script("1: nods\n2: he says: no").cues[1].text == "he says: no"
    assert parse_script("\ufeff0: nods".removeprefix("\ufeff")).end is None


@pytest.mark.parametrize(
    ("time", "seconds"),
    [
        ("0:00", 0), ("1:30", 90), ("0:00.5", 0.5), ("00:01:30", 90), ("1:00:00", 3600), ("90:00.25", 5400.25),
        ("90", 90), ("1.5", 1.5), ("1m30s", 90), ("90s", 90), ("2min", 120), ("1h", 3600), ("0.5s", 0.5), ("1:05", 65),
    ],
)  # fmt: skip
def test_a_time_is_in_seconds_on_a_clock_or_in_units(time: str, seconds: float) -> None:
    for line in (f"{time}: he says: nods", f"  {time} :he says: nods"):
        assert parse_timeline(line, "a", "1: a", lambda rest, _, __: rest.strip()) == [(seconds, "he says: nods")]
    cues = parse_script("0:00: nods twice\n1:30: looks to the left").cues
    assert cues == (Cue(0.0, "nods twice"), Cue(90.0, "looks to the left"))


@pytest.mark.parametrize(
    "line",
    [
        "1:30 looks left",
        "1:5: looks",
        "1:30:00 looks",
        "1: 30: looks",
        "0:75: looks",
        "1:75:00: looks",
        "1:2:30: looks",
        "1m30: looks",
        "1,5: looks",
        "m: looks",
        "-1:30: looks",
        "1:30:",
        "1e9999999999: looks",
    ],
)
def test_a_time_that_is_not_clear_is_refused(line: str) -> None:
    with pytest.raises(RequestError) as caught:
        parse_script(line, "scene.txt")
    assert str(caught.value).startswith("scene.txt, line 1: ")
    assert "\n" not in str(caught.value)


def test_frames_do_not_drift_over_many_lines() -> None:
    script = parse_script("\n".join(f"{number * 0.45:.2f}: nods" for number in range(1000)))
    spans = frame_spans(script, 25)
    assert all(end == following for (_, end), (following, _) in pairwise(spans))
    assert spans[-1] == (round(999 * 0.45 * 25), None)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "is empty: write lines such as `1.5: nods twice`"),
        ("# nothing\n\n", "is empty: write lines such as `1.5: nods twice`"),
        ("0: nods\n1 smiles", "line 2: '1 smiles' lacks a time or a value"),
        ("0:", "line 1: '0:' lacks a time or a value"),
        ("0: # nods", "line 1: '0:' lacks a time or a value"),
        ("soon: nods", "line 1: the time is a number, seconds from 0 on (or 1:30, 1m30s), not 'soon'"),
        ("-1: nods", "line 1: the time is a number, seconds from 0 on (or 1:30, 1m30s), not '-1'"),
        ("nan: nods", "not 'nan'"),
        ("inf: nods", "not 'inf'"),
        ("3601: nods", "line 1: the time is at most 3,600 seconds, not 3601"),
        ("2: nods\n2: smiles", "line 2: the time 2 does not come after 2"),
        ("2: nods\n\n1: smiles", "line 3: the time 1 does not come after 2"),
        ("2: nods\n2.1: smiles", "line 2: only 0.1 s are left for 'nods': at least 0.4 are needed"),
        ("2: nods\n2.2: end", "line 2: only 0.2 s are left for 'nods'"),
        ("0: end", "line 1: it ends before anything is done"),
        ("0: nods\n3: end\n4: smiles", "line 3: nothing comes after the end"),
        ("0: nods\n3: end\n4: end", "line 3: nothing comes after the end"),
        ("0: " + "nods " * 500, "line 1: the text has 2,499 characters, more than 2,000"),
    ],
)
def test_every_mistake_has_its_line(text: str, message: str) -> None:
    with pytest.raises(RequestError) as caught:
        parse_script(text, "scene.txt")
    assert message in str(caught.value)
    assert str(caught.value).startswith("scene.txt")
    assert "\n" not in str(caught.value)


def test_files_that_are_no_time_lines_are_refused(tmp_path: Path) -> None:
    def refused(path: Path, message: str) -> None:
        with pytest.raises(RequestError, match=message):
            read_script(path)

    refused(tmp_path / "missing.txt", "not there")
    refused(tmp_path, "no file")
    os.mkfifo(tmp_path / "pipe")
    refused(tmp_path / "pipe", "no file")
    (tmp_path / "binary").write_bytes(b"\xff\xfe\x00nods")
    refused(tmp_path / "binary", "no UTF-8 text")
    (tmp_path / "large").write_bytes(b"#" * (MAX_BYTES + 1))
    refused(tmp_path / "large", "larger than")


@example("0: nods\x0b1: smiles")
@given(st.text(max_size=80) | st.from_regex(r"(-?[0-9]{1,4}(\.[0-9])? ?: ?(nods|end|#)?\n){1,5}", fullmatch=True))
def test_anything_is_a_time_line_or_one_sentence(text: str) -> None:
    try:
        script = parse_script(text)
    except RequestError as error:
        sentence = str(error)
    else:
        sentence = ""
        check(script)
    assert "\n" not in sentence
    assert len(sentence) < 250


def check(script: Script) -> None:
    starts = [cue.start for cue in script.cues] + ([] if script.end is None else [script.end])
    assert starts == sorted(set(starts))
    assert all(cue.text == " ".join(cue.text.split()) != "" for cue in script.cues)


@given(st.lists(st.tuples(st.integers(4, 90), st.sampled_from(["nods", "smiles and nods", "looks: left"])), min_size=1))
def test_what_is_written_is_read_back(steps: list[tuple[int, str]]) -> None:
    start, cues = 0, []
    for wait, text in steps:
        start += wait
        cues.append(Cue(start / 10, text))
    assert parse_script("\n".join(f"{cue.start}: {cue.text}" for cue in cues)).cues == tuple(cues)
