"""Colours of a person in a picture, measured at key points."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import torch
from numpy.typing import NDArray

from mien.bodies.scene import RGB
from mien.follow.look.patches import LIMB_PATCHES, Floats, Frames, body_patches, head_patch, sample_patches

_SIDE = 12
_LEAST = 8
"""Fewer pixels than these tell no colour."""

_NARROW, _SHORT = 0.45, 0.7
"""The part of a limb's patch, across and along, in which nothing but the limb is."""


def measured_colours(
    picture: NDArray[np.uint8], mask: Floats, points: Floats, known: NDArray[np.bool_]
) -> dict[str, RGB]:
    """RGB in [0, 1] of `torso`, `upper_arm`, `forearm`, `thigh`, `shin`, `face`, `hair`: robust medians, where seen.

    picture: (H, W, 3). mask: (H, W), 0 where the picture shows nothing. points: (65, 2), known: (65,).
    """
    values = torch.from_numpy(np.dstack([picture / 255, mask]).astype(np.float32)).permute(2, 0, 1)[None]
    frames = body_patches(points[None], known[None])
    patches = sample_patches(values, _inner(frames), _SIDE)[0].numpy()
    names = ("torso", "below", *_limb_names())
    pixels: dict[str, list[Floats]] = {}
    for name, patch in zip(names, patches, strict=True):
        pixels.setdefault(name, []).append(_seen(patch))
    head = head_patch(points[None], known[None])
    for name, part in (("face", _face(head)), ("hair", _crown(head))):
        pixels[name] = [_seen(sample_patches(values, part, _SIDE)[0, 0].numpy())]
    del pixels["below"]
    joined = {name: np.concatenate(parts) for name, parts in pixels.items()}
    return {name: robust_colour(rows) for name, rows in joined.items() if len(rows) >= _LEAST}


def robust_colour(pixels: Floats) -> RGB:
    """The median of pixels (N, 3), of those half that lie nearest to the median of all."""
    middle = np.median(pixels, axis=0)
    distances = np.linalg.norm(pixels - middle, axis=1)
    kept = pixels[distances <= np.median(distances)]
    red, green, blue = (float(value) for value in np.median(kept, axis=0))
    return red, green, blue


def nearest_name(colour: RGB, palette: Mapping[str, RGB]) -> str:
    """The name whose colour is nearest in CIELAB."""
    names = list(palette)
    table = lab(np.array([palette[name] for name in names]))
    distances = np.linalg.norm(table - lab(np.array([colour])), axis=1)
    return names[int(distances.argmin())]


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


def _limb_names() -> tuple[str, ...]:
    names = {"elbow": "upper_arm", "wrist": "forearm", "knee": "thigh", "ankle": "shin"}
    return tuple(names[end.split("_")[1]] for _, end, _ in LIMB_PATCHES)


def _inner(frames: Frames) -> Frames:
    return Frames(frames.centres, frames.axes * np.array([_SHORT, _NARROW], np.float32)[:, None], frames.known)


def _face(head: Frames) -> Frames:
    """The lower face, between eyes and mouth."""
    down = head.axes[:, :, 0]
    return Frames(head.centres + 0.06 * down, head.axes * 0.14, head.known)


def _crown(head: Frames) -> Frames:
    """A strip above the forehead."""
    down = head.axes[:, :, 0]
    axes = head.axes * np.array([0.06, 0.16], np.float32)[:, None]
    return Frames(head.centres - 0.30 * down, axes, head.known)


def _seen(patch: Floats) -> Floats:
    rows = patch.reshape(4, -1).T
    kept = rows[rows[:, 3] > 0.99, :3]
    return np.asarray(kept, np.float32)
