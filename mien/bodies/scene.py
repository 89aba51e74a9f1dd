"""What a clip of a figure shows: the figure's look and the place. Named options and colours, JSON in and out.

A scene is the code of a whole clip: drawn once, it gives every frame together with the pose of that frame.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any

RGB = tuple[float, float, float]
"""Red, green, blue in [0, 1], sRGB."""

COLOURS: dict[str, RGB] = {
    "red": (0.80, 0.12, 0.13),
    "orange": (0.94, 0.50, 0.10),
    "yellow": (0.95, 0.82, 0.18),
    "green": (0.15, 0.55, 0.22),
    "blue": (0.14, 0.29, 0.72),
    "light_blue": (0.45, 0.72, 0.92),
    "purple": (0.47, 0.21, 0.60),
    "pink": (0.95, 0.58, 0.70),
    "brown": (0.45, 0.28, 0.16),
    "black": (0.08, 0.08, 0.09),
    "white": (0.95, 0.95, 0.94),
    "grey": (0.52, 0.53, 0.55),
}
"""Colours of clothes, by name."""

SKINS: dict[str, RGB] = {
    "light": (0.93, 0.76, 0.67),
    "tan": (0.80, 0.59, 0.45),
    "brown": (0.55, 0.37, 0.26),
    "dark": (0.33, 0.22, 0.16),
}
HAIRS: dict[str, RGB] = {
    "black": (0.07, 0.06, 0.06),
    "brown": (0.29, 0.18, 0.11),
    "blond": (0.84, 0.68, 0.38),
    "red": (0.58, 0.23, 0.10),
    "grey": (0.55, 0.55, 0.56),
    "white": (0.90, 0.89, 0.87),
}

KINDS = ("woman", "man", "child", "robot", "panda", "bear")
PEOPLE = ("woman", "man", "child")
BUILDS = ("slim", "average", "broad")
HAIR_STYLES = ("bald", "short", "bob", "long", "ponytail", "bun", "curly")
TOPS = ("none", "t_shirt", "shirt", "coat", "dress", "ao_dai")
"""A t-shirt has short sleeves, a shirt long ones, a collar and buttons. People always wear one; other kinds may not."""
BOTTOMS = ("none", "trousers", "shorts", "skirt")
"""With a dress: none. With an áo dài: trousers. Otherwise people wear one; other kinds may not."""
PATTERNS = ("plain", "stripes", "dots", "checks")
"""Of the top."""
HATS = ("none", "cap", "hat", "non_la", "beanie")
"""`hat` has a wide brim; `non_la` is the conical hat of Vietnam, of palm leaves in their own colour."""
PLACES = ("sea", "water", "beach", "mountain", "snow", "city", "forest", "stage", "room")
"""`sea`: the open sea, the figure on the waves. `water`: on the calm surface of a lake, with reflections."""
TIMES = ("day", "sunset", "night")

LABELS: dict[str, tuple[str, ...]] = {
    "kind": KINDS,
    "build": BUILDS,
    "skin": tuple(SKINS),
    "hair_style": HAIR_STYLES,
    "hair_colour": tuple(HAIRS),
    "top": TOPS,
    "top_colour": tuple(COLOURS),
    "top_pattern": PATTERNS,
    "pattern_colour": tuple(COLOURS),
    "bottom": BOTTOMS,
    "bottom_colour": tuple(COLOURS),
    "hat": HATS,
    "hat_colour": tuple(COLOURS),
    "place": PLACES,
    "time": TIMES,
}
"""The named attributes of a scene and their options, in the order in which they are drawn."""


@dataclass(frozen=True)
class Scene:
    """One figure in one place, by named options; `shades` are the exact colours behind the names.

    shades: RGB of `skin`, `hair_colour`, `top_colour`, `pattern_colour`, `bottom_colour`, `hat_colour`; an attribute
    that is not there has the palette's own colour. variation: chooses details without a name, such as where trees are.
    Raises ValueError for an option that does not exist.
    """

    kind: str = "woman"
    build: str = "average"
    skin: str = "light"
    hair_style: str = "long"
    hair_colour: str = "black"
    top: str = "t_shirt"
    top_colour: str = "red"
    top_pattern: str = "plain"
    pattern_colour: str = "white"
    bottom: str = "trousers"
    bottom_colour: str = "blue"
    hat: str = "none"
    hat_colour: str = "yellow"
    place: str = "beach"
    time: str = "day"
    variation: int = 0
    shades: Mapping[str, RGB] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name, options in LABELS.items():
            if getattr(self, name) not in options:
                raise ValueError(f"{name} is one of {', '.join(options)}, not {getattr(self, name)!r}")

    def labels(self) -> dict[str, str]:
        """The option of each attribute by name."""
        return {name: getattr(self, name) for name in LABELS}

    def visible(self) -> dict[str, str]:
        """The options of the attributes that can be seen: no hair colour of a bald head, no skin of a panda."""
        hidden = set()
        if self.kind not in PEOPLE:
            hidden |= {"skin", "hair_style", "hair_colour"}
        if self.hair_style == "bald":
            hidden |= {"hair_colour"}
        if self.top == "none":
            hidden |= {"top_colour", "top_pattern"}
        if self.top == "none" or self.top_pattern == "plain":
            hidden |= {"pattern_colour"}
        if self.bottom == "none":
            hidden |= {"bottom_colour"}
        if self.hat in ("none", "non_la"):
            hidden |= {"hat_colour"}
        if self.place == "stage" or self.place == "room":
            hidden |= {"time"}
        return {name: option for name, option in self.labels().items() if name not in hidden}

    def shade(self, name: str) -> RGB:
        """The colour of `skin`, `hair_colour`, `top_colour`, `pattern_colour`, `bottom_colour` or `hat_colour`."""
        palette = {"skin": SKINS, "hair_colour": HAIRS}.get(name, COLOURS)
        return self.shades.get(name, palette[getattr(self, name)])

    def to_json(self) -> dict[str, Any]:
        """JSON-serialisable; see `from_json`."""
        return {**asdict(self), "shades": {name: list(rgb) for name, rgb in self.shades.items()}}

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> Scene:
        """The scene of `to_json`. Raises ValueError for anything else."""
        unknown = set(content) - {one.name for one in fields(cls)}
        if unknown:
            raise ValueError(f"a scene has no {', '.join(sorted(unknown))}")
        shades = {name: _rgb(value) for name, value in dict(content.get("shades", {})).items()}
        return cls(**{**content, "shades": shades})


@dataclass(frozen=True)
class Light:
    """Light on a figure: sun or lamp, and what comes from all sides.

    direction: unit vector towards the light in picture axes (x right, y down, z away from the viewer).
    sun, ambient: RGB, added; a surface that faces the sun gets both. ground: RGB of light from below.
    """

    direction: tuple[float, float, float] = (-0.45, -0.75, -0.48)
    sun: RGB = (0.62, 0.60, 0.55)
    ambient: RGB = (0.46, 0.48, 0.52)
    ground: RGB = (0.10, 0.09, 0.08)


def _rgb(value: Any) -> RGB:
    if not isinstance(value, list | tuple) or len(value) != 3 or not all(0 <= float(one) <= 1 for one in value):
        raise ValueError(f"a colour is three numbers in [0, 1], not {value!r}")
    red, green, blue = (float(one) for one in value)
    return red, green, blue
