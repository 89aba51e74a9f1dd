"""Text of the model card."""

from __future__ import annotations

from mien.systems.card import Card

CARD = Card(
    "figure_look",
    "A picture of a person and the person's key points → the attributes of a scene: clothes, hair, kind, place.",
    "`mien follow --look PICTURE`: a figure that is dressed as in the picture. It recognises no person.",
    "Rendered figures of the project's own corpus with other light, noise and backgrounds; no photograph.",
    synthetic=False,
)
