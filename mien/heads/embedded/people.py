"""Made-up people: plausible women and men of different ages, tones, hair and face shapes, by number."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import torch
from torch import Tensor

from mien.heads.appearance import Appearance, Clothing, Colour, HairStyle
from mien.heads.embedded.identity import IDENTITY_NAMES

Sex = Literal["female", "male"]


@dataclass(frozen=True)
class _Complexion:
    """Skin and lips that go together, with the hair and eye colours found with them."""

    skin: Colour
    lips: Colour
    hair: tuple[str, ...]
    eyes: tuple[str, ...]
    shape: dict[str, float]


HAIR_COLOURS: dict[str, Colour] = {
    "black": (0.085, 0.075, 0.075),
    "dark_brown": (0.19, 0.125, 0.085),
    "brown": (0.34, 0.215, 0.13),
    "auburn": (0.42, 0.18, 0.09),
    "red": (0.62, 0.28, 0.12),
    "dark_blond": (0.55, 0.41, 0.24),
    "blond": (0.76, 0.61, 0.37),
}

EYE_COLOURS: dict[str, Colour] = {
    "brown": (0.30, 0.17, 0.09),
    "dark_brown": (0.19, 0.11, 0.07),
    "hazel": (0.42, 0.33, 0.15),
    "green": (0.34, 0.44, 0.27),
    "blue": (0.33, 0.48, 0.62),
    "grey": (0.45, 0.50, 0.53),
}

_COMPLEXIONS: tuple[_Complexion, ...] = (
    _Complexion(
        (0.90, 0.74, 0.65),
        (0.76, 0.46, 0.43),
        ("blond", "red", "dark_blond", "brown"),
        ("blue", "green", "grey"),
        {"nose_bridge": 0.5},
    ),
    _Complexion(
        (0.48, 0.31, 0.22),
        (0.47, 0.25, 0.22),
        ("black",),
        ("dark_brown",),
        {"nose_width": 1.3, "lip_fullness": 1.5, "nose_bridge": -0.6},
    ),
    _Complexion(
        (0.86, 0.67, 0.54), (0.74, 0.42, 0.38), ("dark_brown", "brown", "auburn"), ("brown", "hazel", "green"), {}
    ),
    _Complexion(
        (0.86, 0.68, 0.53),
        (0.73, 0.42, 0.38),
        ("black", "dark_brown"),
        ("dark_brown",),
        {
            "nose_bridge": -1.2,
            "eye_tilt": 0.6,
            "cheekbones": 0.7,
            "face_width": 0.6,
            "nose_width": 0.5,
            "eye_depth": -0.8,
            "brow_thickness": -0.8,
        },
    ),
    _Complexion(
        (0.66, 0.46, 0.33),
        (0.58, 0.33, 0.28),
        ("black", "dark_brown"),
        ("dark_brown", "brown"),
        {"nose_length": 0.4, "lip_fullness": 0.4},
    ),
    _Complexion(
        (0.36, 0.225, 0.16),
        (0.37, 0.19, 0.17),
        ("black",),
        ("dark_brown",),
        {"nose_width": 1.5, "lip_fullness": 1.8, "nose_bridge": -0.8},
    ),
    _Complexion(
        (0.78, 0.58, 0.44),
        (0.68, 0.38, 0.33),
        ("black", "dark_brown", "brown"),
        ("brown", "hazel"),
        {"nose_projection": 0.5, "nose_length": 0.4},
    ),
)

_FEMALE_HAIR: tuple[HairStyle, ...] = ("long", "bob", "bun", "wavy", "curly", "fringe", "long", "side_part")
_MALE_HAIR: tuple[HairStyle, ...] = ("short", "receding", "side_part", "buzz", "fringe", "bald", "short", "curly")
_COILED: dict[HairStyle, HairStyle] = {
    "long": "curly",
    "wavy": "afro",
    "fringe": "afro",
    "bob": "curly",
    "short": "buzz",
    "side_part": "buzz",
}

FEMALE_SHAPE: dict[str, float] = {
    "jaw_width": -0.8,
    "jaw_height": -0.5,
    "chin_width": -0.6,
    "chin_length": -0.4,
    "brow_thickness": -1.0,
    "lip_fullness": 0.7,
    "eye_size": 0.7,
    "nose_width": -0.5,
    "nose_length": -0.4,
    "nose_tip": 0.4,
    "neck_width": -1.3,
    "shoulder_width": -1.6,
    "brow_height": 0.5,
    "face_width": -0.3,
    "face_length": -0.3,
    "cheekbones": 0.3,
}
MALE_SHAPE: dict[str, float] = {
    "jaw_width": 0.8,
    "jaw_height": 0.6,
    "chin_width": 0.6,
    "chin_length": 0.3,
    "brow_thickness": 0.8,
    "lip_fullness": -0.4,
    "eye_size": -0.4,
    "nose_width": 0.3,
    "nose_length": 0.3,
    "neck_width": 0.7,
    "shoulder_width": 0.4,
    "brow_height": -0.5,
}
"""Typical differences of women and of men from the average head, in standard deviations."""

_CLOTHES: tuple[Colour, ...] = (
    (0.22, 0.29, 0.42),
    (0.55, 0.20, 0.20),
    (0.82, 0.80, 0.76),
    (0.16, 0.16, 0.18),
    (0.25, 0.40, 0.31),
    (0.62, 0.48, 0.30),
    (0.42, 0.32, 0.50),
    (0.70, 0.52, 0.52),
    (0.36, 0.52, 0.60),
)


def _identity(rng: np.random.Generator, sex: Sex, complexion: _Complexion, age: float) -> Tensor:
    values = rng.normal(0, 0.72, len(IDENTITY_NAMES)).clip(-1.5, 1.5)
    for shape in (FEMALE_SHAPE if sex == "female" else MALE_SHAPE, complexion.shape):
        for name, value in shape.items():
            values[IDENTITY_NAMES.index(name)] += value
    values = values.clip(-2.3, 2.3)
    values[IDENTITY_NAMES.index("age")] = (age - 35) / 14
    return torch.from_numpy(values.astype(np.float32))


def sample_actor(index: int, rng: np.random.Generator | None = None) -> tuple[Tensor, Appearance, Sex]:
    """The person with this number: identity (I,), appearance, sex.

    Sexes alternate, and tones, hair and ages go round, so that few people are already varied; `rng` draws the rest
    (None: a generator of the index alone). Same index and same state of the generator, same person.
    """
    rng = np.random.default_rng([index, 20201]) if rng is None else rng
    sex: Sex = "female" if index % 2 == 0 else "male"
    turn = index // 2
    complexion = _COMPLEXIONS[(index * 4 + turn) % len(_COMPLEXIONS)]
    age = float(np.array([24, 38, 29, 61, 33, 50, 22, 43])[(turn * 3 + (sex == "male")) % 8] + rng.uniform(-2, 4))
    style = (_FEMALE_HAIR if sex == "female" else _MALE_HAIR)[turn % 8]
    if complexion.hair == ("black",) and complexion.skin[0] < 0.5:
        style = _COILED.get(style, style)
    hair = HAIR_COLOURS[complexion.hair[int(rng.integers(len(complexion.hair)))]]
    grey = float(np.clip((age - 44) / 22, 0, 1)) * float(rng.uniform(0.5, 1.0))
    darker = tuple(float(c) * 0.62 + 0.02 for c in hair)
    man = sex == "male"
    bearded = man and turn % 3 == 1
    necklines: tuple[Clothing, ...] = (
        ("crew", "collar", "v_neck", "crew") if man else ("scoop", "crew", "v_neck", "turtleneck")
    )
    appearance = Appearance(
        skin=_vary(rng, complexion.skin),
        lips=complexion.lips,
        eyes=EYE_COLOURS[complexion.eyes[int(rng.integers(len(complexion.eyes)))]],
        hair=hair,
        brows=(darker[0], darker[1], darker[2]),
        cloth=_CLOTHES[int(rng.integers(len(_CLOTHES)))],
        hair_style=style,
        clothing=necklines[int(rng.integers(len(necklines)))],
        brow_weight=float(rng.uniform(0.55, 0.95)) if man else float(rng.uniform(0.35, 0.65)),
        brow_width=float(rng.uniform(0.5, 0.9)) if man else float(rng.uniform(0.15, 0.45)),
        stubble=float(rng.uniform(0.25, 0.7)) if man else 0.0,
        beard=float(rng.uniform(0.75, 1.0)) if bearded else 0.0,
        moustache=float(rng.uniform(0.8, 1.0)) if bearded else 0.0,
        blush=float(rng.uniform(0.2, 0.5)) if man else float(rng.uniform(0.4, 0.8)),
        freckles=float(rng.uniform(0.4, 0.9)) if complexion.skin[0] > 0.88 and rng.uniform() < 0.5 else 0.0,
        wrinkles=float(np.clip((age - 28) / 38, 0.0, 1.0)),
        makeup=0.0 if man else float(rng.uniform(0.15, 0.8)),
        lashes=0.3 if man else 0.8,
        grey=grey,
        seed=index,
    )
    return _identity(rng, sex, complexion, age), appearance, sex


def _vary(rng: np.random.Generator, colour: Colour) -> Colour:
    factor = rng.uniform(0.95, 1.05) * (1 + rng.normal(0, 0.012, 3))
    r, g, b = np.clip(np.array(colour) * factor, 0, 0.96)
    return float(r), float(g), float(b)
