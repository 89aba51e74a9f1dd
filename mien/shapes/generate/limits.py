"""What may be asked of the model: light, so that whoever asks gets an answer before torch is loaded."""

from __future__ import annotations

MAX_CHARACTERS = 300
"""Of one prompt: the longest that the corpus has are under a hundred."""

MAX_CLIPS = 36
"""Of one picture: prompts times copies."""

SHORTEST_SECONDS, LONGEST_SECONDS = 0.4, 10.0


class AnimateError(ValueError):
    """The clips cannot be made; the message says why, and what to do, in one sentence."""


def check_text(text: str) -> None:
    """Raise AnimateError for a prompt that is empty or too long."""
    if not text.strip():
        raise AnimateError("the text is empty: say what is to be seen, such as: a red circle moving up-right")
    if len(text) > MAX_CHARACTERS:
        raise AnimateError(
            f"the text has {len(text):,} characters, more than {MAX_CHARACTERS}: give several texts, a clip for each"
        )


def check_seconds(seconds: float | None) -> None:
    """Raise AnimateError for a length that cannot be; None, as long as the model's clips, can."""
    if seconds is not None and not SHORTEST_SECONDS <= seconds <= LONGEST_SECONDS:
        raise AnimateError(f"a clip lasts {SHORTEST_SECONDS:g} to {LONGEST_SECONDS:g} seconds, not {seconds:g}")
