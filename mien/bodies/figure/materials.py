"""What the surfaces of a figure look like: a table of materials by name, from a scene."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mien.bodies.figure import kernels
from mien.bodies.scene import RGB, Scene

MATERIALS: tuple[str, ...] = (
    "skin", "face", "hair", "top", "top_front", "top_plain", "inner", "bottom", "hat", "hat_band", "palm_leaf", "shoe",
    "sole", "dark", "white", "fur", "fur_dark", "fur_light", "metal", "metal_dark", "lamp", "trim",
)  # fmt: skip
"""Names of all materials."""

GROUPS: tuple[str, ...] = ("trunk", "head", "hair", "left_arm", "right_arm", "left_hand", "right_hand", "left_leg",
                           "right_leg", "skirt")  # fmt: skip
"""What moves together and so does not darken itself."""

SHOES: tuple[RGB, ...] = ((0.16, 0.14, 0.13), (0.88, 0.88, 0.86), (0.38, 0.25, 0.17), (0.42, 0.43, 0.46))

_PATTERNS = {"plain": kernels.PLAIN, "stripes": kernels.STRIPES, "dots": kernels.DOTS, "checks": kernels.CHECKS}
_PALM_LEAF: RGB = (0.90, 0.80, 0.56)
_FURS = {
    "panda": ((0.93, 0.92, 0.90), (0.11, 0.11, 0.12), (0.95, 0.94, 0.92)),
    "bear": ((0.46, 0.30, 0.18), (0.34, 0.21, 0.12), (0.74, 0.58, 0.41)),
}


@dataclass(frozen=True)
class Material:
    """A surface. colour, other: of it and of its pattern. gloss, sharpness: of highlights. wrap: light past the edge.

    glow: its own light. buttoned: has a row of buttons in front. folds: how uneven cloth is.
    """

    colour: RGB
    pattern: int = kernels.PLAIN
    other: RGB = (1.0, 1.0, 1.0)
    gloss: float = 0.0
    sharpness: float = 20.0
    wrap: float = 0.15
    glow: float = 0.0
    buttoned: bool = False
    folds: float = 0.0

    def row(self) -> list[float]:
        """Its row of the table."""
        return [
            *self.colour, self.pattern, *self.other, self.gloss, self.sharpness, self.wrap, self.glow,
            float(self.buttoned), self.folds,
        ]  # fmt: skip


def materials_of(scene: Scene) -> dict[str, Material]:
    """The materials of a scene's figure, all of `MATERIALS`."""
    skin = scene.shade("skin")
    top, bottom, hat = scene.shade("top_colour"), scene.shade("bottom_colour"), scene.shade("hat_colour")
    fur, dark_fur, light_fur = _FURS.get(scene.kind, _FURS["bear"])
    pattern = _PATTERNS[scene.top_pattern]
    other = scene.shade("pattern_colour")
    return {
        "skin": Material(skin, gloss=0.05, sharpness=12.0, wrap=0.35),
        "face": Material(skin, kernels.FACE, gloss=0.05, sharpness=12.0, wrap=0.35),
        "hair": Material(scene.shade("hair_colour"), kernels.STRANDS, gloss=0.16, sharpness=24.0, wrap=0.2),
        "top": Material(top, pattern, other, folds=0.28),
        "top_front": Material(top, pattern, other, buttoned=scene.top == "shirt", folds=0.25),
        "top_plain": Material(top),
        "inner": Material((0.90, 0.90, 0.88) if min(top) < 0.8 else (0.35, 0.37, 0.42)),
        "bottom": Material(bottom, folds=0.3),
        "hat": Material(hat),
        "hat_band": Material(darker(hat, 0.55)),
        "palm_leaf": Material(_PALM_LEAF, kernels.LEAVES, gloss=0.06, sharpness=8.0),
        "shoe": Material(SHOES[scene.variation % len(SHOES)], gloss=0.10, sharpness=18.0),
        "sole": Material((0.84, 0.83, 0.80) if scene.variation % len(SHOES) != 1 else (0.55, 0.55, 0.55)),
        "dark": Material((0.05, 0.05, 0.06), gloss=0.35, sharpness=40.0),
        "white": Material((0.96, 0.96, 0.96)),
        "fur": Material(fur, kernels.FUR, wrap=0.4),
        "fur_dark": Material(dark_fur, kernels.FUR, wrap=0.4),
        "fur_light": Material(light_fur, kernels.FUR, wrap=0.4),
        "metal": Material((0.66, 0.69, 0.74), gloss=0.45, sharpness=18.0),
        "metal_dark": Material((0.26, 0.28, 0.33), gloss=0.35, sharpness=18.0),
        "lamp": Material((0.25, 0.85, 0.98), glow=0.9),
        "trim": Material(darker(top, 0.8)),
    }


def material_table(scene: Scene) -> NDArray[np.float64]:
    """The materials as rows for `shading.shade`, in the order of `MATERIALS`."""
    found = materials_of(scene)
    return np.array([found[name].row() for name in MATERIALS], np.float64)


def darker(colour: RGB, share: float) -> RGB:
    """A colour times a share."""
    red, green, blue = (one * share for one in colour)
    return red, green, blue
