"""Options of heads that satisfy given facts: what the facts leave open is drawn, naturally or independently."""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from mien.sculpt.corpus.attributes import Indices, attributes
from mien.sculpt.corpus.lexicon.phrases import Facts

HELD_OUT_PAIRS: tuple[tuple[str, str], ...] = (
    ("hair_style", "hair_colour"), ("glasses", "facial_hair"), ("expression", "age"), ("eyes", "skin"),
)  # fmt: skip
"""Pairs of attributes of which some combinations are held out."""

HELD_OUT_FRACTION = 6
"""One in so many combinations is held out."""

_SPECIFIC = 7  # a fact that accepts more options than this, such as "not bald", names none

_ATTEMPTS = 12


def is_named(facts: Facts, name: str) -> bool:
    """Whether facts speak of an attribute: "not bald" alone speaks of no hair style."""
    return name in facts and len(facts[name]) <= _SPECIFIC


def is_held_out(pair: tuple[str, str], first: str, second: str) -> bool:
    """Whether a combination of two options is held out: decided by a checksum of the names, for ever the same."""
    if "none" in (first, second) or first == "bald" or "neutral" in (first, second):
        return False
    return zlib.crc32(f"{pair[0]}={first} {pair[1]}={second}".encode()) % HELD_OUT_FRACTION == 0


def held_out_combinations() -> list[tuple[str, str, str, str]]:
    """All held-out combinations: attribute, option, attribute, option."""
    known = attributes()
    return [
        (one, first, two, second)
        for one, two in HELD_OUT_PAIRS
        for first in known[one].options
        for second in known[two].options
        if is_held_out((one, two), first, second)
    ]


def draw_options(rng: np.random.Generator, facts: Sequence[Facts], natural: bool = True) -> dict[str, Indices]:
    """Options (N,) of N heads that satisfy N sets of facts.

    natural: what is left open goes with the rest, as people expect (a woman has no beard unless words give her one);
    else every open attribute is drawn independently, by its rates.
    """
    count = len(facts)
    stated = {name: np.array([name in one for one in facts]) for name in attributes()}
    options = {name: rng.choice(len(one.options), count, p=one.rates) for name, one in attributes().items()}
    for row, one in enumerate(facts):
        for name, accepted in one.items():
            options[name][row] = _draw(rng, name, accepted)
    if natural:
        _go_together(rng, options, stated, facts)
    return options


def _draw(rng: np.random.Generator, name: str, accepted: frozenset[str]) -> int:
    attribute = attributes()[name]
    if len(accepted) == 1:
        return attribute.index(next(iter(accepted)))
    places = np.array(sorted(attribute.index(option) for option in accepted))
    rates = np.array(attribute.rates)[places].cumsum()
    return int(places[np.searchsorted(rates, rng.random() * rates[-1], side="right")])


def _index(name: str, option: str) -> int:
    return attributes()[name].index(option)


def _among(name: str, *options: str) -> list[int]:
    return [_index(name, option) for option in options]


def _go_together(
    rng: np.random.Generator,
    options: dict[str, Indices],
    stated: Mapping[str, NDArray[np.bool_]],
    facts: Sequence[Facts],
) -> None:
    """Redraw what is open so that it goes with the sex, the age and the skin."""
    count = len(facts)
    chance = rng.random((12, count))
    man, woman = _index("sex", "man"), _index("sex", "woman")

    def put(name: str, where: NDArray[np.bool_], option: int | Indices) -> None:
        options[name] = np.where(where & ~stated[name], option, options[name])

    none = _index("facial_hair", "none")
    has_beard = np.array(["facial_hair" in one and "none" not in one["facial_hair"] for one in facts], bool)
    has_lipstick = np.array(["makeup" in one and "none" not in one["makeup"] for one in facts], bool)
    put("sex", has_beard, man)
    put("sex", has_lipstick & ~has_beard, woman)
    is_woman = options["sex"] == woman
    put("facial_hair", is_woman, none)
    put("facial_hair", chance[10] < 0.4, none)
    put("makeup", ~is_woman | (chance[11] < 0.6), _index("makeup", "none"))
    bare = np.isin(options["hair_style"], _among("hair_style", "bald", "buzz", "receding", "short", "side_part"))
    womens = np.array(_among("hair_style", "bob", "long", "wavy", "bun", "curly", "fringe"))
    put("hair_style", is_woman & bare, womens[rng.integers(len(womens), size=count)])
    mens = np.array(_among("hair_style", "short", "side_part", "receding", "buzz", "bald"))
    put("hair_style", ~is_woman & ~bare & (chance[0] < 0.75), mens[rng.integers(len(mens), size=count)])
    old = options["age"] == _index("age", "old")
    dark = np.isin(options["skin"], _among("skin", "dark", "brown"))
    natural = np.array(_among("hair_colour", "black", "dark_brown", "brown", "auburn", "ginger", "blond"))
    greys = np.array(_among("hair_colour", "grey", "white"))
    hair = np.where(dark, natural[rng.integers(2, size=count)], natural[rng.integers(len(natural), size=count)])
    hair = np.where(old & (chance[1] < 0.8), greys[rng.integers(2, size=count)], hair)
    put("hair_colour", np.ones(count, bool), hair)
    put("eyes", dark & (chance[2] < 0.8), _index("eyes", "brown"))
    put("beard_colour", np.ones(count, bool), options["hair_colour"])
    put("expression", chance[3] < 0.75, _index("expression", "neutral"))
    put("freckles", (chance[4] < 0.8) | dark, _index("freckles", "no"))
    put("blush", chance[5] < 0.7, _index("blush", "no"))
    put("glasses", chance[6] < 0.6, _index("glasses", "none"))
    put("beard_length", chance[7] < 0.85, _index("beard_length", "short"))
    fair = np.isin(options["hair_colour"], _among("hair_colour", "ginger", "blond", "platinum", "auburn"))
    put("skin", fair & stated["hair_colour"] & (chance[9] < 0.9), rng.integers(2, size=count))  # pale or light
    # the colour of hair that was not named follows a named beard
    follows = stated["beard_colour"] & ~stated["hair_colour"] & (chance[8] < 0.95)
    options["hair_colour"] = np.where(follows, options["beard_colour"], options["hair_colour"])


def names_held_out(facts: Facts, options: Mapping[str, int]) -> bool:
    """Whether facts name both attributes of a pair whose combination in `options` is held out."""
    known = attributes()
    for pair in HELD_OUT_PAIRS:
        if all(is_named(facts, name) for name in pair):
            first, second = (known[name].options[options[name]] for name in pair)
            if is_held_out(pair, first, second):
                return True
    return False


def training_options(
    rng: np.random.Generator, facts: Sequence[Facts], natural: bool = True
) -> tuple[dict[str, Indices], Indices]:
    """Options of heads for the captions that a training may see, and the rows (M,) of these captions.

    No head shows a held-out combination that its caption names; a caption that allows nothing else is left out.
    """
    options = draw_options(rng, facts, natural)
    bad = [row for row in range(len(facts)) if names_held_out(facts[row], _row(options, row))]
    for _ in range(_ATTEMPTS):
        if not bad:
            break
        again = draw_options(rng, [facts[row] for row in bad], natural)
        for name, values in again.items():
            options[name][bad] = values
        bad = [row for row in bad if names_held_out(facts[row], _row(options, row))]
    kept = np.setdiff1d(np.arange(len(facts)), bad)
    return {name: values[kept] for name, values in options.items()}, kept


def _row(options: Mapping[str, Indices], row: int) -> dict[str, int]:
    return {name: int(values[row]) for name, values in options.items()}
