"""Texts of the model cards."""

from __future__ import annotations

from mien.systems.card import Card

_TRAINING_DATA = (
    "Crops of {size} pixels. The model knows the kinds of faces, voices and languages in those clips and no others."
)

CARDS = {
    card.kind: card
    for card in (
        Card(
            "emotion_discriminator",
            "An emotion discriminator: frames of an aligned face → one of six emotions, or generated.",
            "It steers the training of a talking face. It is not made to judge what people feel, and must not be used "
            "so.",
            "Crops of {size} pixels.",
            synthetic=False,
        ),
        Card(
            "generator",
            "A talking-face generator before its adversarial training: one aligned face, speech, an emotion and its "
            "intensity → frames of the face saying it.",
            "It is the starting point of the `talking_face` stage.",
            _TRAINING_DATA,
        ),
        Card(
            "talking_face",
            "A talking-face generator: one aligned face, speech, an emotion and its intensity → frames of the face "
            "saying it.",
            "Avatars, prototypes, teaching and research, with the consent of whoever is shown.",
            _TRAINING_DATA,
        ),
    )
}
