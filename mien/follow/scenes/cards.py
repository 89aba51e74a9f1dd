"""Text of the model card."""

from __future__ import annotations

from mien.systems.card import Card

CARD = Card(
    "follow",
    "Words, Vietnamese or English → a distribution over scenes: the figure, its clothes and their colours, the place, "
    "and the action that the words name.",
    "To dress and place figures as words say, with `mien follow`; the models in its folders lift key points into "
    "space, read a picture's look, and are the diffusion baseline.",
    "Captions are composed by the project, from a lexicon of its own; no picture and no person is behind them. The "
    "model knows the words of these captions and nothing else; names are read as a person, and as nobody's likeness.",
    synthetic=True,
)
