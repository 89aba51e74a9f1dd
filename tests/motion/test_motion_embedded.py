"""The embedded corpus of motions: it does what its words say, and its held-out compositions are held out."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from mien.motion.corpus.actions import KINDS, STRENGTH_EDGES, STRENGTH_RANGE, Action, draw_curve, draw_timing
from mien.motion.corpus.embedded import LONGEST_SECONDS, embedded_motions
from mien.motion.corpus.language import describe
from mien.motion.corpus.plan import Plan, draw_action, held_out_pairs
from mien.motion.measure.events import detect_events
from mien.motion.measure.verdict import match_plan
from mien.text.tokens import vocabulary_of


@pytest.fixture(scope="module")
def clips() -> list:  # type: ignore[type-arg]
    return list(embedded_motions(300, 40, 60, 5))


def test_the_measure_finds_what_was_played(clips: list) -> None:  # type: ignore[type-arg]
    verdicts = [match_plan(clip.plan, detect_events(clip.performance)) for clip in clips]
    assert np.mean([verdict["exact"] for verdict in verdicts]) > 0.99
    graded = [verdict["strengths"] for verdict in verdicts if verdict["strengths"] is not None]
    assert len(graded) > 50
    assert np.mean(graded) > 0.97


def test_another_motions_words_do_not_match(clips: list) -> None:  # type: ignore[type-arg]
    others = clips[1:] + clips[:1]
    wrong = [match_plan(other.plan, detect_events(c.performance)) for c, other in zip(clips, others, strict=True)]
    assert np.mean([verdict["exact"] for verdict in wrong]) < 0.03


def test_held_out_compositions_stand_in_no_training_motion(clips: list) -> None:  # type: ignore[type-arg]
    held_out = held_out_pairs(5)
    assert 25 < len(held_out) < 50
    for clip in clips:
        assert bool(clip.plan.pairs & held_out) == (clip.part == "held_out")
    assert Counter(clip.part for clip in clips) == {"train": 300, "val": 40, "held_out": 60}
    # every kind is learned, only not beside every other
    assert {kind for clip in clips[:300] for kind in clip.plan.kinds} == set(KINDS)


def test_a_sequence_depends_on_its_seed_and_number_alone(clips: list) -> None:  # type: ignore[type-arg]
    again = next(iter(embedded_motions(1, 0, 0, 5)))
    assert again.texts == clips[0].texts
    assert np.array_equal(again.performance.neck, clips[0].performance.neck)
    other = next(iter(embedded_motions(1, 0, 0, 6)))
    assert other.texts != clips[0].texts


def test_lengths_steps_and_words_vary(clips: list) -> None:  # type: ignore[type-arg]
    seconds = [clip.performance.seconds for clip in clips]
    assert max(seconds) <= LONGEST_SECONDS
    assert min(seconds) < 2 < 5 < max(seconds)
    assert {len(clip.plan.steps) for clip in clips} == {1, 2, 3, 4}
    assert any(len(step) == 2 for clip in clips for step in clip.plan.steps)
    assert all(len(set(clip.texts)) > 1 for clip in clips[:20])
    words = set(vocabulary_of(text for clip in clips for text in clip.texts))
    assert {"then", "while", "after", "twice", "left", "right", "slightly"} <= words


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_found_alone(kind: str) -> None:
    from mien.motion.corpus.embedded import sample_performance

    random = np.random.default_rng(3)
    for _ in range(12):
        plan = Plan(((draw_action(random, kind),),))
        assert match_plan(plan, detect_events(sample_performance(random, plan)))["exact"], plan


def test_words_say_sides_and_counts() -> None:
    random = np.random.default_rng(0)
    nod = Plan(((Action("nod", count=2),), (Action("look", "left"),)))
    for _ in range(30):
        words = describe(random, nod)
        assert "twice" in words or "two times" in words
        assert "left" in words
        assert "right" not in words
        early, late = words.find("nod"), max(words.find("look"), words.find("glanc"))
        turned_round = " after " in words and "after that" not in words  # "looks left after nodding"
        assert (early < late) != turned_round, words


def test_a_curve_starts_and_ends_at_rest() -> None:
    random = np.random.default_rng(1)
    for kind in KINDS:
        action = draw_action(random, kind)
        timing = draw_timing(random, action)
        curve = draw_curve(action, timing, np.linspace(-0.5, timing.seconds + 0.5, 400))
        assert np.abs(curve[[0, -1]]).max() == 0
        assert np.abs(curve).max() == pytest.approx(timing.extent, rel=0.02)


def test_the_ranges_of_strength_do_not_touch_the_edges() -> None:
    slight, usual, strong = (STRENGTH_RANGE[name] for name in ("slight", "usual", "strong"))
    assert slight[1] < STRENGTH_EDGES[0] < usual[0] < usual[1] < STRENGTH_EDGES[1] < strong[0]


def test_what_cannot_be_is_refused() -> None:
    with pytest.raises(ValueError, match="unknown kind"):
        Action("dance")
    with pytest.raises(ValueError, match="left or right"):
        Action("turn")
    for kind, count, speed in (("nod", 13, None), ("nod", 8, "slow"), ("blink", 0, None), ("smile", 2, None)):
        with pytest.raises(ValueError, match=f"{kind} cannot be done {count} times"):
            Action(kind, count=count, speed=speed)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="no strength"):
        Action("blink", strength="strong")
    with pytest.raises(ValueError, match="at once"):
        Plan(((Action("nod"), Action("lower")),))
    with pytest.raises(ValueError, match="at least one step"):
        Plan(())


def test_plans_survive_json() -> None:
    random = np.random.default_rng(2)
    for clip in embedded_motions(20, 0, 0, int(random.integers(100))):
        assert clip.plan is not None
        assert Plan.from_json(clip.plan.to_json()) == clip.plan
    with pytest.raises(ValueError, match="no plan"):
        Plan.from_json([[{"verb": "nod"}]])
