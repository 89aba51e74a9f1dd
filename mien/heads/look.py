"""Looks of several heads as tensors: what a differentiable renderer needs to know of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from mien.heads.appearance import Appearance, Colour

COLOURS: tuple[str, ...] = ("skin", "lips", "eyes", "hair", "brows", "beard", "cloth", "frame")
"""The colours of a look; `beard` is that of all facial hair."""

AMOUNTS: tuple[str, ...] = (
    "brow_weight",
    "brow_width",
    "stubble",
    "beard",
    "moustache",
    "goatee",
    "beard_length",
    "blush",
    "freckles",
    "wrinkles",
    "ageing",
    "makeup",
    "lashes",
    "grey",
    "frame_weight",
)
"""The amounts of a look, fields of `Appearance`."""


@dataclass(frozen=True, eq=False)
class Look:
    """Shape, expression and appearance of B heads.

    identity: (B, I), of the embedded head. expression: (B, 52) in [0, 1], by ARKit names. colours: (B, 3) sRGB in
    [0, 1] by name, see `COLOURS`. amounts: (B,) in [0, 1] by name, see `AMOUNTS`. hair_style, clothing, glasses: the
    B shapes of what is worn. seed: (B,) of the random details, as `Appearance.seed`.
    """

    identity: Tensor
    expression: Tensor
    colours: dict[str, Tensor]
    amounts: dict[str, Tensor]
    hair_style: tuple[str, ...]
    clothing: tuple[str, ...]
    glasses: tuple[str, ...]
    seed: tuple[int, ...]

    def __len__(self) -> int:
        return len(self.identity)

    def appearance(self, row: int) -> Appearance:
        """The appearance of one head, for the renderer of final pictures."""
        fields: dict[str, Any] = {name: _colour(value[row]) for name, value in self.colours.items()}
        fields["beard_colour"] = fields.pop("beard")
        fields |= {name: float(value[row].detach().clamp(0, 1)) for name, value in self.amounts.items()}
        fields |= {name: getattr(self, name)[row] for name in ("hair_style", "clothing", "glasses", "seed")}
        return Appearance(**fields)

    @classmethod
    def of(cls, identity: Tensor, expression: Tensor, appearances: Sequence[Appearance]) -> Look:
        """The look of B heads with `identity` (B, I), `expression` (B, 52) and an appearance each."""

        def colour(name: str) -> Tensor:
            return torch.tensor([getattr(one, name) for one in appearances])

        beards = torch.tensor([one.beard_colour or one.hair for one in appearances])
        return cls(
            identity=identity,
            expression=expression,
            colours={name: beards if name == "beard" else colour(name) for name in COLOURS},
            amounts={name: torch.tensor([float(getattr(one, name)) for one in appearances]) for name in AMOUNTS},
            hair_style=tuple(one.hair_style for one in appearances),
            clothing=tuple(one.clothing for one in appearances),
            glasses=tuple(one.glasses for one in appearances),
            seed=tuple(one.seed for one in appearances),
        )


def _colour(value: Tensor) -> Colour:
    red, green, blue = value.detach().clamp(0, 1).tolist()
    return red, green, blue
