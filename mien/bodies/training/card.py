"""The text of the model card of the judge of poses."""

from mien.systems.card import Card

CARD = Card(
    "pose",
    "Pictures of a figure → its 17 points of COCO: mmpose's ResNet, FPN and heat maps at {model[width]} pixels.",
    "To judge in an evaluation whether a generated figure has the pose that was asked for; it is part of no loss. It "
    "is a detector of mmpose too, on pictures like the ones that it was trained on; for real people others are better.",
    "Figures that this project renders, of all kinds, clothes, motions and places of the corpus.",
    synthetic=False,
)
