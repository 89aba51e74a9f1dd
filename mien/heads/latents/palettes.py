"""Palettes: the named colours of skin, eyes, hair, clothes and frames, with how often people have them."""

from __future__ import annotations

from mien.heads.latents.colours import ColourSpace, NamedColour

SKIN = ColourSpace(
    {
        "pale": NamedColour((0.94, 0.81, 0.74), 1.0),
        "light": NamedColour((0.88, 0.69, 0.57), 1.6),
        "tan": NamedColour((0.78, 0.57, 0.43), 1.2),
        "brown": NamedColour((0.60, 0.41, 0.29), 1.2),
        "dark": NamedColour((0.40, 0.255, 0.18), 1.2),
    }
)

EYES = ColourSpace(
    {
        "brown": NamedColour((0.29, 0.16, 0.09), 2.0),
        "hazel": NamedColour((0.46, 0.34, 0.13), 1.0),
        "green": NamedColour((0.30, 0.50, 0.24), 1.0),
        "blue": NamedColour((0.25, 0.47, 0.72), 1.4),
        "grey": NamedColour((0.52, 0.55, 0.57), 1.0),
    }
)

HAIR = ColourSpace(
    {
        "black": NamedColour((0.075, 0.070, 0.075), 1.6),
        "dark_brown": NamedColour((0.19, 0.125, 0.085), 1.2),
        "brown": NamedColour((0.36, 0.225, 0.135), 1.6),
        "auburn": NamedColour((0.44, 0.145, 0.085), 1.0),
        "ginger": NamedColour((0.72, 0.33, 0.11), 1.2),
        "blond": NamedColour((0.80, 0.64, 0.37), 1.6),
        "platinum": NamedColour((0.92, 0.86, 0.70), 0.6),
        "grey": NamedColour((0.56, 0.56, 0.57), 1.2),
        "white": NamedColour((0.90, 0.90, 0.91), 0.9),
        "blue": NamedColour((0.16, 0.32, 0.78), 0.3),
        "green": NamedColour((0.18, 0.58, 0.26), 0.3),
        "pink": NamedColour((0.92, 0.45, 0.66), 0.3),
        "purple": NamedColour((0.46, 0.20, 0.62), 0.3),
        "red": NamedColour((0.78, 0.07, 0.08), 0.3),
    }
)

LIPS = ColourSpace(
    {
        "natural": NamedColour((0.70, 0.41, 0.37), 4.0),
        "red": NamedColour((0.78, 0.08, 0.12), 1.0),
        "pink": NamedColour((0.92, 0.42, 0.60), 0.8),
        "dark": NamedColour((0.30, 0.06, 0.12), 0.6),
    }
)

CLOTH = ColourSpace(
    {
        "black": NamedColour((0.10, 0.10, 0.11)),
        "white": NamedColour((0.90, 0.89, 0.87)),
        "grey": NamedColour((0.50, 0.51, 0.52)),
        "red": NamedColour((0.70, 0.12, 0.13)),
        "blue": NamedColour((0.16, 0.34, 0.70)),
        "navy": NamedColour((0.09, 0.13, 0.30), 0.7),
        "green": NamedColour((0.16, 0.46, 0.26)),
        "yellow": NamedColour((0.90, 0.76, 0.20), 0.8),
        "orange": NamedColour((0.88, 0.45, 0.12), 0.8),
        "purple": NamedColour((0.42, 0.22, 0.56), 0.8),
        "pink": NamedColour((0.92, 0.58, 0.68), 0.8),
        "brown": NamedColour((0.40, 0.26, 0.16), 0.8),
        "beige": NamedColour((0.80, 0.72, 0.58), 0.6),
    }
)

FRAME = ColourSpace(
    {
        "black": NamedColour((0.07, 0.07, 0.07), 2.0),
        "brown": NamedColour((0.34, 0.19, 0.09), 1.2),
        "gold": NamedColour((0.80, 0.62, 0.25), 1.0),
        "silver": NamedColour((0.72, 0.73, 0.75), 1.0),
        "red": NamedColour((0.72, 0.10, 0.12), 0.7),
        "blue": NamedColour((0.12, 0.26, 0.66), 0.7),
        "white": NamedColour((0.94, 0.94, 0.93), 0.5),
    }
)

SPACES: dict[str, ColourSpace] = {
    "skin": SKIN,
    "eyes": EYES,
    "hair": HAIR,
    "beard": HAIR,
    "lips": LIPS,
    "cloth": CLOTH,
    "frame": FRAME,
}
"""The colour space of each coloured thing."""
