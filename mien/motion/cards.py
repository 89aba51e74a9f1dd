"""Texts of the model cards."""

from __future__ import annotations

from mien.systems.card import Card

CARDS = {
    "head_motion": Card(
        "head_motion",
        "Words → the motion of a head: rotation, translation, gaze and ARKit's 52 expressions, 25 frames a second, up "
        "to 10 s at once. Architecture `{model[architecture]}`.",
        "Avatars, animation, prototypes, teaching and research.",
        "It knows the actions and wordings in them and few others.",
    )
}
