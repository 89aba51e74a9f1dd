"""Text of the card of the model of figures that follow."""

from __future__ import annotations

from mien.systems.card import Card

CARD = Card(
    "follow",
    "Words in Vietnamese or English → the looks of a figure and a place, named attributes with exact colours; with the "
    "models in its folders, key points of a pose video → joints in space, and a picture → a look. A rigged figure is "
    "drawn from them.",
    "Videos in which a figure moves as a pose video does: dances, sign language, exercises, teaching. The figure has "
    "nobody's face.",
    "Texts that the project composes, computed motions, and figures that it renders. The model knows the kinds of "
    "figures, clothes, colours and places in them; other words are named as unknown.",
)
