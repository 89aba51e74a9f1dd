"""Numbers with a decimal comma are refused with the right form, wherever numbers are read from a text."""

from __future__ import annotations

import pytest

from mien.motion.generate.script import parse_script
from mien.systems.errors import RequestError
from mien.systems.numbers import decimal_comma
from mien.talking.generate.emotion_track import parse_emotion_track
from mien.talking.generate.request import TalkRequest


@pytest.mark.parametrize(
    ("line", "right"),
    [("0,5: nods", "0.5"), ("1:30,5: nods", "1:30.5"), ("1m30,5s: nods", "1m30.5s"), ("2,25s: nods", "2.25s")],
)
def test_a_time_with_a_decimal_comma_is_told_the_right_form(line: str, right: str) -> None:
    for parse in (parse_script, parse_emotion_track):
        with pytest.raises(RequestError, match=rf"line 2: the time .* has a decimal comma: write {right}$"):
            parse(f"0: neutral\n{line}")


@pytest.mark.parametrize("line", ["0: happy 0,8", "0: happy=0,8", "0: sad 0,8, happy 0.1", "0: happy 0,8, sad 0,2"])
def test_an_intensity_with_a_decimal_comma_is_told_the_right_form(line: str) -> None:
    with pytest.raises(RequestError, match=r"line 1: the intensity '0,8' has a decimal comma: write 0.8$"):
        parse_emotion_track(line)


def test_an_option_with_a_decimal_comma_is_told_the_right_form() -> None:
    with pytest.raises(RequestError, match=r"^--intensity '0,5' has a decimal comma: write 0.5$"):
        TalkRequest.of({"image": "x", "text": "a", "intensity": "0,5"})
    with pytest.raises(RequestError, match="whole number"):
        TalkRequest.of({"image": "x", "text": "a", "size": "1,024"})


def test_commas_that_part_things_stay_commas() -> None:
    assert decimal_comma("1,2,3") == decimal_comma("happy 0.8,sad 0.1") == decimal_comma("a1,5") == ""
    assert parse_script("0: nods 1,5 times").cues[0].text == "nods 1,5 times"
    assert parse_emotion_track("0: happy 1,sad 0").weights.sum() == 1
