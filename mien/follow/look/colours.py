"""Colours of a person in a picture, measured at key points, and their names."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from mien.bodies.scene import RGB, Scene
from mien.follow.look.inputs import LookInputs
from mien.follow.look.patches import PATCHES

SPOTS = ("torso", "forearm", "thigh", "shin", "face", "hair", "hat")
"""Where colours are measured."""

_LIMBS = {"forearm": "elbow_wrist", "thigh": "hip_knee", "shin": "knee_ankle"}
_TORSO, _LIMB = (slice(3, 13), slice(5, 11)), (slice(3, 13), slice(6, 10))
_HEAD = {
    "face": (slice(15, 20), slice(14, 18)),
    "hair": (slice(12, 14), slice(13, 19)),
    "hat": (slice(9, 12), slice(13, 19)),
}
"""Rows and columns in the patches in which nothing else is."""

_LEAST = 4
"""Fewer pixels than these tell no colour."""


def measured_colours(inputs: LookInputs) -> tuple[Tensor, Tensor]:
    """RGB (B, S, 3) in [0, 1] at the `SPOTS`, and where they could be measured, bool (B, S)."""
    pixels = []
    for name in SPOTS:
        if name in _HEAD:
            pixels.append(_rows(inputs.head[:, None], *_HEAD[name]))
        else:
            numbers = [n for n, patch in enumerate(PATCHES) if patch == "torso" == name or _is_limb(patch, name)]
            pixels.append(_rows(inputs.body[:, numbers], *(_TORSO if name == "torso" else _LIMB)))
    found = [robust_colour(one) for one in pixels]
    return torch.stack([colour for colour, _ in found], dim=1), torch.stack([seen for _, seen in found], dim=1)


def robust_colour(pixels: Tensor) -> tuple[Tensor, Tensor]:
    """The mean (B, 3) of that half of the pixels (B, N, 4) that is nearest to their median, and whether there are any.

    The fourth channel is 1 for pixels that count.
    """
    counts = pixels[..., 3:] > 0.99
    values = torch.where(counts, pixels[..., :3], torch.nan)
    middle = values.nanmedian(dim=1, keepdim=True).values
    distance = (values - middle).norm(dim=2, keepdim=True)
    near = distance <= distance.nanmedian(dim=1, keepdim=True).values
    mean = torch.where(near, values, torch.nan).nanmean(dim=1)
    return mean.nan_to_num(0.0), counts.sum(dim=(1, 2)) >= _LEAST


def spot_of(shade: str, scene: Scene, front: bool) -> str | None:
    """The spot that shows the shade of an attribute of a scene; None where none surely does.

    front: the person is seen from the front.
    """
    visible = scene.visible()
    if shade not in visible:
        return None
    bare = scene.top in ("t_shirt", "dress", "none")
    spots = {
        "skin": "face" if front else ("forearm" if bare else None),
        "hair_colour": "hair" if scene.hat == "none" else None,
        "top_colour": "torso",
        "bottom_colour": "shin" if scene.bottom == "trousers" else ("thigh" if scene.top != "coat" else None),
        "hat_colour": "hat",
    }
    return spots.get(shade)


def nearest_name(colour: RGB, palette: Mapping[str, RGB]) -> str:
    """The name whose colour is nearest in CIELAB."""
    return max(name_scores(colour, palette).items(), key=lambda item: item[1])[0]


def name_scores(colour: RGB, palette: Mapping[str, RGB]) -> dict[str, float]:
    """Log-likelihood of each name of a palette, up to a constant: measured colours err by about 15 CIELAB units."""
    names = list(palette)
    table = lab(np.array([palette[name] for name in names]))
    squares = ((table - lab(np.array([colour]))) ** 2).sum(axis=1)
    return dict(zip(names, (-squares / (2 * 15.0**2)).tolist(), strict=True))


def lab(colours: NDArray[np.float64]) -> NDArray[np.float64]:
    """CIELAB (N, 3) of sRGB (N, 3) in [0, 1] under D65."""
    linear = np.where(colours <= 0.04045, colours / 12.92, ((colours + 0.055) / 1.055) ** 2.4)
    xyz = linear @ _TO_XYZ.T / _WHITE
    root = np.where(xyz > 216 / 24389, np.cbrt(xyz), (24389 / 27 * xyz + 16) / 116)
    x, y, z = root[:, 0], root[:, 1], root[:, 2]
    return np.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], axis=1)


_TO_XYZ = np.array(
    [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]]
)
_WHITE = np.array([0.95047, 1.0, 1.08883])


def _is_limb(patch: str, name: str) -> bool:
    return name in _LIMBS and patch.endswith(_LIMBS[name])


def _rows(patches: Tensor, rows: slice, columns: slice) -> Tensor:
    """Pixels (B, N, 4), RGB in [0, 1] and the mask, of a part of patches (B, P, 4, h, w)."""
    part = patches[:, :, :, rows, columns].movedim(2, -1).flatten(1, 3)
    return torch.cat([(part[..., :3] + 1) / 2, part[..., 3:]], dim=-1)
