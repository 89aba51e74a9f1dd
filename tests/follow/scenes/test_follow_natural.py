"""What is usual is drawn more often where a text leaves it open; what it says is kept."""

from __future__ import annotations

import torch

from mien.follow.scenes.attributes import ATTRIBUTES
from mien.follow.scenes.natural import USUAL, USUAL_WITH, usual

NAMES = list(ATTRIBUTES)


def factor(name: str, option: str, **before: str) -> float:
    drawn = [
        torch.tensor([list(ATTRIBUTES[one]).index(before[one]) if one in before else 0])
        for one in NAMES[: NAMES.index(name)]
    ]
    return float(usual(NAMES.index(name), drawn)[0, list(ATTRIBUTES[name]).index(option)])


def test_every_named_option_exists_and_follows_what_it_depends_on() -> None:
    for name, options in USUAL.items():
        assert set(options) <= set(ATTRIBUTES[name])
    for (before, option), others in USUAL_WITH.items():
        assert option in ATTRIBUTES[before]
        for name, options in others.items():
            assert NAMES.index(before) < NAMES.index(name)
            assert set(options) <= set(ATTRIBUTES[name])


def test_days_are_usual_and_old_children_are_not() -> None:
    assert factor("time", "day") > factor("time", "sunset") > factor("time", "night")
    assert factor("hair_colour", "grey", kind="child") < factor("hair_colour", "grey", kind="woman") < 1
    assert factor("hair_colour", "blond", skin="dark") < factor("hair_colour", "blond", skin="light") == 1


def test_attributes_without_a_habit_stay_as_they_are() -> None:
    drawn = [torch.zeros(3, dtype=torch.int64)] * NAMES.index("place")
    assert (usual(NAMES.index("place"), drawn) == 1).all()
