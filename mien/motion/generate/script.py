"""Scripts: text files of lines `time: text`; a text applies until the time of the next line.

    # seconds, or such as 1:30 and 1m30s: what the head does from then on
    0: nods twice
    2.5: smiles and looks to the left
    6: end

Without a line `end`, the length of the last text is predicted. Before the first time the head is still.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from mien.systems.errors import RequestError
from mien.systems.files import read_small_text
from mien.systems.timeline import MAX_BYTES, parse_timeline

MAX_CHARACTERS = 2000
"""Maximum number of characters of a text."""

SHORTEST_SECONDS, LONGEST_SECONDS = 0.4, 3600.0
"""Limits of the length of a motion in seconds."""

END = "end"
EXAMPLE = "1.5: nods twice"


@dataclass(frozen=True)
class Cue:
    """A text and its start time in seconds."""

    start: float
    text: str


@dataclass(frozen=True)
class Script:
    """Cues in order of time; `end` in seconds, None: predicted from the last text."""

    cues: tuple[Cue, ...]
    end: float | None = None

    def description(self) -> str:
        """The script on one line, for a file's metadata; at most 12 cues and 1000 characters."""
        lines = [f"{cue.start:g}: {cue.text}" for cue in self.cues[:12]]
        if len(self.cues) > 12:
            lines.append("…")
        elif self.end is not None:
            lines.append(f"{self.end:g}: {END}")
        return " / ".join(lines)[:1000]


def read_script(path: Path) -> Script:
    """Read a script from a file. Raises RequestError, with the line, if it is invalid."""
    return parse_script(read_small_text(path, MAX_BYTES, "a time line", EXAMPLE), path.name)


def parse_script(text: str, name: str = "the time line") -> Script:
    """Parse a script; `name` is used in error messages. Raises RequestError, with the line, if it is invalid."""
    points = parse_timeline(text, name, EXAMPLE, _words)
    end = points.pop()[0] if points[-1][1].lower() == END else None
    return Script(tuple(Cue(*point) for point in points), end)


def _words(text: str, time: float, earlier: Sequence[tuple[float, str]]) -> str:
    words = " ".join(text.split())
    if time > LONGEST_SECONDS:
        raise RequestError(f"the time is at most {LONGEST_SECONDS:,.0f} seconds, not {time:g}")
    if len(words) > MAX_CHARACTERS:
        raise RequestError(f"the text has {len(words):,} characters, more than {MAX_CHARACTERS:,}: split it")
    if not earlier:
        if words.lower() == END:
            raise RequestError("it ends before anything is done")
        return words
    start, before = earlier[-1]
    if before.lower() == END:
        raise RequestError("nothing comes after the end")
    # a tolerance of 0.01 s for rounding errors
    if time - start < SHORTEST_SECONDS - 0.01:
        left = f"only {time - start:.2g} s are left for {before[:40]!r}"
        raise RequestError(f"{left}: at least {SHORTEST_SECONDS:g} are needed")
    return words


def frame_spans(script: Script, fps: float) -> list[tuple[int, int | None]]:
    """First frame, and frame after the last, of each cue; None if the script has no end."""
    starts = [round(cue.start * fps) for cue in script.cues]
    ends: list[int | None] = [*starts[1:], None if script.end is None else round(script.end * fps)]
    return list(zip(starts, ends, strict=True))
