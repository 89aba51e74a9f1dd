"""Prompts of scenes: "a big red star is spinning clockwise", "blue circle moving left and yellow star growing".

Every motion has several verbs, and each verb three forms: "moves up", "moving up", "is moving up". The training set has
all but one: `is` before a verb other than the motion's first is used in the part `wordings` only. So the prompts of
`wordings` consist of training words, in an order that is not in the training set for that motion.
"""

from __future__ import annotations

import numpy as np

from mien.shapes.corpus.scenes import Figure, Scene
from mien.shapes.corpus.vocabulary import DIRECTIONS, MOTIONS

ARTICLES = ("", "a", "the")
CONJUNCTIONS = (" and ", " while ", ", ")

VERBS: dict[str, tuple[tuple[str, str], ...]] = {
    "move": (("moves", "moving"), ("goes", "going"), ("slides", "sliding")),
    "rotate": (("rotates", "rotating"), ("turns", "turning"), ("spins", "spinning")),
    "shrinking": (("shrinks", "shrinking"), ("gets smaller", "getting smaller"),
                  ("becomes smaller", "becoming smaller")),
    "expanding": (("expands", "expanding"), ("grows", "growing"), ("gets bigger", "getting bigger")),
    "bounce": (("bounces", "bouncing"), ("hops", "hopping"), ("jumps", "jumping")),
    "zigzag": (("zigzags", "zigzagging"), ("weaves", "weaving"), ("swerves", "swerving")),
}  # fmt: skip
"""Motion, or kind of motion → its verbs, as (third person, present participle). The first one is the default."""

ADVERBS: dict[str, tuple[str, ...]] = {
    "moving up": ("up", "upwards"),
    "moving down": ("down", "downwards"),
    "moving left": ("left", "to the left"),
    "moving right": ("right", "to the right"),
    **{f"moving {adverb}": (adverb, f"diagonally {adverb}") for adverb in DIRECTIONS if "-" in adverb},
    "rotating clockwise": ("clockwise",),
    "rotating counter-clockwise": ("counter-clockwise", "anticlockwise"),
    "bouncing vertically": ("vertically", "up and down"),
    "bouncing horizontally": ("horizontally", "from side to side"),
    "zigzagging vertically": ("vertically",),
    "zigzagging horizontally": ("horizontally",),
}
"""Motion → the adverbs after the verb, where it has any. The first one is the default."""


def wordings(motion: str, unseen: bool = False) -> tuple[str, ...]:
    """All verb phrases of a motion: those of the training set or, with `unseen`, those that are not in it."""
    verbs = VERBS.get(motion) or VERBS[MOTIONS[motion].kind]
    adverbs = tuple(f" {adverb}" for adverb in ADVERBS.get(motion, ())) or ("",)
    if unseen:
        spoken = [f"is {participle}" for _, participle in verbs[1:]]
    else:
        spoken = [f"is {verbs[0][1]}", *(form for verb in verbs for form in verb)]
    return tuple(verb + adverb for verb in spoken for adverb in adverbs)


def describe(rng: np.random.Generator, scene: Scene, unseen: bool = False) -> str:
    """A sentence for a scene, sampled from its wordings: lower case, without a full stop.

    unseen: sample from the wordings that are not in the training set.
    """
    article = str(rng.choice(ARTICLES))
    conjunction = str(rng.choice(CONJUNCTIONS))
    return conjunction.join(_describe_figure(rng, figure, article, unseen) for figure in scene.figures)


def _describe_figure(rng: np.random.Generator, figure: Figure, article: str, unseen: bool) -> str:
    subject = " ".join(word for word in (article, figure.size, figure.colour, figure.shape) if word)
    return f"{subject} {rng.choice(wordings(figure.motion, unseen))}"
