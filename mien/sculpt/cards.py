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
    "head_clip": Card(
        "head_clip",
        "CLIP of heads: sentences and pictures of a head (whole and face, {model[size]} pixels) in one space, with "
        "classifiers of every attribute.",
        "To choose among heads for a sentence. It knows the heads that this project draws and the words for them, and "
        "no photographs.",
        "Rendered people whose attributes are drawn independently, with sentences composed from a lexicon.",
        synthetic=False,
    ),
    "head_clip_judge": Card(
        "head_clip_judge",
        "CLIP of heads that judges: another architecture than the guide's, trained on other people in other framing "
        "and light.",
        "To evaluate heads for a sentence. It is never part of a search or a loss.",
        "Rendered people whose attributes are drawn independently, with sentences composed from a lexicon.",
        synthetic=False,
    ),
}
