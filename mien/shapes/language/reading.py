"""Reading: what a user's sentence asks for, as a scene, with the prompt of the model and what the user should know."""

from __future__ import annotations

from dataclasses import dataclass

from mien.shapes.corpus.scenes import Figure, Scene
from mien.shapes.corpus.vocabulary import MOTIONS, SHAPES
from mien.shapes.language.drafts import Action, Draft
from mien.shapes.language.mending import is_foreign
from mien.shapes.language.parsing import Parser
from mien.shapes.language.tokens import items_of
from mien.text.interface import UnknownWord

MOST_FIGURES = 2
"""Figures in a clip, in the training data too."""

MOST_NAMED = 4
"""Figures of a text that a note lists."""

_USUAL_SHAPE, _USUAL_MOTION = "circle", "rotating clockwise"


@dataclass(frozen=True)
class Reading:
    """What was understood of a text.

    scene: what the clip shall show. notes: what was mended, guessed or left out, a sentence each. unknown: words and
    signs that are not known.
    """

    text: str
    scene: Scene
    notes: tuple[str, ...] = ()
    unknown: tuple[UnknownWord, ...] = ()

    @property
    def prompt(self) -> str:
        """The scene in words of the training prompts: "big red star rotating clockwise"."""
        return prompt_of(self.scene)

    @property
    def understood(self) -> str:
        """The scene for the user: "a big red star rotating clockwise"."""
        return " and ".join(f"a {_words(figure)}" for figure in self.scene.figures)


def prompt_of(scene: Scene) -> str:
    """A prompt of the training set for a scene."""
    return " and ".join(map(_words, scene.figures))


def _words(figure: Figure) -> str:
    return " ".join(filter(None, (figure.size, figure.colour, figure.shape, figure.motion)))


def read(text: str) -> Reading | None:
    """What a text asks for; None where nothing of it is known, or where it is of another language."""
    if is_foreign(text):
        return None
    meanings, mended, unknown = items_of(text)
    parser = Parser(meanings)
    if not parser.content or not parser.drafts:
        return None
    drafts = parser.drafts[:MOST_FIGURES]
    notes = [*mended, *parser.notes]
    if len(parser.drafts) > MOST_FIGURES:
        named = ", ".join([draft.said for draft in parser.drafts[:MOST_NAMED]])
        named += ", …" if len(parser.drafts) > MOST_NAMED else ""
        notes.append(
            f"a clip shows at most {MOST_FIGURES} figures, and {text[:60]!r} names {len(parser.drafts)} ({named}): "
            "give the others a --text of their own"
        )
    return Reading(text, _scene(drafts, notes), tuple(dict.fromkeys(notes)), tuple(unknown))


def _scene(drafts: list[Draft], notes: list[str]) -> Scene:
    figures: list[Figure] = []
    for number, draft in enumerate(drafts):
        shape = draft.shape or next((own.shape for own in drafts if own.shape), None)
        if shape is None:
            shape = _USUAL_SHAPE
            notes.append(f"no figure is named: a {shape} is shown; there are {', '.join(SHAPES)}")
        motion = _motion(draft, drafts[:number] + drafts[number + 1 :], shape, notes)
        colour = draft.chosen_colour([figure.colour for figure in figures])
        size = draft.size
        if size is not None and len(drafts) > 1:
            notes.append(f"figures of a pair are of one size: {size!r} is left out")
            size = None
        elif size is not None and size not in MOTIONS[motion].sizes:
            notes.append(f"a {size} figure has no room for {motion}: {size!r} is left out")
            size = None
        figures.append(Figure(shape, motion, colour, size))
    return Scene(tuple(figures))


def _motion(draft: Draft, others: list[Draft], shape: str, notes: list[str]) -> str:
    if draft.still is not None:
        place = "" if draft.action is not None else f", the {shape} rotates in its place"
        notes.append(f"a figure always moves: {draft.still!r} is left out{place}")
    if draft.action is not None:
        return draft.action.motion()
    if draft.still is not None and "rotate" not in draft.forbidden:
        return _USUAL_MOTION  # what stays in its place comes nearest to rest
    shared = next((own.action for own in others if own.action is not None), None)
    if shared is not None and shared.key not in draft.forbidden:
        return shared.motion()
    keys = [key for key in ("rotate", "move") if key not in draft.forbidden]
    motion = Action(keys[0] if keys else "bounce", "").motion()
    notes.append(f"no motion is named for the {shape}: it is {motion}")
    return motion
