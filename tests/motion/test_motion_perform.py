"""Texts become plans, plans are performed a few times, the motion that does what was asked is kept; misses are said.

The mover here plays timelines exactly, or leaves out of them what a test says.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
import torch
from motion_making import played
from torch import Tensor

from mien.heads.performance import EXPRESSION_INDEX
from mien.motion.corpus.actions import KINDS, Action
from mien.motion.corpus.plan import Plan
from mien.motion.corpus.timeline import Placed
from mien.motion.generate.blinks import add_blinks, uses_eyes
from mien.motion.generate.condition import Condition
from mien.motion.generate.mover import Mover
from mien.motion.generate.performer import TimedText
from mien.motion.measure.differences import choose, differences, is_as_planned
from mien.motion.measure.events import Event, detect_events
from mien.systems.errors import RequestError


class Player(Mover):
    """Plays what the timeline says, but for the kinds that are left out of each sample; remembers all conditions."""

    def __init__(self, mover: Mover, left_out: Sequence[Sequence[str]] = ()) -> None:
        super().__init__(mover.model, mover.guidance, 1)
        self.left_out, self.asked = list(left_out), []  # type: ignore[var-annotated]

    def features(self, conditions: Sequence[Condition], *_: object) -> list[Tensor]:  # type: ignore[override]
        self.asked.append(list(conditions))
        return [torch.from_numpy(played(self._kept(one.placed or ()), one.frames)) for one in conditions]

    def _kept(self, placed: Sequence[Placed]) -> list[Placed]:
        missing = self.left_out.pop(0) if self.left_out else ()
        return [(action, span) for action, span in placed if action.kind not in missing]


@pytest.fixture(scope="module")
def mover(head_motion_model: Path) -> Mover:
    return Mover.load(head_motion_model, "cpu")


def test_every_kind_is_done_as_it_was_asked_for(mover: Mover) -> None:
    player = Player(mover)
    for text in ("nods twice, then smiles", "yawns", "sighs", "gasps", "glances about", "does a double take",
                 "turns to the left slowly, then blinks three times", "winks with the left eye"):  # fmt: skip
        performed = player.perform([TimedText(text)])
        assert performed.notes == (), text
        assert performed.cues[0].plan is not None
    assert all(len(conditions) == 1 for conditions in player.asked), "what is as planned needs no further sample"


def test_of_further_samples_the_one_that_does_it_is_kept(mover: Mover) -> None:
    player = Player(mover, [["nod"], ["smile"], [], ["nod", "smile"]])
    performed = player.perform([TimedText("nods twice, then smiles")], seed=3)
    assert [len(conditions) for conditions in player.asked] == [1, 3], "the rest is made at once"
    assert len({condition.seed for conditions in player.asked for condition in conditions}) == 4
    assert performed.notes == ()
    assert [event.kind for event in detect_events(performed.performance)] == ["nod", "smile"]
    assert len(performed.performance) == player.asked[1][1].frames


def test_what_no_sample_does_is_said(mover: Mover) -> None:
    player = Player(mover, [["nod"]] * 2)
    performed = player.perform([TimedText("nods twice, then smiles")], samples=2)
    assert performed.notes == ("asked: nods twice; measured: not done",)
    alone = Player(mover, [["nod"], []]).perform([TimedText("nods twice, then smiles")], samples=1)
    assert alone.notes == performed.notes, "one sample is the first"


def test_each_text_of_a_script_is_chosen_and_told_by_itself(mover: Mover) -> None:
    player = Player(mover, [[], ["smile"], ["smile"], [], ["smile"]])
    texts = [TimedText("nods twice", 2.0), TimedText("smiles", 3.0), TimedText("shakes the head", 3.0)]
    performed = player.perform(texts)
    assert [len(conditions) for conditions in player.asked] == [1, 1, 3, 1]
    assert [(cue.start, cue.end, cue.notes) for cue in performed.cues] == [(0, 2, ()), (2, 5, ()), (5, 8, ())]
    assert [event.kind for event in detect_events(performed.performance)] == ["nod", "smile", "shake"]
    smile = player.asked[2][0].placed
    assert smile is not None
    assert [action.kind for action, _ in smile] == ["nod", "smile"], "the overlap shows what was done before"
    assert smile[0][1][0] < 0 < smile[1][1][0]


def test_a_long_text_is_done_in_parts(mover: Mover) -> None:
    text = ("turns left, then nods three times slowly, then yawns slowly, then sighs slowly, "
            "then glances about slowly, then turns right slowly, then smiles slowly")  # fmt: skip
    player = Player(mover)
    performed = player.perform([TimedText(text)])
    assert len(player.asked) > 1
    assert max(condition.frames for conditions in player.asked for condition in conditions) <= 250
    assert performed.notes == ()
    kinds = [event.kind for event in detect_events(performed.performance)]
    assert kinds == ["turn", "nod", "yawn", "sigh", "glance_about", "turn", "smile"]


@pytest.mark.parametrize("text", ["neither nods nor smiles", "don't smile", "hold still", "looks at the camera"])
def test_a_text_that_asks_for_nothing_is_not_left_to_the_model(mover: Mover, text: str) -> None:
    player = Player(mover)
    performed = player.perform([TimedText(text, 3.0), TimedText("nods twice")])
    assert player.asked[0][0].placed == ()
    assert performed.cues[0].end == 3.0
    assert performed.notes == ("nothing is to be done: the head keeps still",)
    assert [event.kind for event in detect_events(performed.performance)] == ["nod"]
    assert 1 < player.perform([TimedText(text)]).performance.seconds < 4


def test_what_no_head_can_do_is_refused_in_one_sentence(mover: Mover) -> None:
    for text in ("thumbs up", "shrugs his shoulders", "...", "!!!"):
        with pytest.raises(RequestError, match="is no movement that this head can make"):
            Player(mover).perform([TimedText(text)])


def test_a_row_of_a_time_line_that_cannot_be_done_is_named_with_movements_that_can(mover: Mover) -> None:
    for text, fault in (
        ("xylophone", "the model knows no word of"),
        ("quay đầu sang trái", "'quay đầu sang trái' is not English"),  # "sang" is a form of sing
        ("ha mieng to", "'ha mieng to' is not English"),
        ("walks to the door", "'walks to the door' is no movement that this head can make"),
    ):
        with pytest.raises(RequestError) as caught:
            Player(mover).perform([TimedText("nods", 2.5, 0.0), TimedText(text, 2.0, 2.5)])
        assert str(caught.value).startswith(f"at 2.5 s of the time line: {fault}")
        assert str(caught.value).endswith("say it with words such as nods, smiles, looks left")


def test_haste_is_said(mover: Mover) -> None:
    (note,) = Player(mover).perform([TimedText("nods five times", 1.5)]).notes
    assert re.fullmatch(r"1\.5 s are short: at its usual speed, what is asked takes [34]\.\d s, .* faster", note)
    assert Player(mover).perform([TimedText("nods twice", 3.0)]).notes == ()


def test_words_that_are_not_understood_are_left_to_the_model(mover: Mover) -> None:
    player = Player(mover)
    word = next(word for word in ("the", "woman", "person") if not mover.model.text.unknown_words(word))
    performed = player.perform([TimedText(word, 1.0)])
    assert performed.cues[0].plan is None
    assert player.asked[0][0] == Condition(word, 25, 0, None)
    with pytest.raises(RequestError, match="knows no word"):
        player.perform([TimedText("xylophone")])


def test_a_model_without_plans_reads_all_words_itself(head_motion_model: Path) -> None:
    baseline = Mover.load(head_motion_model / "baseline", "cpu")
    assert baseline.perform([TimedText("nods twice", 1.0)]).cues[0].plan is None
    with pytest.raises(ValueError, match="texts, not timelines"):
        baseline.features([Condition("", 25, 0, ())])


NODS = Plan(((Action("nod", count=2),), (Action("smile", strength="strong"),)))
NOD, SMILE = Event("nod", None, 2, 0.3, 1.3, 0.75), Event("smile", None, 1, 2.0, 3.1, 1.1)


def test_differences_are_said_in_the_words_of_the_plan() -> None:
    assert differences(NODS, [NOD, SMILE]) == ()
    once = Event("nod", None, 1, 0.3, 0.65, 0.75)
    assert differences(NODS, [once, SMILE]) == ("asked: nods twice; measured: nods once",)
    usual = Event("smile", None, 1, 2.0, 3.1, 0.75)
    assert differences(NODS, [NOD, usual]) == ("asked: smiles strongly; measured: smiles at usual strength",)
    wink = Event("wink", "left", 1, 3.5, 3.76, 0.9)
    assert differences(NODS, [NOD, SMILE, wink]) == ("measured, and not asked: winks with the left eye",)
    early = Event("smile", None, 1, 0.0, 0.9, 1.1)
    (order,) = differences(NODS, [Event("nod", None, 2, 2.0, 3.0, 0.75), early])
    assert "order" in order
    assert is_as_planned(NODS, [NOD, SMILE])
    assert not is_as_planned(NODS, [NOD, usual])


def test_the_choice_prefers_all_then_manner_then_few_differences_then_the_first() -> None:
    usual = Event("smile", None, 1, 2.0, 3.1, 0.75)
    assert choose(NODS, [[SMILE], [NOD, usual], [NOD, SMILE], [NOD, SMILE]]) == 2
    assert choose(NODS, [[SMILE], [NOD, usual]]) == 1
    assert choose(NODS, [[], [NOD], [NOD, SMILE, SMILE, SMILE]]) == 1
    assert choose(NODS, [[NOD], [SMILE]]) == 0


def test_blinks_that_are_added_change_nothing_that_a_plan_measures(mover: Mover) -> None:
    """Where a plan moves lids or gaze no blink is added; elsewhere a blink is the only thing that is added."""
    player = Player(mover)
    for kind in KINDS.values():
        action = Action(kind.name, kind.sides[0] if kind.sides else None)
        assert uses_eyes(Plan(((action,),))) == bool({"lids", "gaze"} & kind.uses)
    performed = player.perform([TimedText("turns to the left, then smiles", 9.0)])
    shown = add_blinks(performed.performance, seed=1)
    lids = EXPRESSION_INDEX["eyeBlinkLeft"]
    assert shown.expression[:, lids].max() > 0.9 > performed.performance.expression[:, lids].max()
    kept = [event for event in detect_events(shown) if event.kind != "blink"]
    assert kept == list(detect_events(performed.performance))
    assert not uses_eyes(None)
    assert np.array_equal(shown.neck, performed.performance.neck)
