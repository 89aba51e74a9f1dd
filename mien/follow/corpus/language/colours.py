"""Exact colours: the tone of a colour ("dark", "light", "bright"), drawn round the palette and read back from it."""

from __future__ import annotations

import colorsys
import random

from mien.bodies.scene import COLOURS, HAIRS, RGB, SKINS

TONES = ("plain", "dark", "light", "bright")

TONED = ("hair_colour", "top_colour", "bottom_colour", "hat_colour")
"""The colours of a scene of which a text can give the tone."""

_TONES_OF: dict[str, dict[str, tuple[str, ...]]] = {
    "clothes": {
        "red": ("dark", "bright"), "orange": ("bright",), "yellow": ("light", "bright"),
        "green": ("dark", "light", "bright"), "blue": ("dark", "bright"), "purple": ("dark", "light"),
        "pink": ("light", "bright"), "brown": ("dark", "light"), "grey": ("dark", "light"),
    },
    "hair": {"brown": ("dark", "light"), "blond": ("dark", "light")},
}  # fmt: skip
_JITTER = 0.025


def tones_of(attribute: str, colour: str) -> tuple[str, ...]:
    """The tones that a colour of this attribute can have, "plain" first; no "light red", which is pink."""
    group = "hair" if attribute == "hair_colour" else "clothes"
    found = _TONES_OF[group].get(colour, ()) if attribute in TONED else ()
    return ("plain", *found)


def palette(attribute: str) -> dict[str, RGB]:
    """The named colours of an attribute."""
    return {"skin": SKINS, "hair_colour": HAIRS}.get(attribute, COLOURS)


def toned(attribute: str, colour: str, tone: str) -> RGB:
    """The middle of a colour in a tone. Raises ValueError for a tone that the colour has not."""
    if tone not in tones_of(attribute, colour):
        raise ValueError(f"{colour} of {attribute} has no tone {tone!r}")
    red, green, blue = palette(attribute)[colour]
    if tone == "dark":
        return (red * 0.58, green * 0.58, blue * 0.58)
    if tone == "light":
        return (red + (1 - red) * 0.42, green + (1 - green) * 0.42, blue + (1 - blue) * 0.42)
    if tone == "bright":
        hue, saturation, value = colorsys.rgb_to_hsv(red, green, blue)
        return colorsys.hsv_to_rgb(hue, min(1.0, saturation * 1.2 + 0.08), min(1.0, value * 1.22 + 0.04))
    return red, green, blue


def draw_shade(rng: random.Random, attribute: str, colour: str, tone: str = "plain") -> RGB:
    """An exact colour near the middle of a colour in a tone: lighter or darker, and a little off in each channel."""
    red, green, blue = toned(attribute, colour, tone)
    gain = 1 + rng.gauss(0, _JITTER)
    return (_near(rng, red * gain), _near(rng, green * gain), _near(rng, blue * gain))


def tone_of(attribute: str, colour: str, shade: RGB) -> str:
    """The tone of an exact colour: that with the nearest middle."""
    tones = tones_of(attribute, colour)
    if len(tones) == 1:
        return tones[0]
    return min(tones, key=lambda tone: _distance(toned(attribute, colour, tone), shade))


def _distance(one: RGB, other: RGB) -> float:
    return sum((a - b) ** 2 for a, b in zip(one, other, strict=True))


def _near(rng: random.Random, value: float) -> float:
    return min(1.0, max(0.0, value + rng.gauss(0, _JITTER / 2)))
