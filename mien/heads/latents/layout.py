"""Names of the latents: which values the vector has, and which categories there are."""

from __future__ import annotations

from mien.heads.appearance import CLOTHING, GLASSES, HAIR_STYLES
from mien.heads.embedded.identity import IDENTITY_NAMES
from mien.heads.latents.palettes import SPACES

SHAPE_NAMES: tuple[str, ...] = tuple(name for name in IDENTITY_NAMES if name != "age")
"""Identity parameters with a latent of their own; the age has one latent for shape and skin together."""

AMOUNT_NAMES: tuple[str, ...] = (
    "age",
    "masculinity",
    "brows",
    "freckles",
    "makeup",
    "blush",
    "beard_length",
    "own_beard_colour",
    "frame_weight",
    "strength",
)
"""Further latents; `own_beard_colour`: how far facial hair has its own colour instead of the hair's; `strength`: of
the resting expression."""

COLOUR_AXES = 3

VALUE_NAMES: tuple[str, ...] = (
    *SHAPE_NAMES,
    *AMOUNT_NAMES,
    *(f"{name}_colour_{axis + 1}" for name in SPACES for axis in range(COLOUR_AXES)),
)
"""Names of the vector's values, of about unit variance under the prior."""

VALUE_INDEX: dict[str, int] = {name: number for number, name in enumerate(VALUE_NAMES)}
"""Name → index in the vector."""

FACIAL_HAIR: tuple[str, ...] = ("none", "stubble", "moustache", "goatee", "beard")

EXPRESSIONS: tuple[str, ...] = (
    "neutral", "smiling", "sad", "angry", "disgusted", "afraid", "surprised", "bored",
)  # fmt: skip

CATEGORIES: dict[str, tuple[str, ...]] = {
    "hair_style": HAIR_STYLES,
    "facial_hair": FACIAL_HAIR,
    "glasses": GLASSES,
    "clothing": CLOTHING,
    "expression": EXPRESSIONS,
}
"""The categories with their options."""


def colour_slice(name: str) -> slice:
    """Where the latents of a colour lie in the vector; `name` as in `SPACES`."""
    first = VALUE_INDEX[f"{name}_colour_1"]
    return slice(first, first + COLOUR_AXES)
