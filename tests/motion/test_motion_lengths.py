"""Lengths of time in a text are left out with a note, and are read as nothing else."""

from __future__ import annotations

import pytest

from mien.motion.corpus.plan import Plan
from mien.motion.language.reading import read


def _plan(text: str) -> Plan | None:
    return read(text).plan


@pytest.mark.parametrize(
    ("text", "length", "same"),
    [
        ("nods for a minute", "for a minute", "nods"),  # no small nod
        ("nods for 3 seconds", "for 3 seconds", "nods"),
        ("smiles for half a minute, then blinks", "for half a minute", "smiles, then blinks"),
        ("nods for 2.5 seconds", "for 2.5 seconds", "nods"),
        ("blinks twice over 5s", "over 5s", "blinks twice"),
        ("waits two seconds, then nods", "two seconds", "waits, then nods"),
    ],
)
def test_lengths_are_left_out_with_a_note(text: str, length: str, same: str) -> None:
    note = f"how long a movement lasts is not read from a text: {length!r} is left out, use --script"
    assert read(text).notes == (note,)
    assert _plan(text) == _plan(same)


@pytest.mark.parametrize(
    "text", ["smiles for a moment", "nods 3 times", "turns 30 degrees left", "nods, a second later blinks"]
)
def test_what_is_no_length_is_not_told(text: str) -> None:
    assert not any("how long" in note for note in read(text).notes)
