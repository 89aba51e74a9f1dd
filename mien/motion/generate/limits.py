"""What may be asked of a motion: light, so that whoever asks gets an answer before torch is loaded."""

from __future__ import annotations

MAX_CHARACTERS = 2000
"""Of one text."""

SHORTEST_SECONDS, LONGEST_SECONDS = 0.4, 3600.0
"""Of a motion: an hour at most."""


class MoveError(ValueError):
    """The motion cannot be made; the message says why, and what to do, in one sentence."""


def check_text(text: str) -> None:
    """Raise MoveError for a text that is empty or too long."""
    if not text.strip():
        raise MoveError("the text is empty: say what the head does, such as: nods twice, then smiles")
    if len(text) > MAX_CHARACTERS:
        raise MoveError(
            f"the text has {len(text):,} characters, more than {MAX_CHARACTERS:,}: part it on a time line (--script)"
        )


def check_seconds(seconds: float | None, longest: float = LONGEST_SECONDS, what: str = "a motion") -> None:
    """Raise MoveError for a length that cannot be."""
    if seconds is not None and not SHORTEST_SECONDS <= seconds <= longest:
        raise MoveError(f"{what} lasts {SHORTEST_SECONDS:g} to {longest:,.0f} seconds, not {seconds:g}")
