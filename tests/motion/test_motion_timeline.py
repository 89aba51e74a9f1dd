"""Timelines: what a network sees of a plan, and the times that the timer samples."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from mien.motion.corpus.actions import Action, usual_timing
from mien.motion.corpus.embedded import embedded_motions
from mien.motion.corpus.plan import Plan
from mien.motion.corpus.timeline import AGAIN_SECONDS, CHANNELS, ROWS, Timeline, timeline_channels
from mien.motion.generate.parts import PART_SECONDS, Part, cut_plan, whole_frames
from mien.motion.networks.duration_model import Alignment
from mien.motion.networks.timer import Timer
from mien.motion.networks.transformer import MotionTransformer

NODS = Plan(((Action("nod", count=3),),))
TURN, SMILE, SLOW = Action("turn", "left"), Action("smile", strength="strong"), Action("turn", "left", speed="slow")


@pytest.fixture(scope="module")
def timer() -> Timer:
    fitted = Timer()
    fitted.fit([(Timeline(clip.plan, clip.spans), clip.performance.seconds) for clip in embedded_motions(400, 0, 0, 3)])  # type: ignore[arg-type]
    return fitted


def test_the_spans_of_computed_motions_are_where_they_move() -> None:
    for clip in embedded_motions(60, 0, 0, 1):
        assert clip.plan is not None
        assert len(clip.spans) == len(clip.plan.actions)
        assert all(0 < start < start + seconds < clip.performance.seconds for start, seconds in clip.spans)
        for action, (start, seconds) in zip(clip.plan.actions, clip.spans, strict=True):
            if action.kind == "smile":
                moving = clip.performance.expression[:, 43:45].max(1) > 0.05
                inside = np.abs(np.arange(len(moving)) / 25 - start - seconds / 2) < seconds / 2 + 0.1
                assert not moving[~inside].any() or "wink" in clip.plan.kinds


def test_each_beat_is_seen() -> None:
    channels = timeline_channels(Timeline(NODS, ((1.0, 1.8),)).placed, 100, 25)
    assert channels.shape == (100, CHANNELS)
    row = ROWS.index(("nod", None))
    activity, progress = channels[:, row], channels[:, len(ROWS) + row]
    assert not channels[:25].any()
    assert not channels[71:].any()
    peaks = np.flatnonzero((activity[1:-1] > activity[:-2]) & (activity[1:-1] >= activity[2:])) + 1
    np.testing.assert_allclose(peaks / 25, [1.3, 1.9, 2.5], atol=0.05)
    assert activity.max() == pytest.approx(0.77, abs=0.01)
    np.testing.assert_allclose(progress[25:70], np.arange(45) / 45, atol=1e-6)
    assert not np.delete(channels, [row, len(ROWS) + row], 1).any()


def test_strengths_and_sides_differ() -> None:
    def seen(action: Action) -> np.ndarray:
        return timeline_channels([(action, (0.0, 1.0))], 25, 25)

    assert (
        seen(SMILE).max() > seen(Action("smile")).max() > seen(Action("smile", strength="slight"))[:, : len(ROWS)].max()
    )
    assert not np.array_equal(seen(TURN), seen(Action("turn", "right")))
    with pytest.raises(ValueError, match="1 actions do not have 2 spans"):
        Timeline(NODS, ((0.0, 1.0), (1.0, 1.0)))


def test_the_timer_knows_counts_and_speeds(timer: Timer) -> None:
    def seconds(*steps: tuple[Action, ...]) -> float:
        return timer.usual_seconds(Plan(steps)) - float(timer.pause) * (len(steps) + 1)

    assert seconds((Action("nod", count=3),)) == pytest.approx(3 * seconds((Action("nod", count=1),)), rel=0.05)
    assert seconds((SLOW,)) == pytest.approx(1.6 * seconds((TURN,)), rel=0.05)
    assert seconds((TURN,), (SMILE,)) == pytest.approx(seconds((TURN,)) + seconds((SMILE,)), rel=0.02)
    assert seconds((TURN, SMILE)) == pytest.approx(max(seconds((TURN,)), seconds((SMILE,))), rel=0.02)
    assert 0.15 < float(timer.pause) < 0.25


def test_sampled_times_vary_keep_the_order_and_fill_the_length(timer: Timer) -> None:
    plan = Plan(((TURN,), (SMILE, Action("nod", count=2)), (Action("turn", "right"),)))
    starts = set()
    for seed in range(20):
        for length in (None, 2.0, 5.0, 9.0):
            timeline, seconds = timer.sample(plan, np.random.default_rng(seed), length)
            assert length in (None, seconds)
            (one, smile, nod, last) = timeline.spans
            assert one[0] > 0
            assert one[0] + one[1] < min(smile[0], nod[0])
            assert max(smile[0] + smile[1], nod[0] + nod[1]) < last[0]
            assert last[0] + last[1] < seconds
            assert smile[0] + smile[1] / 2 == pytest.approx(nod[0] + nod[1] / 2)
            starts.add(one[0])
    assert len(starts) == 80
    quick = timer.sample(plan, np.random.default_rng(0), 2.0)[0].spans[0][1]
    assert quick < 0.6 * timer.sample(plan, np.random.default_rng(0), 5.0)[0].spans[0][1]


def test_an_action_that_is_done_again_waits(timer: Timer) -> None:
    timeline, _ = timer.sample(Plan(((Action("nod", count=1),), (Action("nod", count=2),))), np.random.default_rng(0))
    first, again = timeline.spans
    assert again[0] - first[0] - first[1] > 0.8 * AGAIN_SECONDS


def test_a_timer_without_timelines_has_the_durations_of_the_vocabulary() -> None:
    fresh = Timer()
    fresh.fit([])
    expected = usual_timing(NODS.actions[0]).seconds + 2 * float(fresh.pause)
    assert fresh.usual_seconds(NODS) == pytest.approx(expected, rel=1e-5)
    assert len({fresh.sample(NODS, np.random.default_rng(seed))[1] for seed in range(3)}) == 1, "nothing varies"


def test_long_plans_are_cut_between_steps_and_long_times_are_still(timer: Timer) -> None:
    long = Plan(tuple((Action("turn", side, speed="slow"),) for side in ("left", "right", "left", "right", "left")))
    parts = cut_plan(timer, long, None)
    assert sum((part.plan.steps for part in parts if part.plan), ()) == long.steps
    assert len(parts) > 1
    assert all(timer.usual_seconds(part.plan) <= PART_SECONDS for part in parts if part.plan)
    assert cut_plan(timer, NODS, 4.0) == [Part(NODS, 4.0)]
    still = cut_plan(timer, NODS, 30.0)
    assert [part.plan for part in still] == [None, NODS, None, None]
    assert sum(whole_frames(still, 750, 25)) == 750


def test_a_network_with_timelines_uses_them_and_hides_them() -> None:
    torch.manual_seed(0)
    network = MotionTransformer(16, 32, 1, 2, channels=4).eval()
    for parameter in network.parameters():
        torch.nn.init.normal_(parameter, std=0.2)
    noisy, level, lengths = torch.randn(1, 16, 63).repeat(2, 1, 1), torch.tensor([7, 7]), torch.tensor([16, 16])
    words = torch.randn(2, 5, 16), torch.ones(2, 5, dtype=torch.bool), Alignment(torch.rand(2, 5), torch.ones(2))
    timelines, yes, no = torch.randn(2, 16, 4), torch.tensor([True, True]), torch.tensor([False, False])
    shown = network(noisy, level, lengths, *words, yes, timelines, yes)
    assert not torch.allclose(shown[0], shown[1], atol=1e-3)
    hidden = network(noisy, level, lengths, *words, yes, timelines, no)
    assert torch.allclose(hidden[0], hidden[1], atol=1e-5)
    nothing = network(noisy, level, lengths, *words, yes, torch.zeros(2, 16, 4), yes)
    assert not torch.allclose(nothing, hidden, atol=1e-3), "a plan of nothing is not the lack of a plan"
    # strength is passed on as it is: twice the activity, twice the part of the motion that follows it
    network.timeline_output.weight.data.normal_()
    for other in (network.output, network.timeline_embedding):
        torch.nn.init.zeros_(other.weight)
    torch.nn.init.zeros_(network.output.bias)
    once, twice = (network(noisy, level, lengths, *words, yes, factor * timelines, yes) for factor in (1, 2))
    assert torch.allclose(2 * once, twice, atol=1e-4)
