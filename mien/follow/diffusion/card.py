"""Text of the model card."""

from __future__ import annotations

from mien.systems.card import Card

CARD = Card(
    "figure_diffusion",
    "Skeletons and the attributes of a scene → frames of a figure, {model[side]} pixels on the shorter side, by "
    "diffusion of {model[window]} frames at a time. Larger frames are interpolated.",
    "The baseline of `mien follow`: it shows what noise in every frame costs. For videos, take the rigged figure.",
    "Rendered figures of the project's own corpus; no photograph and no person is behind them.",
    synthetic=True,
)
