"""What both languages have in common: a text is a subject with clauses, in one of a few forms."""

from __future__ import annotations

from typing import Protocol

from mien.follow.corpus.language.told import Told

CLAUSES = ("have", "wear", "action", "place", "time")
"""What can be said of the subject, each once: body and hair, clothes, the action, the place, the time."""


class Speaker(Protocol):
    """A language. Each method gives a text, or None where there is nothing to say of it."""

    joint: str
    """Between clauses that are strung together."""

    def start(self, told: Told) -> str:
        """Words before the subject, such as "a video of"."""
        ...

    def ending(self, told: Told) -> str:
        """Words after everything, such as "please"."""
        ...

    def subject(self, told: Told, bare: bool) -> str:
        """The figure, with adjectives; `bare` without article."""
        ...

    def clause(self, told: Told, name: str) -> str | None:
        """A clause that stands anywhere after the subject: "wearing a hat", "at night"."""
        ...

    def fragment(self, told: Told, name: str) -> str | None:
        """The clause in note form: "red hat", "night"."""
        ...

    def sentence(self, told: Told, name: str) -> str | None:
        """The clause as a sentence of its own, with a pronoun: "She wears a hat"."""
        ...

    def other_thing(self, told: Told) -> str:
        """A thing that no scene can show, perhaps with a colour, of which nothing is claimed."""
        ...
