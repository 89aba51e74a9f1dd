"""Texts of the model cards."""

from __future__ import annotations

from mien.systems.card import Card

CARDS = {
    "shapes": Card(
        "shapes",
        "Words → a clip of moving shapes, 64×64 pixels, 10 frames a second. Architecture `{model[architecture]}`; the "
        "training clips have {model[frames]} frames.",
        "Teaching, and trying out what a text-to-video model does where every claim can be checked from pixels.",
        "The project draws them. The model knows the shapes, colours, sizes and motions in them and nothing else.",
        synthetic=False,
    )
}
