"""Numbers of people are no numbers of movements, and other things of the body leave the head as it is."""

from __future__ import annotations

import pytest

from mien.motion.language.reading import read


@pytest.mark.parametrize(
    ("text", "count", "told"),
    [
        ("two people nod", None, "one head is shown, whatever the number: 'two people' is left out"),
        ("three women nod twice", 2, "one head is shown, whatever the number: 'three women' is left out"),
        ("3 girls nod", None, "one head is shown, whatever the number: '3 girls' is left out"),
        ("she nods two times", 2, None),
        ("the man nods twice", 2, None),
        ("one person nods", None, None),
    ],
)
def test_numbers_of_people_are_told_and_not_done(text: str, count: int | None, told: str | None) -> None:
    found = read(text)
    assert found.plan is not None
    assert [action.count for action in found.plan.actions] == [count]
    assert found.notes == (() if told is None else (told,))


def test_a_movement_of_the_body_takes_no_part_of_the_movement_before() -> None:
    found = read("puffs his cheeks and flies")
    assert found.plan is not None
    assert [action.kind for action in found.plan.actions] == ["puff", "lift"]
    assert found.notes == ("'flies' is shown as lift, the nearest that this head does",)
