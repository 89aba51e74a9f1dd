"""A scene as numbers for a network: the options that can be seen, and the exact shades."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from mien.bodies.scene import LABELS, PLACES, TIMES, Scene
from mien.follow.diffusion.maps import CHANNELS

SHADES = ("skin", "hair_colour", "top_colour", "pattern_colour", "bottom_colour", "hat_colour")
"""The attributes that have a shade."""

PLACE_SIDE = 8
"""Side of the learned maps of places."""


@dataclass(frozen=True)
class SceneNumbers:
    """options: int64 (B, A), 0 where an attribute cannot be seen, else 1 + its option. shades: float32 (B, S, 4), RGB
    in [−1, 1] and whether it can be seen; zeros where not. limbs: float32 (B, len(CHANNELS), 3), RGB in [−1, 1] of what
    covers each limb, 0 where no shade is known, as of a panda."""

    options: Tensor
    shades: Tensor
    limbs: Tensor


def scene_numbers(scenes: Sequence[Scene]) -> SceneNumbers:
    """The numbers of scenes."""
    options = torch.zeros(len(scenes), len(LABELS), dtype=torch.long)
    shades = torch.zeros(len(scenes), len(SHADES), 4)
    for row, scene in enumerate(scenes):
        visible = scene.visible()
        for column, (name, names) in enumerate(LABELS.items()):
            if name in visible:
                options[row, column] = 1 + names.index(visible[name])
        for column, name in enumerate(SHADES):
            if name in visible:
                shades[row, column] = torch.tensor([*(2 * value - 1 for value in scene.shade(name)), 1.0])
    return SceneNumbers(options, shades, torch.stack([_limb_colours(scene) for scene in scenes]))


def _limb_colours(scene: Scene) -> Tensor:
    visible, covers = scene.visible(), _covers(scene)
    rows = [covers[channel.removeprefix("left_").removeprefix("right_")] for channel in CHANNELS]
    known = [scene.shade(name) if name in visible else (0.5, 0.5, 0.5) for name in rows]
    return torch.tensor(known) * 2 - 1


def _covers(scene: Scene) -> dict[str, str]:
    """The attribute whose shade covers each part of the body; `none` for the figure's own."""
    top, bottom = ("none" if one == "none" else name for one, name in
                   ((scene.top, "top_colour"), (scene.bottom, "bottom_colour")))  # fmt: skip
    legs = top if scene.top in ("dress", "ao_dai") else bottom
    return {
        "torso": top, "upper_arm": top, "forearm": "skin" if scene.top in ("t_shirt", "dress") else top, "hand": "skin",
        "thigh": legs, "shin": bottom if scene.bottom == "trousers" else "skin", "foot": "none",
        "head": "hair_colour", "face": "skin",
    }  # fmt: skip


class SceneEncoder(nn.Module):
    """Scene numbers → codes (B, width): the sum of an embedding for each option, and of the shades."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.options = nn.ModuleList(nn.Embedding(1 + len(names), width) for names in LABELS.values())
        self.shades = nn.Linear(4 * len(SHADES), width)
        self.mix = nn.Sequential(nn.SiLU(), nn.Linear(width, width))

    def forward(self, scenes: SceneNumbers) -> Tensor:
        """Codes (B, width) of scenes."""
        summed = sum(embedding(scenes.options[:, column]) for column, embedding in enumerate(self.options))
        code: Tensor = self.mix(summed / len(LABELS) ** 0.5 + self.shades(scenes.shades.flatten(1)))
        return code


class PlaceMaps(nn.Module):
    """A learned map (B, channels, height, width) of each place at each time: what is where in the picture."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.channels = channels
        self.maps = nn.Embedding((1 + len(PLACES)) * (1 + len(TIMES)), channels * PLACE_SIDE**2)

    def forward(self, scenes: SceneNumbers, height: int, width: int) -> Tensor:
        """Maps of scenes."""
        names = list(LABELS)
        place, time = (scenes.options[:, names.index(name)] for name in ("place", "time"))
        coarse = self.maps(place * (1 + len(TIMES)) + time).view(-1, self.channels, PLACE_SIDE, PLACE_SIDE)
        return functional.interpolate(coarse, (height, width), mode="bilinear", align_corners=False)
