"""The lexicon: every topic, with how often captions speak of it."""

from __future__ import annotations

from functools import cache

from mien.sculpt.corpus.lexicon.expression import EXPRESSION
from mien.sculpt.corpus.lexicon.face import (
    BROWS,
    CHEEKS,
    CHIN,
    EARS,
    EYES,
    FACE,
    FOREHEAD,
    JAW,
    LIPS,
    MOUTH,
    NECK,
    NOSE,
    SHOULDERS,
)  # fmt: skip
from mien.sculpt.corpus.lexicon.hair import FACIAL_HAIR, HAIR
from mien.sculpt.corpus.lexicon.people import AGE, AGE_IN_YEARS, BLUSH, FRECKLES, SEX, SKIN
from mien.sculpt.corpus.lexicon.phrases import Topic
from mien.sculpt.corpus.lexicon.worn import CLOTHES, GLASSES, MAKEUP

WEIGHTS: tuple[tuple[Topic, float], ...] = (
    (AGE, 1.4), (AGE_IN_YEARS, 0.5), (SKIN, 1.2), (FRECKLES, 0.5), (BLUSH, 0.4), (HAIR, 3.6), (FACIAL_HAIR, 2.2),
    (EYES, 1.7), (BROWS, 0.7), (NOSE, 1.2), (LIPS, 0.6), (MOUTH, 0.5), (FACE, 1.2), (CHEEKS, 0.8), (JAW, 0.6),
    (CHIN, 0.9), (FOREHEAD, 0.5), (EARS, 0.5), (NECK, 0.5), (SHOULDERS, 0.5), (GLASSES, 2.2), (CLOTHES, 1.6),
    (MAKEUP, 1.0), (EXPRESSION, 2.4),
)  # fmt: skip
"""Every topic but the sex, which belongs to the subject, with its weight."""

SUBJECT = SEX


@cache
def topics() -> tuple[Topic, ...]:
    """Every topic."""
    return (SUBJECT, *(topic for topic, _ in WEIGHTS))
