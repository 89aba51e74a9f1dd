"""Appearance of a head apart from its shape: colours, hair, make-up, glasses and clothes."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Literal, get_args

Colour = tuple[float, float, float]
"""sRGB, each in [0, 1]."""

HairStyle = Literal[
    "bald", "buzz", "short", "receding", "side_part", "fringe", "bob", "long", "wavy", "bun", "curly", "afro"
]
Clothing = Literal["crew", "v_neck", "collar", "scoop", "turtleneck"]
Glasses = Literal["none", "round", "oval", "rectangular"]

HAIR_STYLES: tuple[str, ...] = get_args(HairStyle)
CLOTHING: tuple[str, ...] = get_args(Clothing)
GLASSES: tuple[str, ...] = get_args(Glasses)


@dataclass(frozen=True)
class Appearance:
    """Colours, hair and accessories of a head. Colours are sRGB in [0, 1]; amounts are in [0, 1].

    brow_weight, brow_width: density and thickness of the brows, 0.5 = average. stubble: shadow of a shaved beard;
    beard, moustache: density. makeup: darker lids and lashes, redder lips. lashes: length. glasses: shape of the
    lenses; frame: colour; frame_weight: thickness of the frame, 0 = wire, 1 = thick plastic. seed: of the random
    details (strands, freckles, weave). goatee: density of a beard on the chin alone. beard_length: how far beard and
    goatee hang below the chin, 0 = trimmed, 1 = 12 cm. beard_colour: of all facial hair, None: the hair's. ageing:
    folds, hollows and age spots deeper than those of `wrinkles`. detail: blotches, moles and pores of the skin, wet
    lips, off-white eyes, natural teeth, 0 = smooth and even. shine: oil on the skin. loose_hair: strands that leave the
    hair's outline. Raises ValueError for a value out of range.
    """

    skin: Colour = (0.87, 0.68, 0.57)
    lips: Colour = (0.74, 0.42, 0.39)
    eyes: Colour = (0.32, 0.45, 0.55)
    hair: Colour = (0.22, 0.15, 0.10)
    brows: Colour = (0.20, 0.14, 0.10)
    cloth: Colour = (0.25, 0.32, 0.42)
    hair_style: HairStyle = "short"
    clothing: Clothing = "crew"
    brow_weight: float = 0.6
    brow_width: float = 0.5
    stubble: float = 0.0
    beard: float = 0.0
    moustache: float = 0.0
    blush: float = 0.4
    freckles: float = 0.0
    wrinkles: float = 0.1
    makeup: float = 0.0
    lashes: float = 0.5
    grey: float = 0.0
    glasses: Glasses = "none"
    frame: Colour = (0.10, 0.09, 0.09)
    frame_weight: float = 0.5
    seed: int = 0
    goatee: float = 0.0
    beard_length: float = 0.0
    beard_colour: Colour | None = None
    ageing: float = 0.0
    detail: float = 0.0
    shine: float = 0.0
    loose_hair: float = 0.0

    def __post_init__(self) -> None:
        if self.hair_style not in HAIR_STYLES:
            raise ValueError(f"unknown hair style {self.hair_style!r}; there are {', '.join(HAIR_STYLES)}")
        if self.clothing not in CLOTHING:
            raise ValueError(f"unknown clothing {self.clothing!r}; there are {', '.join(CLOTHING)}")
        if self.glasses not in GLASSES:
            raise ValueError(f"unknown glasses {self.glasses!r}; there are {', '.join(GLASSES)}")
        for field in fields(self):
            value = getattr(self, field.name)
            numbers = value if isinstance(value, tuple) else (value,) if isinstance(value, float) else ()
            if any(not 0 <= number <= 1 for number in numbers):
                raise ValueError(f"{field.name} must lie in [0, 1], not {value}")
