"""Talking face with head motion from text: `mien talk --motion` uses the model of head motion.

The two systems do not import each other; they are combined here.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from mien.motion.registration import MODEL as MOTION_MODEL
from mien.systems.system import ExtraModel
from mien.talking.generate.request import TalkRequest
from mien.talking.system import SYSTEM as TALKING

if TYPE_CHECKING:
    from mien.heads.performance import Performance
    from mien.talking.generate.talker import TextToMotion


def text_to_motion(folder: Path) -> TextToMotion:
    """Function (text, seconds, seed) → (head motion, notes), with the model in `folder`.

    The first note is what was understood of the text.
    """
    from mien.motion.generate.mover import Mover
    from mien.motion.generate.performer import TimedText
    from mien.motion.generate.script import SHORTEST_SECONDS
    from mien.motion.language.describe import describe

    mover = Mover.load(folder)

    def make(words: str, seconds: float, seed: int) -> tuple[Performance, tuple[str, ...]]:
        performed = mover.perform([TimedText(words, max(seconds, SHORTEST_SECONDS))], seed)
        understood = [f"motion understood: {describe(cue.plan)}" for cue in performed.cues if cue.plan is not None]
        return performed.performance, (*understood, *performed.notes)

    return make


def _needed(request: TalkRequest) -> bool:
    return request.motion_text is not None


SYSTEM = replace(
    TALKING,
    extras=(
        ExtraModel(
            "motion_model",
            replace(
                MOTION_MODEL,
                load=text_to_motion,
                remedy="; or give the head's motion as a file (--motion FILE.npz)",
            ),
            _needed,
        ),
    ),
)
"""The talking face whose `--motion` may be a text."""
