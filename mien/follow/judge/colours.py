"""Colours of clothes, hair and hat, measured in the pixels at the key points; no network."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from mien.bodies.keypoints import INDEX
from mien.bodies.scene import COLOURS, HAIRS, RGB, Light
from mien.follow.judge.lab import lab
from mien.follow.judge.points import head_frame, torso_points

Video = NDArray[np.uint8]
Joints = NDArray[np.float32]

_RADIUS = 0.06
"""Of the discs in which colours are read, in torsos."""

_SUN = 0.3
"""Part of the sun's light that a surface has on average; the median over a figure that turns."""

_SHADES = np.array([0.6, 0.7, 0.8, 0.9, 1.0, 1.1, 1.2, 1.3])
"""Brightness of a surface against the average one."""

_UNLIKELY = 10.0
"""CIELAB distance that a brightness of e against the average one counts for."""

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
        # a coat is open in front
        found["top_colour"] = _arms(at) if shown["top"] == "coat" else torso_points(at, (0.3, 0.5, 0.7), (-0.3, 0.3))
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
        found["hair_colour"] = np.stack([ears + height * up for height in (0.55, 0.65)], axis=1)
    if "hat_colour" in shown:
        found["hat_colour"] = np.stack([ears + height * up for height in (0.6, 0.75)], axis=1)
    return found


def _arms(at: Joints) -> Joints:
    """Points (T, 4, 2) on the upper arms."""
    arms = [(at[:, INDEX[f"{side}_shoulder"]], at[:, INDEX[f"{side}_elbow"]]) for side in ("left", "right")]
    return np.stack([a * (1 - along) + b * along for a, b in arms for along in (0.4, 0.7)], axis=1)


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


def white_of(light: Light) -> NDArray[np.float64]:
    """The colour (3,) of a white surface of a figure in this light, on average."""
    return np.array(light.ambient, np.float64) + _SUN * np.array(light.sun, np.float64)


def nearest_colour(colour: NDArray[np.float64], palette: Mapping[str, RGB], white: NDArray[np.float64]) -> str:
    """The named colour that is nearest to sRGB (3,) in [0, 1] under a light, in CIELAB.

    A surface may be darker or brighter than the average one, `white` (3,) for white; the less likely the more so.
    """
    names = list(palette)
    lit = np.array([palette[name] for name in names])[:, None] * white * _SHADES[:, None]
    distances = np.linalg.norm(lab(np.clip(lit, 0, 1)) - lab(colour), axis=-1)
    return names[int((distances + _UNLIKELY * np.abs(np.log(_SHADES))).min(axis=1).argmin())]


def measured_colours(video: Video, joints: Joints, shown: Mapping[str, str], light: Light) -> dict[str, str]:
    """Colour attribute → the named colour that the pixels have there; see `colour_points`.

    video (T, H, W, 3) uint8 with key points (T, 65, 2 or 3). light: that of the place that was asked for.
    """
    at = np.asarray(joints[..., :2], np.float32)
    torso = np.median(np.linalg.norm(at[:, INDEX["left_shoulder"]] - at[:, INDEX["right_hip"]], axis=-1))
    found = {}
    for name, points in colour_points(at, shown).items():
        colour = colours_at(video, points, max(0.6, _RADIUS * float(torso)))
        if np.isfinite(colour).all():
            palette = HAIRS if name == "hair_colour" else COLOURS
            found[name] = nearest_colour(colour, palette, white_of(light))
    return found
