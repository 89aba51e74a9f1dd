"""Timelines: text files of lines `seconds: value`, each valid from its time on; `#` starts a comment."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import TypeVar

from mien.systems.errors import RequestError

T = TypeVar("T")

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
        moment, _, rest = content.partition(":")
        try:
            if not rest.strip():
                raise RequestError(f"{content[:40]!r} lacks a time or a value: write lines such as `{example}`")
            time = number_in(moment, "the time", "seconds from 0 on", math.inf)
            if points and time <= points[-1][0]:
                raise RequestError(f"the time {time:g} does not come after {points[-1][0]:g}, the one before it")
            points.append((time, value(rest, time, points)))
        except RequestError as error:
            raise RequestError(f"{name}, line {number}: {error}") from None
    if not points:
        raise RequestError(f"{name} is empty: write lines such as `{example}`")
    return points


def number_in(text: str, what: str, limits: str, greatest: float) -> float:
    """The number in a text, from 0 to `greatest`. Raises RequestError, with `limits` as text, for any other."""
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not (math.isfinite(value) and 0 <= value <= greatest):
        raise RequestError(f"{what} is a number, {limits}, not {text.strip()[:40]!r}")
    return value + 0.0  # no negative zero
