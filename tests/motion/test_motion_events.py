"""What happened is told from the parameters alone: hand-made motions whose truth is known by construction."""

from __future__ import annotations

import numpy as np
import pytest
from motion_making import bump, performance

from mien.motion.corpus.actions import Action, Speed, most_times
from mien.motion.corpus.embedded import sample_motion
from mien.motion.corpus.plan import Plan
from mien.motion.measure.events import detect_events
from mien.motion.measure.verdict import match_plan


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


@pytest.mark.parametrize("speed", [None, "fast", "slow"])
@pytest.mark.parametrize("kind", ["nod", "shake", "blink"])
def test_as_many_repetitions_as_a_plan_can_hold_are_counted(kind: str, speed: Speed | None) -> None:
    for count in (4, 5, most_times(kind, speed)):
        plan = Plan(((Action(kind, count=count, speed=speed),),))
        motion, _ = sample_motion(np.random.default_rng(count), plan)
        assert motion.seconds < 10
        assert match_plan(plan, detect_events(motion))["exact"], plan


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


def test_a_slight_shake_behind_a_double_take_is_seen_where_sway_keeps_the_head_aside() -> None:
    quick, times = beats([0.4, 1.0], 1.0, 0.5), np.arange(150) / 25 - 1.9
    shake = np.where((times > 0) & (times < 0.7), 0.14 * np.sin(2 * np.pi * times / 0.7), 0)
    yaw = 0.4 * quick + shake + bump(150, 0.2, 2.2, 0.048)
    assert told(150, yaw=yaw, gaze_yaw=0.3 * quick) == [("double_take", None, 2), ("shake", None, 1)]


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


def both(name: str, curve: np.ndarray) -> dict[str, np.ndarray]:
    return {f"{name}Left": curve, f"{name}Right": curve}


def test_a_yawn_is_one_event_and_its_parts_alone_are_others() -> None:
    curve = bump(150, 1.0, 3.0, 1.0, 0.5)
    parts = {"jawOpen": 0.8 * curve, "pitch": -0.2 * curve, **both("eyeBlink", 0.95 * curve)}
    assert told(150, **parts, **both("mouthStretch", 0.5 * curve)) == [("yawn", None, 1)]
    assert sorted(told(150, **parts)) == [("close_eyes", None, 1), ("lift", None, 1), ("open_mouth", None, 1)]
    assert told(150, **both("mouthStretch", 0.5 * curve)) == []  # drawn lips alone are no yawn


def test_a_gasp_and_a_sigh_are_one_event_each() -> None:
    curve = bump(150, 1.0, 2.2, 1.0, 0.2)
    wide = {"jawOpen": 0.5 * curve, **both("eyeWide", 0.75 * curve), **both("browOuterUp", 0.6 * curve)}
    assert told(150, **wide, browInnerUp=0.7 * curve, pitch=-0.12 * curve) == [("gasp", None, 1)]
    breath = {"jawOpen": 0.16 * curve, "mouthFunnel": 0.6 * curve, **both("eyeBlink", 0.42 * curve)}
    assert told(150, **breath, pitch=0.2 * curve) == [("sigh", None, 1)]
    assert told(150, mouthPucker=0.85 * curve, mouthFunnel=0.25 * curve) == [("purse", None, 1)]


def test_a_yawn_beside_another_action_hides_it_not() -> None:
    curve, smile = bump(250, 1.0, 3.0, 1.0, 0.5), bump(250, 4.0, 6.0, 0.7)
    yawn = {"jawOpen": 0.8 * curve, **both("eyeBlink", 0.95 * curve), **both("mouthStretch", 0.5 * curve)}
    lower = 0.3 * bump(250, 7.0, 9.0, 1.0) - 0.2 * curve
    found = told(250, **yawn, pitch=lower, **both("mouthSmile", smile), yaw=bump(250, 1.2, 2.8, 0.5))
    assert found == [("turn", "left", 1), ("yawn", None, 1), ("smile", None, 1), ("lower", None, 1)]


def test_swings_of_the_gaze_are_a_glance_about_and_two_long_looks_are_not() -> None:
    times = np.arange(150) / 25 - 0.4
    inside = (times > 0) & (times < 2)
    swings = np.where(inside, 0.4 * np.sin(2 * np.pi * times), 0)
    assert told(150, gaze_yaw=swings) == [("glance_about", None, 2)]
    looks = bump(150, 0.4, 1.6, 0.4) - bump(150, 2.0, 3.2, 0.4)
    assert told(150, gaze_yaw=looks) == [("look", "left", 1), ("look", "right", 1)]


def test_a_double_take_is_told_from_a_shake_a_turn_and_looks() -> None:
    quick = beats([0.4, 1.0], 1.0, 0.5)
    assert told(150, yaw=0.4 * quick, gaze_yaw=0.3 * quick) == [("double_take", None, 2)]
    assert told(150, yaw=0.4 * quick) == []
    times = np.arange(150) / 25 - 2.4
    shake = np.where((times > 0) & (times < 1.4), 0.27 * np.sin(2 * np.pi * times / 0.7), 0)
    both_found = told(150, yaw=0.4 * quick + shake, gaze_yaw=0.3 * quick)
    assert both_found == [("double_take", None, 2), ("shake", None, 2)]


def test_a_slow_nod_is_a_nod_and_a_quick_turn_a_turn() -> None:
    times = np.arange(200) / 25 - 0.5
    slow = np.where((times > 0) & (times < 3.3), 0.12 - 0.12 * np.cos(2 * np.pi * times / 1.1), 0)
    (nod,) = detect_events(performance(200, pitch=slow))
    assert (nod.kind, nod.count, nod.speed) == ("nod", 3, "slow")
    (turn,) = detect_events(performance(200, yaw=bump(200, 1.0, 1.75, 0.45)))
    assert (turn.kind, turn.speed) == ("turn", "fast")
    (usual,) = detect_events(performance(200, yaw=bump(200, 1.0, 2.25, 0.45)))
    assert (usual.kind, usual.speed) == ("turn", None)


def test_speeds_are_held_against_the_words() -> None:
    events = detect_events(performance(200, yaw=bump(200, 1.0, 1.75, 0.45)))
    verdicts = [match_plan(Plan(((Action("turn", "left", speed=s),),)), events)["speeds"] for s in ("fast", "slow")]
    assert verdicts == [True, False]
    assert match_plan(Plan(((Action("turn", "left"),),)), events)["speeds"] is None


def test_an_action_that_is_done_again_is_held_against_its_own_place() -> None:
    plan = Plan(((Action("nod", count=1),), (Action("smile"),), (Action("nod", count=2),)))
    curve = bump(200, 2.0, 4.0, 0.7)
    for starts, right in (([0.5, 5.0, 5.5], True), ([0.5, 1.0, 5.0], False)):
        nods = sum((bump(200, s, s + 0.4, 0.22) for s in starts), np.zeros(200))
        events = detect_events(performance(200, pitch=nods, **both("mouthSmile", curve)))
        assert match_plan(plan, events)["exact"] is right


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
