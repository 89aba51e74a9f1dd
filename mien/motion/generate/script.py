"""What a head does when: a text file of lines `seconds: text`, each until the next one starts.

    # seconds: what the head does from then on
    0: nods twice
    2.5: smiles and looks to the left
    6: end

Without a line `end`, the last text takes as long as such words usually take. Before the first line the head waits.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path

from mien.systems.files import read_small_text
from mien.systems.request import RequestError

MAX_CHARACTERS = 2000
"""The longest text of a motion."""

SHORTEST_SECONDS, LONGEST_SECONDS = 0.4, 3600.0
"""Limits of the length of a motion."""

MAX_BYTES = 1_000_000

END = "end"


@dataclass(frozen=True)
class Cue:
    """From second `start` on the head does what `text` says."""

    start: float
    text: str


@dataclass(frozen=True)
class Script:
    """Cues in their order; `end` in seconds, None: when what the last one says is done."""

    cues: tuple[Cue, ...]
    end: float | None = None

    def description(self) -> str:
        """The time line in one line, for a file's metadata; a long one is cut short."""
        told = [f"{cue.start:g}: {cue.text}" for cue in self.cues[:12]]
        if len(self.cues) > 12:
            told.append("…")
        elif self.end is not None:
            told.append(f"{self.end:g}: {END}")
        return " / ".join(told)[:1000]


def read_script(path: Path) -> Script:
    """Read a time line from a file. Raises RequestError, with the line, for whatever cannot be used."""
    text = read_small_text(path, MAX_BYTES, "a time line", "1.5: nods twice")
    return parse_script(text, path.name)


def parse_script(text: str, name: str = "the time line") -> Script:
    """The time line that `text` describes; `name` is what messages call it. Raises RequestError with the line."""
    cues: list[Cue] = []
    end: float | None = None
    for number, line in enumerate(text.splitlines(), 1):
        content = line.partition("#")[0].strip()
        if not content:
            continue
        try:
            if end is not None:
                raise RequestError("nothing comes after the end")
            cue = _cue(content)
            _check_order(cues, cue)
        except RequestError as error:
            raise RequestError(f"{name}, line {number}: {error}") from None
        if cue.text.lower() == END:
            end = cue.start
        else:
            cues.append(cue)
    if not cues:
        raise RequestError(f"{name} says nothing to do: write lines like '1.5: nods twice'")
    return Script(tuple(cues), end)


def _cue(content: str) -> Cue:
    moment, separator, text = content.partition(":")
    words = " ".join(text.split())
    if not separator or not words:
        raise RequestError(f"{content[:40]!r} is no line of it: write seconds, colon and words, as 1.5: nods twice")
    try:
        start = float(moment)
    except ValueError:
        start = math.nan
    if not 0 <= start <= LONGEST_SECONDS:
        raise RequestError(f"the time is seconds from 0 to {LONGEST_SECONDS:,.0f}, not {moment.strip()[:40]!r}")
    if len(words) > MAX_CHARACTERS:
        raise RequestError(f"the text has {len(words):,} characters, more than {MAX_CHARACTERS:,}: part it")
    return Cue(start + 0.0, words)  # no negative zero


def _check_order(cues: list[Cue], cue: Cue) -> None:
    if not cues:
        if cue.text.lower() == END:
            raise RequestError("it ends before anything is done")
        return
    before = cues[-1].start
    if cue.start <= before:
        raise RequestError(f"the time {cue.start:g} does not come after {before:g}, the one before it")
    # a hundredth of a second of slack for what binary fractions make of 0.4
    if cue.start - before < SHORTEST_SECONDS - 0.01:
        left = f"only {cue.start - before:.2g} s are left for {cues[-1].text[:40]!r}"
        raise RequestError(f"{left}: at least {SHORTEST_SECONDS:g} are needed")


def frame_spans(script: Script, fps: float) -> list[tuple[int, int | None]]:
    """First frame and the frame after the last of each cue; None where the last one has no end."""
    starts = [round(cue.start * fps) for cue in script.cues]
    ends: list[int | None] = [*starts[1:], None if script.end is None else round(script.end * fps)]
    return list(zip(starts, ends, strict=True))
