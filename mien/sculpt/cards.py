"""Texts of the model cards."""

from __future__ import annotations

from mien.systems.card import Card

CARDS = {
    "head_prior": Card(
        "head_prior",
        "Words → a distribution over the latents of a head: for each of its attributes, probabilities of the options.",
        "Sculpting a synthetic head from words, with `mien sculpt`.",
        "Captions are composed by the project, from a lexicon of its own; no picture and no person is behind them. The "
        "model knows the words of these captions and nothing else.",
        synthetic=True,
    ),
}
