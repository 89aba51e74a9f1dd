"""English words → plan."""

from __future__ import annotations

from dataclasses import dataclass

from mien.motion.corpus.plan import Plan
from mien.motion.language.clauses import clauses_of
from mien.motion.language.meaning import Notes
from mien.motion.language.ordering import plan_of
from mien.motion.language.signs import ignored_signs, pieces
from mien.motion.language.tags import tag
from mien.motion.language.typing import corrected_pieces

MOST_CHARACTERS = 2000
"""Maximum number of characters that are read; the rest of a text is left out, with a note."""


@dataclass(frozen=True)
class Reading:
    """What was understood of a text. plan: None if nothing was. notes: for the user. unread: unknown words."""

    plan: Plan | None
    notes: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()


def read(text: str) -> Reading:
    """The plan that an English text asks for, in whatever words; left and right are the person's own."""
    notes = Notes()
    spelled, taken = corrected_pieces(pieces(text[:MOST_CHARACTERS]))
    for typed, meant in taken:
        notes.add(f"{typed!r} is read as {meant!r}")
    tags = tag(spelled)
    plan = plan_of(clauses_of(tags), notes)
    unread = tuple(dict.fromkeys(one.value for one in tags if one.name == "unknown"))
    if unread:
        notes.add(f"not read: {', '.join(unread[:6])}")
    signs = ignored_signs(text[:MOST_CHARACTERS])
    if signs:
        notes.add(f"signs are not read: {' '.join(signs[:6])}")
    return Reading(plan, tuple(notes.texts), unread)
