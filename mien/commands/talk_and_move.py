"""Speech and motion together: the model of head motion makes what a talking face is told to do in words.

The two systems do not know each other; here they meet. Nothing heavy is imported before words are to be made.
"""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from mien.motion.generate.limits import MoveError
from mien.motion.generate.request import check_model
from mien.talking.generate.request import TalkError

if TYPE_CHECKING:
    from mien.heads.performance import Performance
    from mien.motion.generate.mover import Mover


class WordsToMotion:
    """Makes a head's motion of words with the model in a folder, which is loaded when it is first asked."""

    def __init__(self, model: Path = Path("models/head_motion")) -> None:
        """Raises TalkError where there is no model in the folder."""
        self.model = model
        try:
            check_model(model)
        except MoveError as error:
            raise TalkError(f"{error}; or give the head's motion as a file (--motion FILE.npz)") from error

    @cached_property
    def mover(self) -> Mover:
        """The model; raises TalkError when it cannot be used."""
        from mien.motion.generate.move import load_mover

        try:
            return load_mover(self.model)
        except MoveError as error:
            raise TalkError(str(error)) from error

    @property
    def version(self) -> str:
        """Kind and version of the model."""
        from mien.motion.generate.move import version_of

        return version_of(self.mover)

    def __call__(self, words: str, seconds: float, seed: int) -> tuple[Performance, tuple[str, ...]]:
        """The motion for so many seconds of speech, and notes on the words; raises TalkError for what cannot be."""
        from mien.motion.generate.limits import SHORTEST_SECONDS
        from mien.motion.generate.move import unknown_word_notes

        try:
            performance = self.mover.move(words, max(seconds, SHORTEST_SECONDS), seed)
        except ValueError as error:
            raise TalkError(f"the head's motion cannot be made: {error}") from error
        return performance, tuple(unknown_word_notes(self.mover, words))
