"""From latents to a `Look`: shape, resting expression, colours and amounts, differentiable in every value."""

from __future__ import annotations

from functools import cache

import torch
from torch import Tensor

from mien.heads.embedded.emotions import emotion_expression
from mien.heads.embedded.identity import IDENTITY_NAMES
from mien.heads.embedded.people import FEMALE_SHAPE, MALE_SHAPE
from mien.heads.latents.latents import Latents
from mien.heads.latents.layout import EXPRESSIONS, FACIAL_HAIR, SHAPE_NAMES, colour_slice
from mien.heads.latents.palettes import SPACES
from mien.heads.look import Look
from mien.heads.performance import expression_vector

SHAPE_SCALE = 0.95
"""Identity parameter of one standard deviation of its latent."""

MEAN_YEARS, YEARS = 42.0, 16.0
"""Mean and standard deviation of the age in years."""

_FACIAL_HAIR: dict[str, tuple[float, float, float, float]] = {
    "none": (0.0, 0.0, 0.0, 0.0),
    "stubble": (0.75, 0.0, 0.0, 0.0),
    "moustache": (0.12, 0.0, 0.95, 0.0),
    "goatee": (0.12, 0.0, 0.85, 0.95),
    "beard": (0.3, 0.97, 0.95, 0.0),
}
"""Stubble, beard, moustache and goatee of each kind of facial hair."""

_FACES: dict[str, dict[str, float]] = {
    "surprised": {
        "browInnerUp": 0.9, "browOuterUpLeft": 0.9, "browOuterUpRight": 0.9, "eyeWideLeft": 0.9, "eyeWideRight": 0.9,
        "jawOpen": 0.45, "mouthFunnel": 0.25,
    },
    "bored": {
        "eyeBlinkLeft": 0.48, "eyeBlinkRight": 0.48, "mouthFrownLeft": 0.3, "mouthFrownRight": 0.3,
        "mouthShrugLower": 0.3, "browOuterUpLeft": 0.15, "browOuterUpRight": 0.15, "mouthLeft": 0.25,
    },
}  # fmt: skip
"""Resting expressions that are none of the six emotions."""

_EMOTIONS = {"smiling": "HAP", "sad": "SAD", "angry": "ANG", "disgusted": "DIS", "afraid": "FEA", "neutral": "NEU"}


@cache
def _expression_table() -> Tensor:
    rows = []
    for name in EXPRESSIONS:
        weights = expression_vector(_FACES[name]) if name in _FACES else emotion_expression(_EMOTIONS[name])
        rows.append(torch.from_numpy(weights))
    return torch.stack(rows)


@cache
def _sex_shape() -> Tensor:
    """Identity (I,) by which a typical man differs from the mean of the sexes."""
    half = [(MALE_SHAPE.get(name, 0.0) - FEMALE_SHAPE.get(name, 0.0)) / 2 for name in IDENTITY_NAMES]
    return torch.tensor(half)


def years(latents: Latents) -> Tensor:
    """Age (B,) in years, from 18 to 90."""
    return (MEAN_YEARS + YEARS * latents.value("age")).clamp(18.0, 90.0)


def _identity(latents: Latents) -> Tensor:
    columns = [
        (years(latents) - 35) / 14 if name == "age" else SHAPE_SCALE * latents.value(name) for name in IDENTITY_NAMES
    ]
    shape = torch.stack(columns, dim=1) + latents.value("masculinity").clamp(-1.6, 1.6)[:, None] * _sex_shape()
    return torch.cat([shape[:, : len(SHAPE_NAMES)].clamp(-2.8, 2.8), shape[:, len(SHAPE_NAMES) :]], dim=1)


def _colours(latents: Latents) -> dict[str, Tensor]:
    colours = {name: space.decode(latents.values[:, colour_slice(name)]) for name, space in SPACES.items()}
    own = torch.sigmoid(6 * (latents.value("own_beard_colour") - 1))[:, None]
    colours["beard"] = torch.lerp(colours["hair"], colours["beard"], own)
    # without lipstick the lips have the skin's own tone
    natural = (colours["skin"] * colours["skin"].new_tensor([0.84, 0.62, 0.64])).clamp(0, 1)
    painted = torch.sigmoid(6 * (latents.value("makeup") - 0.8))[:, None]
    colours["lips"] = torch.lerp(natural, colours["lips"], painted)
    colours["brows"] = (0.62 * colours["hair"] + 0.02).clamp(0, 1)
    return colours


def _amounts(latents: Latents, kinds: Tensor) -> dict[str, Tensor]:
    table = torch.tensor([_FACIAL_HAIR[name] for name in FACIAL_HAIR]).to(kinds)
    stubble, beard, moustache, goatee = (kinds @ table).unbind(dim=1)
    age, brows, makeup = years(latents), latents.value("brows"), latents.value("makeup")
    man = torch.sigmoid(3 * latents.value("masculinity"))
    painted = torch.sigmoid(4 * (makeup - 0.8))
    return {
        "brow_weight": (0.42 + 0.22 * man + 0.2 * brows).clamp(0, 1),
        "brow_width": (0.3 + 0.25 * man + 0.22 * brows).clamp(0, 1),
        "stubble": stubble,
        "beard": beard,
        "moustache": moustache,
        "goatee": goatee,
        "beard_length": torch.sigmoid(5 * (latents.value("beard_length") - 1)) * (beard + goatee).clamp(0, 1),
        "blush": torch.sigmoid(1.2 * latents.value("blush") - 0.2),
        "freckles": torch.sigmoid(5 * (latents.value("freckles") - 1)),
        "wrinkles": ((age - 28) / 38).clamp(0, 1),
        "ageing": ((age - 52) / 24).clamp(0, 1),
        "makeup": 0.85 * painted,
        "lashes": (0.75 - 0.4 * man + 0.2 * painted).clamp(0, 1),
        "grey": torch.zeros_like(age),
        "frame_weight": torch.sigmoid(1.6 * latents.value("frame_weight")),
    }


def decode(latents: Latents, soft: dict[str, Tensor] | None = None, seed: int = 0) -> Look:
    """The look of B heads; differentiable in `latents.values`.

    soft: probabilities (B, K) of the options of `facial_hair` and `expression`, in place of the chosen ones, so that
    gradients reach these too. seed: of the random details (strands, freckles, weave).
    """
    given = soft or {}

    def weights(name: str, count: int) -> Tensor:
        if name in given:
            return given[name]
        return torch.nn.functional.one_hot(latents.categories[name], count).to(latents.values.dtype)

    strength = (0.85 + 0.15 * latents.value("strength")).clamp(0.3, 1.0)
    table = _expression_table().to(latents.values)
    expression = weights("expression", len(EXPRESSIONS)) @ table * strength[:, None]
    return Look(
        identity=_identity(latents),
        expression=expression.clamp(0, 1),
        colours=_colours(latents),
        amounts=_amounts(latents, weights("facial_hair", len(FACIAL_HAIR))),
        hair_style=tuple(latents.option("hair_style")),
        clothing=tuple(latents.option("clothing")),
        glasses=tuple(latents.option("glasses")),
        seed=(seed,) * len(latents),
    )
