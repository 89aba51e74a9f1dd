"""What happened is told from the parameters alone: hand-made motions whose truth is known by construction."""

from __future__ import annotations

import numpy as np
import pytest
from motion_making import bump, performance

from mien.motion.corpus.actions import Action
from mien.motion.corpus.plan import Plan
from mien.motion.measure.events import detect_events, match_plan


def told(*arguments: object, **channels: np.ndarray) -> list[tuple[str, str | None, int]]:
    return [(event.kind, event.side, event.count) for event in detect_events(performance(*arguments, **channels))]


def beats(starts: list[float], height: float, length: float = 0.4) -> np.ndarray:
    return sum((bump(150, s, s + length, height) for s in starts), np.zeros(150))


def test_a_head_at_rest_does_nothing() -> None:
    assert told(100) == []


def test_sway_is_no_action() -> None:
    times = np.arange(150) / 25
    sway = 0.05 * np.sin(2 * np.pi * 0.4 * times)
    assert told(150, yaw=sway, pitch=0.6 * sway, roll=0.5 * sway, gaze_yaw=sway) == []


@pytest.mark.parametrize("count", [1, 2, 3])
def test_nods_are_counted(count: int) -> None:
    assert told(150, pitch=beats([0.4 + 0.5 * i for i in range(count)], 0.22)) == [("nod", None, count)]


def test_beats_are_beats_where_sway_keeps_the_head_low_between_them() -> None:
    nods = beats([0.4, 0.9, 1.4], 0.22, 0.5) + bump(150, 0.3, 2.0, 0.05)
    assert told(150, pitch=nods) == [("nod", None, 3)]


def test_a_beat_that_sway_has_made_smaller_counts_beside_others_and_not_alone() -> None:
    small = beats([0.9], 0.065)
    assert told(150, pitch=beats([0.4], 0.15) + small) == [("nod", None, 2)]
    assert told(150, pitch=small) == []


def test_a_lowered_head_is_no_nod() -> None:
    assert told(100, pitch=bump(100, 0.5, 2.0, 0.3)) == [("lower", None, 1)]
    assert told(100, pitch=bump(100, 0.5, 2.0, -0.28)) == [("lift", None, 1)]


def test_a_turn_has_the_persons_own_side() -> None:
    assert told(100, yaw=bump(100, 0.5, 2.0, 0.45)) == [("turn", "left", 1)]
    assert told(100, yaw=bump(100, 0.5, 2.0, -0.45)) == [("turn", "right", 1)]
    assert told(100, roll=bump(100, 0.5, 2.0, -0.3)) == [("tilt", "right", 1)]


@pytest.mark.parametrize("count", [1, 2, 3])
def test_a_shake_swings_to_both_sides(count: int) -> None:
    times = np.arange(150) / 25 - 0.4
    inside = (times > 0) & (times < 0.6 * count)
    assert told(150, yaw=np.where(inside, 0.27 * np.sin(2 * np.pi * times / 0.6), 0)) == [("shake", None, count)]


def test_eyes() -> None:
    both = beats([0.5, 0.9], 1.0, 0.24)
    assert told(150, eyeBlinkLeft=both, eyeBlinkRight=both) == [("blink", None, 2)]
    shut = bump(150, 0.5, 2.0, 1.0)
    assert told(150, eyeBlinkLeft=shut, eyeBlinkRight=shut) == [("close_eyes", None, 1)]
    assert told(150, eyeBlinkRight=bump(150, 0.5, 0.8, 1.0)) == [("wink", "right", 1)]
    assert told(100, gaze_pitch=bump(100, 0.5, 2.0, -0.3)) == [("look", "up", 1)]


def test_faces() -> None:
    curve = bump(100, 0.5, 2.0, 0.7)
    assert told(100, mouthSmileLeft=curve, mouthSmileRight=curve) == [("smile", None, 1)]
    assert told(100, mouthSmileLeft=curve) == []  # half a smile is none
    assert told(100, tongueOut=curve, jawOpen=0.4 * curve) == [("tongue", None, 1)]
    assert told(100, jawOpen=curve) == [("open_mouth", None, 1)]


def test_strength_is_told_from_the_extent() -> None:
    strengths = [detect_events(performance(100, yaw=bump(100, 0.5, 2, h)))[0].strength for h in (0.26, 0.46, 0.68)]
    assert strengths == ["slight", "usual", "strong"]


NODS_THEN_SMILES = Plan(((Action("nod", count=2),), (Action("smile"),)))


def nods_and_smile(nods: list[float], smile: tuple[float, float]) -> object:
    curve = bump(150, *smile, 0.7)
    return detect_events(performance(150, pitch=beats(nods, 0.22), mouthSmileLeft=curve, mouthSmileRight=curve))


def test_a_verdict_agrees_with_what_was_asked_for() -> None:
    assert match_plan(NODS_THEN_SMILES, nods_and_smile([0.4, 0.9], (2.0, 4.0)))["exact"]


def test_a_wrong_count_order_or_action_is_seen() -> None:
    count = match_plan(NODS_THEN_SMILES, nods_and_smile([0.4, 0.9, 1.4], (2.2, 4.0)))
    assert (count["actions"], count["counts"], count["order"], count["exact"]) == (True, False, True, False)
    order = match_plan(NODS_THEN_SMILES, nods_and_smile([3.4, 3.9], (0.5, 2.5)))
    assert (order["actions"], order["counts"], order["order"], order["exact"]) == (True, True, False, False)
    assert not match_plan(NODS_THEN_SMILES, detect_events(performance(100)))["actions"]
    more = detect_events(performance(150, pitch=beats([0.4, 0.9], 0.22), yaw=bump(150, 2.0, 4.0, 0.5)))
    assert not match_plan(NODS_THEN_SMILES, more)["actions"]


def test_what_is_to_be_at_once_must_overlap() -> None:
    together = Plan(((Action("nod", count=2), Action("smile")),))
    assert match_plan(together, nods_and_smile([1.0, 1.5], (0.8, 2.4)))["exact"]
    assert not match_plan(together, nods_and_smile([0.4, 0.9], (2.0, 4.0)))["exact"]


def test_strengths_are_held_against_the_words() -> None:
    plan = Plan(((Action("turn", "left", strength="slight"),),))
    slight = match_plan(plan, detect_events(performance(100, yaw=bump(100, 0.5, 2, 0.26))))
    usual = match_plan(plan, detect_events(performance(100, yaw=bump(100, 0.5, 2, 0.46))))
    assert slight["strengths"] is True
    assert usual["strengths"] is False
    assert usual["exact"]  # how strongly is told apart from whether
