"""Colours of clothes, hair and hat, measured in the pixels at the key points; no network."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from mien.bodies.keypoints import INDEX
from mien.bodies.scene import COLOURS, HAIRS, RGB
from mien.follow.judge.lab import lab
from mien.follow.judge.points import head_frame, torso_points

Video = NDArray[np.uint8]
Joints = NDArray[np.float32]

_RADIUS = 0.06
"""Of the discs in which colours are read, in torsos."""

_LIGHTNESS = 0.6
"""Weight of lightness against that of hue and chroma: light and shade change it most."""

_HIDES_LEGS = ("coat", "dress", "ao_dai")


def colour_points(joints: Joints, shown: Mapping[str, str]) -> dict[str, Joints]:
    """Colour attribute → points (T, P, 2) at which it shows, for a figure with the options `shown` (`Scene.visible`).

    joints (T, 65, 2 or 3). Attributes that do not show, or not in one place, are left out: the bottom under a coat or
    dress, the hair under a hat, the top's colour where it has a pattern.
    """
    at = np.asarray(joints[..., :2], np.float32)
    ears, up, _ = head_frame(at)
    found = {}
    if "top_colour" in shown and shown.get("top_pattern") == "plain":
        found["top_colour"] = torso_points(at, (0.3, 0.5, 0.7), (-0.3, 0.3))
    if "bottom_colour" in shown and shown.get("top") not in _HIDES_LEGS:
        downs = (0.3, 0.45) if shown["bottom"] != "shorts" else (0.2, 0.3)
        found["bottom_colour"] = np.stack(
            [
                at[:, INDEX[f"{side}_hip"]] * (1 - down) + at[:, INDEX[f"{side}_knee"]] * down
                for side in ("left", "right")
                for down in downs
            ],
            axis=1,
        )
    if "hair_colour" in shown and shown.get("hat") == "none":
        found["hair_colour"] = np.stack([ears + height * up for height in (0.4, 0.5)], axis=1)
    if "hat_colour" in shown:
        found["hat_colour"] = np.stack([ears + height * up for height in (0.6, 0.75)], axis=1)
    return found


def colours_at(video: Video, points: Joints, radius: float) -> NDArray[np.float64]:
    """Median colour (3,) in [0, 1] of a video (T, H, W, 3) in discs of `radius` pixels around points (T, P, 2).

    NaN where no point lies in the picture.
    """
    reach = int(np.ceil(radius))
    offsets = np.array(
        [(x, y) for x in range(-reach, reach + 1) for y in range(-reach, reach + 1) if x * x + y * y <= radius**2]
    )
    places = np.floor(points).astype(int)[:, :, None] + offsets
    height, width = video.shape[1:3]
    inside = ((places >= 0) & (places < (width, height))).all(axis=-1)
    frames = np.broadcast_to(np.arange(len(video))[:, None, None], inside.shape)[inside]
    x, y = places[inside].T
    if not len(x):
        return np.full(3, np.nan)
    return np.asarray(np.median(video[frames, y, x] / 255, axis=0))


def nearest_colour(colour: NDArray[np.float64], palette: Mapping[str, RGB]) -> str:
    """The named colour that is nearest to sRGB (3,) in [0, 1], in CIELAB with less weight of lightness."""
    names = list(palette)
    weights = np.array([_LIGHTNESS, 1, 1])
    distances = np.linalg.norm((lab([palette[name] for name in names]) - lab(colour)) * weights, axis=-1)
    return names[int(distances.argmin())]


def measured_colours(video: Video, joints: Joints, shown: Mapping[str, str]) -> dict[str, str]:
    """Colour attribute → the named colour that the pixels have there; see `colour_points`.

    video (T, H, W, 3) uint8 with key points (T, 65, 2 or 3).
    """
    at = np.asarray(joints[..., :2], np.float32)
    torso = np.median(np.linalg.norm(at[:, INDEX["left_shoulder"]] - at[:, INDEX["right_hip"]], axis=-1))
    found = {}
    for name, points in colour_points(at, shown).items():
        colour = colours_at(video, points, max(0.6, _RADIUS * float(torso)))
        if np.isfinite(colour).all():
            found[name] = nearest_colour(colour, HAIRS if name == "hair_colour" else COLOURS)
    return found
