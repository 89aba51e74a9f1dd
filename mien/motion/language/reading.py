"""English words → plan."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mien.motion.corpus.plan import Plan
from mien.motion.language.clauses import clauses_of
from mien.motion.language.lengths import without_lengths
from mien.motion.language.meaning import Notes, asks_nothing
from mien.motion.language.ordering import plan_of
from mien.motion.language.people import without_counts_of_people
from mien.motion.language.signs import ignored_signs, pieces
from mien.motion.language.tags import Tag, action_words, tag
from mien.motion.language.typing import corrected_pieces

if TYPE_CHECKING:  # it imports torch, which the rules do without
    from mien.text.word_vectors import WordVectors

MOST_CHARACTERS = 2000
"""Maximum number of characters that are read; the rest of a text is left out, with a note."""

LEAST_SIMILARITY = 0.5
"""Least similarity of an unknown word to the one that it is taken for."""

_NAMED = 6


@dataclass(frozen=True)
class Reading:
    """What was understood of a text.

    plan: None if no action was. notes: for the user: what was taken for what, changed or left out. unread: words that
    were not understood. still: it was understood that nothing is to be done, as of "don't smile" and "wait a moment".
    unable: what is asked is nothing that a head can do, as "thumbs up".
    """

    plan: Plan | None
    notes: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()
    still: bool = False
    unable: bool = False


def read(text: str, vectors: WordVectors | None = None) -> Reading:
    """The plan that an English text asks for, in whatever words; left and right are the person's own.

    vectors: finds the nearest known word for unknown ones; None: they are left out. Any text is accepted.
    """
    notes = Notes()
    kept, lengths = without_lengths(pieces(text[:MOST_CHARACTERS]))
    spelled, taken = corrected_pieces(kept)
    for typed, meant in taken:
        notes.add(f"{typed!r} is read as {meant!r}")
    tags = tag(spelled)
    if vectors is not None:
        tags = tag(_replaced(spelled, tags, vectors, notes))
    tags, people = without_counts_of_people(tags)
    for counted in people:
        notes.add(f"one head is shown, whatever the number: {counted!r} is left out")
    for length in lengths:
        notes.add(f"how long a movement lasts is not read from a text: {length!r} is left out, use --script")
    clauses = clauses_of(tags)
    plan = plan_of(clauses, notes)
    said = [] if plan is not None else [one for one in clauses if one.is_own]
    still = any(asks_nothing(one) for one in said)
    if still:
        notes.add("nothing is to be done: the head keeps still")
    unread = tuple(dict.fromkeys(one.value for one in tags if one.name == "unknown"))
    if unread:
        notes.add(f"not understood: {', '.join(word[:40] for word in unread[:_NAMED])}{', …' * (len(unread) > _NAMED)}")
    signs = ignored_signs(text[:MOST_CHARACTERS])
    if signs:
        notes.add(f"not read: {' '.join(signs[:_NAMED])}")
    if len(text) > MOST_CHARACTERS:
        notes.add(f"only the first {MOST_CHARACTERS:,} characters are read")
    unable = not still and any(one.unable for one in said)
    return Reading(plan, tuple(notes.texts), unread, still, unable)


def _replaced(spelled: Sequence[str], tags: Sequence[Tag], vectors: WordVectors, notes: Notes) -> list[str]:
    """The pieces with unknown words replaced by the nearest known ones, where a vector says that one is near."""
    meant: dict[str, str] = {}
    for word in dict.fromkeys(one.value for one in tags if one.name == "unknown"):
        found = vectors.nearest(word, action_words())
        if found is not None and found[1] >= LEAST_SIMILARITY:
            meant[word] = found[0]
            notes.add(f"{word!r} is taken for {found[0]!r}, the nearest in meaning")
    return [meant.get(piece, piece) for piece in spelled]
