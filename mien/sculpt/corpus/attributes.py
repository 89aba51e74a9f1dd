"""Attributes of heads: what words can ask for, how latents are drawn for an option, and which options latents show.

An attribute has a few options. Every option has a region of latents, and between two regions of an ordered attribute
lies a gap, so that a head that was drawn for an option shows it clearly.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from mien.heads.latents.decode import MEAN_YEARS, YEARS, decode, years
from mien.heads.latents.latents import Latents
from mien.heads.latents.layout import CATEGORIES, VALUE_INDEX, VALUE_NAMES, colour_slice
from mien.heads.latents.palettes import SPACES

Indices = NDArray[np.int64]

LEVELS: tuple[str, ...] = ("low", "average", "high")

SHAPES: tuple[str, ...] = (
    "nose_width", "nose_length", "nose_projection", "nose_tip", "lip_fullness", "mouth_width", "eye_size",
    "eye_spacing", "eye_tilt", "eye_depth", "face_width", "face_length", "jaw_width", "chin_length", "chin_width",
    "chin_projection", "forehead_height", "cheekbones", "cheek_fullness", "ear_size", "neck_width", "shoulder_width",
)  # fmt: skip
"""Identity parameters that words can ask for."""

LEVEL_EDGE = 0.8
"""A shape is low or high beyond this many standard deviations; see `_LEVEL_RANGES` for what is drawn."""

_LEVEL_RANGES = {"low": (-2.1, -1.1), "average": (-0.6, 0.6), "high": (1.1, 2.1)}

_YEARS = {"young": (19.0, 31.0), "middle": (38.0, 52.0), "old": (62.0, 82.0)}
_YEAR_EDGES = (34.5, 57.0)

_SWITCH_EDGE = 1.0  # of the amounts that are there or not, see `mien.heads.latents.decode`
_SWITCH = {False: (-0.6, 0.2), True: (1.6, 2.2)}


@dataclass(frozen=True)
class Attribute:
    """An attribute: its `options`, and their `rates` among people, which sum to 1."""

    name: str
    options: tuple[str, ...]
    rates: tuple[float, ...]

    def index(self, option: str) -> int:
        """Number of an option."""
        return self.options.index(option)


def _attribute(name: str, **weights: float) -> Attribute:
    total = sum(weights.values())
    return Attribute(name, tuple(weights), tuple(weight / total for weight in weights.values()))


def _colour(name: str, space: str) -> Attribute:
    own = SPACES[space]
    return Attribute(name, own.names, tuple(own.weights.tolist()))


@cache
def attributes() -> dict[str, Attribute]:
    """Every attribute by name."""
    found = [
        _attribute("sex", man=1, woman=1),
        _attribute("age", young=1, middle=1, old=0.8),
        _colour("skin", "skin"),
        _attribute("hair_style", **dict.fromkeys(CATEGORIES["hair_style"], 1.0)),
        _colour("hair_colour", "hair"),
        _colour("eyes", "eyes"),
        _attribute("facial_hair", none=2, stubble=1, moustache=1, goatee=1, beard=1.4),
        _attribute("beard_length", short=1, long=0.5),
        _colour("beard_colour", "beard"),
        _attribute("glasses", none=2.4, round=1, oval=0.7, rectangular=1),
        _colour("frame", "frame"),
        _attribute("frame_weight", thin=1, medium=1, thick=1),
        _attribute("freckles", no=2.5, yes=1),
        _attribute("blush", no=2.5, yes=1),
        _attribute("makeup", none=3, natural=1, red=1, pink=0.8, dark=0.6),
        _attribute("brows", low=1, average=2, high=1),
        _attribute("expression", **{name: 2.0 if name == "neutral" else 1.0 for name in CATEGORIES["expression"]}),
        _attribute("clothing", **dict.fromkeys(CATEGORIES["clothing"], 1.0)),
        _colour("cloth", "cloth"),
        *(_attribute(name, low=1, average=2, high=1) for name in SHAPES),
    ]
    return {one.name: one for one in found}


Options = Mapping[str, Indices]
"""The options of N heads: attribute → index (N,)."""


def _between(rng: np.random.Generator, chosen: Indices, ranges: list[tuple[float, float]]) -> NDArray[np.float64]:
    low, high = np.array(ranges)[chosen].T
    return np.asarray(rng.uniform(low, high))


def _colour_values(rng: np.random.Generator, space: str, chosen: Indices) -> NDArray[np.float64]:
    own = SPACES[space]
    shift = own.jitter(torch.from_numpy(rng.normal(size=(len(chosen), 3)).clip(-1.2, 1.2)))
    return np.asarray((own.encode(own.colours)[torch.from_numpy(chosen)] + shift).numpy())


def draw_latents(rng: np.random.Generator, options: Options) -> Latents:
    """Latents of N heads with the given option of every attribute; what no attribute says is drawn from the prior."""
    count = len(options["sex"])
    values = rng.normal(0, 0.75, (count, len(VALUE_NAMES))).clip(-1.5, 1.5)

    def put(name: str, content: NDArray[np.float64]) -> None:
        values[:, VALUE_INDEX[name]] = content

    levels = [_LEVEL_RANGES[name] for name in LEVELS]
    for name in SHAPES:
        put(name, _between(rng, options[name], levels))
    put("brows", _between(rng, options["brows"], levels))
    put("frame_weight", _between(rng, options["frame_weight"], levels))
    put("masculinity", _between(rng, options["sex"], [(0.7, 1.4), (-1.4, -0.7)]))
    put("age", (_between(rng, options["age"], list(_YEARS.values())) - MEAN_YEARS) / YEARS)
    switches = [_SWITCH[False], _SWITCH[True]]
    for name in ("freckles", "blush", "beard_length"):
        put(name, _between(rng, options[name], switches))
    painted = options["makeup"] > 0
    put("makeup", _between(rng, painted.astype(np.int64), switches))
    same = options["beard_colour"] == options["hair_colour"]
    put("own_beard_colour", _between(rng, (~same).astype(np.int64), switches))
    lips = np.maximum(options["makeup"] - 1, 0)
    named = {"skin": "skin", "eyes": "eyes", "hair": "hair_colour", "beard": "beard_colour", "cloth": "cloth"}
    chosen = {"frame": options["frame"], "lips": lips, **{space: options[name] for space, name in named.items()}}
    for space, picked in chosen.items():
        values[:, colour_slice(space)] = _colour_values(rng, space, picked)
    categories = {name: torch.from_numpy(np.ascontiguousarray(options[name])) for name in CATEGORIES}
    return Latents(torch.from_numpy(values).float(), categories)


def _levels(values: Tensor, edge: float = LEVEL_EDGE) -> Indices:
    return np.asarray(((values > edge).long() - (values < -edge).long() + 1).numpy())


def _switched(values: Tensor) -> Indices:
    return np.asarray((values > _SWITCH_EDGE).long().numpy())


def _named(space: str, colours: Tensor) -> Indices:
    names = SPACES[space].names
    return np.array([names.index(name) for name in SPACES[space].nearest(colours)], np.int64)


def read_options(latents: Latents) -> dict[str, Indices]:
    """The options (N,) that N heads show, from their latents: the truth of an attribute.

    A colour is the palette's nearest in OKLab; the colour of a beard is that which is seen.
    """
    latents = Latents(latents.values.detach().cpu(), {k: v.cpu() for k, v in latents.categories.items()})
    look = decode(latents)
    found: dict[str, Indices] = {name: chosen.numpy() for name, chosen in latents.categories.items()}
    for name in (*SHAPES, "brows", "frame_weight"):
        found[name] = _levels(latents.value(name))
    found["sex"] = np.asarray((latents.value("masculinity") < 0).long().numpy())
    age = years(latents)
    found["age"] = np.asarray(((age > _YEAR_EDGES[0]).long() + (age > _YEAR_EDGES[1]).long()).numpy())
    for name in ("freckles", "blush", "beard_length"):
        found[name] = _switched(latents.value(name))
    lips = _named("lips", SPACES["lips"].decode(latents.values[:, colour_slice("lips")]))
    found["makeup"] = np.where(_switched(latents.value("makeup")) == 1, lips + 1, 0)
    for name, colour in (("skin", "skin"), ("eyes", "eyes"), ("hair_colour", "hair"), ("beard_colour", "beard"),
                         ("cloth", "cloth"), ("frame", "frame")):  # fmt: skip
        found[name] = _named(colour, look.colours[colour])
    return found
