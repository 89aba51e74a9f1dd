"""Timelines: text files of lines `time: value`, each valid from its time on; `#` starts a comment.

A time is in seconds (`90`, `1.5`), on a clock (`1:30`, `1:30.5`, `1:00:00`) or in units (`1m30s`, `90s`).
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from typing import TypeVar

from mien.systems.errors import RequestError
from mien.systems.numbers import decimal_comma

T = TypeVar("T")

_CLOCK = re.compile(r"(?:([0-9]{1,6}):)?([0-9]{1,6}):([0-9]{2}(?:\.[0-9]*)?)\s*(?=:)")
_UNITS = re.compile(r"(?=[0-9])(?:([0-9]{1,6})h)?(?:([0-9]{1,6})m(?:in)?)?(?:([0-9]{1,9}(?:\.[0-9]*)?)s)?")
_COMMA_TIME = re.compile(r"((?:[0-9]+\s?(?:h|min|m)\s?|[0-9]+:)*[0-9]+,[0-9]+\s?s?)\s*:")
"""A time with a decimal comma, in seconds, on a clock or in units."""

MAX_BYTES = 1_000_000
"""The largest file that is read: a line for each frame of ten minutes is a third of it."""


def parse_timeline(
    text: str, name: str, example: str, value: Callable[[str, float, Sequence[tuple[float, T]]], T]
) -> list[tuple[float, T]]:
    """Times in seconds, ascending, and values of the lines of a text, of which `example` is one.

    `value(rest, time, earlier)` parses the text after the colon, given the `earlier` (time, value) pairs, or raises
    RequestError. Raises RequestError with `name` and the line for any mistake.
    """
    points: list[tuple[float, T]] = []
    for number, line in enumerate(text.splitlines(), 1):
        content = line.partition("#")[0].strip()
        if not content:
            continue
        try:
            time, rest = _time_and_value(content, example)
            if points and time <= points[-1][0]:
                raise RequestError(f"the time {time:g} does not come after {points[-1][0]:g}, the one before it")
            points.append((time, value(rest, time, points)))
        except RequestError as error:
            raise RequestError(f"{name}, line {number}: {error}") from None
    if not points:
        raise RequestError(f"{name} is empty: write lines such as `{example}`")
    return points


def _time_and_value(content: str, example: str) -> tuple[float, str]:
    """The time in seconds at the start of a line, and the text after its colon."""
    comma = _COMMA_TIME.match(content)
    if comma is not None:
        raise RequestError(f"the time {comma[1]!r} has a decimal comma: write {comma[1].replace(',', '.')}")
    clock = _CLOCK.match(content)
    if clock is not None:
        moment, rest = clock.group().strip(), content[clock.end() + 1 :]
    else:
        moment, _, rest = content.partition(":")
    # 1:30 without a colon after it, and 1: 30: would silently be second 1
    if moment.strip() and re.match(r"[0-9]|\s*[0-9]+\s*:", rest):
        raise RequestError(f"{content[:40]!r} has no clear time: write 90: or 1:30: with two digits, and then the rest")
    if not rest.strip():
        raise RequestError(f"{content[:40]!r} lacks a time or a value: write lines such as `{example}`")
    return _seconds(moment.strip(), clock), rest


def _seconds(moment: str, clock: re.Match[str] | None) -> float:
    units = None if clock is not None else _UNITS.fullmatch(moment)
    if clock is None and units is None:
        return number_in(moment, "the time", "seconds from 0 on (or 1:30, 1m30s)", math.inf)
    hours, minutes, seconds = (clock or units).groups("0")  # type: ignore[union-attr]
    if clock is not None and (float(seconds) >= 60 or (clock[1] is not None and int(minutes) >= 60)):
        raise RequestError(f"the time {moment[:40]!r} has more than 59 minutes or seconds: write it as 1:30 or 1:00:00")
    return 3600.0 * int(hours) + 60.0 * int(minutes) + float(seconds)


def number_in(text: str, what: str, limits: str, greatest: float) -> float:
    """The number in a text, from 0 to `greatest`. Raises RequestError, with `limits` as text, for any other."""
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not (math.isfinite(value) and 0 <= value <= greatest):
        if comma := decimal_comma(text):
            raise RequestError(f"{what} {comma}")
        raise RequestError(f"{what} is a number, {limits}, not {text.strip()[:40]!r}")
    return value + 0.0  # no negative zero
