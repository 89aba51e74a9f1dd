"""The evaluation of figures that follow, with a system and judges of which everything is known."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from follow_stand_ins import Memory, StandInFollower, asked_clip, samples_of

from mien.bodies.keypoints import BODY_COUNT
from mien.bodies.scene import Light, Scene
from mien.follow.evaluate.diversity import measure_diversity
from mien.follow.evaluate.evaluate import FollowEvaluation, other_samples
from mien.follow.evaluate.long import long_pose, measure_long, there_and_back
from mien.follow.evaluate.measure import FoundPose, MeasuredFollow, Observation, Observer
from mien.follow.evaluate.report import FollowReport
from mien.follow.evaluate.samples import hide
from mien.follow.evaluate.sources import all_sources
from mien.systems.evaluation.evaluate import evaluate
from mien.training.curves import no_log

DRAWN_LIGHT = dict.fromkeys(("day", "sunset", "night"), (1.0, 1.0, 1.0))
"""The crude figures are as bright at night."""


def evaluated(folder: Path, wrong: frozenset[str] = frozenset(), clips: int = 4) -> dict[str, Any]:
    memory = Memory()
    parts = {"val": samples_of(memory, "val", range(clips)), "held_out": samples_of(memory, "held_out", range(10, 12))}
    follower = StandInFollower(memory, wrong)
    report = FollowReport(folder, show=2)
    report.choose(parts)
    observer = Observer(memory, {"": memory}, 6, lambda scene: Light(sun=(0, 0, 0), ambient=DRAWN_LIGHT[scene.time]))
    evaluation = FollowEvaluation(all_sources(follower, None, 0.3, 0), observer, report, 0)
    return evaluate(evaluation.rows, parts, evaluation, report, no_log, {})


@pytest.fixture(scope="module")
def right(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, Any], Path]:
    folder = tmp_path_factory.mktemp("right")
    return evaluated(folder), folder


def test_a_system_that_does_what_it_is_told_is_as_good_as_real(right: tuple[dict[str, Any], Path]) -> None:
    metrics = right[0]
    for row in ("real", "generated"):
        for part in ("val", "held_out"):
            figures = metrics[row][part]
            for name in ("looks", "exact", "place", "pck_05", "pck_10", "pckh_50", "oks_ap", "looks_vi", "length"):
                assert figures[name] == 1, (row, part, name)
    assert metrics["generated"]["overall"] == 1
    assert metrics["generated"]["pck_10_of_real"] == 1
    assert metrics["generated"]["frames_per_second"] > 1
    assert metrics["generated"]["val"]["flicker_of_real"] is None, "the drawn places stand still"
    assert metrics["generated"]["val"]["sharpness_of_real"] == pytest.approx(1, abs=0.3)
    assert metrics["real"]["val"]["colours"] > 0.6


def test_prompts_without_a_clip_have_no_real_row(tmp_path: Path) -> None:
    memory = Memory()
    val = samples_of(memory, "val", [1])
    written = [replace(val[0], part="written", clip_id="written-0", has_real=False)]
    report = FollowReport(tmp_path, show=1)
    observer = Observer(memory, {"": memory}, 4, lambda _scene: Light())
    evaluation = FollowEvaluation(all_sources(StandInFollower(memory), None, 0.3, 0), observer, report, 0)
    metrics = evaluate(evaluation.rows, {"val": val, "written": written}, evaluation, report, no_log, {})
    assert metrics["real"]["val"]["clips"] == 3
    assert metrics["real"]["written"]["clips"] == 0
    assert metrics["generated"]["written"]["looks"] == 1
    assert metrics["hidden"]["written"]["clips"] == 0


def test_hidden_points_cost_and_repair_helps(right: tuple[dict[str, Any], Path]) -> None:
    metrics = right[0]
    none, held = (metrics[row]["val"] for row in ("hidden_no_repair", "hidden"))
    assert none["pck_10"] == pytest.approx(0.7, abs=0.06)
    assert none["pck_10"] < held["pck_10"] <= 1
    assert held["clips"] == 4, "once for each clip"
    assert "looks_vi" not in held


def test_chance_is_far_below(right: tuple[dict[str, Any], Path]) -> None:
    metrics = right[0]
    assert metrics["shuffled_text"]["val"]["looks"] < 0.6
    assert metrics["shuffled_text"]["val"].get("pck_10") is None
    assert metrics["shuffled_pose"]["val"]["pck_10"] < 0.7
    assert metrics["shuffled_pose"]["val"]["looks"] is None


def test_wrong_colours_are_seen_by_the_judge_and_in_the_pixels(tmp_path: Path) -> None:
    metrics = evaluated(tmp_path, frozenset({"top_colour", "place"}), 3)
    figures = metrics["generated"]["val"]
    assert figures["place"] == 0
    assert figures["exact"] == 0
    assert 0.7 < figures["looks"] < 0.97
    assert figures["colours"] < metrics["real"]["val"]["colours"]
    assert figures["pck_10"] == 1


def test_the_report_shows_and_tells(right: tuple[dict[str, Any], Path]) -> None:
    folder = right[1]
    assert (folder / "contact_sheet.png").stat().st_size > 10_000
    assert (folder / "plots" / "rates.png").exists()
    table = (folder / "samples.csv").read_text()
    assert "shuffled_text" in table
    assert "instead of" in table
    assert "vi_plain" in (folder / "rates.csv").read_text()


def test_hiding_hides_so_much_and_no_more() -> None:
    pose = asked_clip(Memory(), 1, 60).pose
    hidden = hide(pose, 0.3, 5)
    known = hidden.people[0].known()
    assert known.mean() == pytest.approx(0.7, abs=0.01)
    assert (known.mean(axis=0) == known.mean(axis=0)[0]).all(), "of every point"
    assert (hidden.people[0].points[known] == pose.people[0].points[known]).all()
    gaps = np.diff(np.flatnonzero(np.diff(known[:, 0].astype(int)) != 0))
    assert gaps.max() > 1, "for a while each"
    np.testing.assert_array_equal(hide(pose, 0.3, 5).people[0].confidence, hidden.people[0].confidence)
    assert (hide(pose, 0.0, 5).people[0].confidence == pose.people[0].confidence).all()


def test_a_pose_verdict_is_counted_by_hand() -> None:
    memory = Memory()
    sample = samples_of(memory, "val", [3])[0]
    rows = sample.clip.rows(4)
    points = sample.clip.joints[rows, :BODY_COUNT, :2].copy()
    points[:, 9] += 30
    confidence = np.ones(points.shape[:2], np.float32)
    confidence[:, 10] = 0
    read = sample.clip.scene.labels()
    seen = Observation({**read, "kind": "bear"}, {}, {"": FoundPose(points, confidence)}, 0.0, 1.0, 24)
    verdict = MeasuredFollow(sample, seen, 4).verdict
    assert verdict["pck_20"] == pytest.approx(15 / 17)
    count = sum(name not in ("place", "time") for name in sample.facts)
    assert verdict["looks"] == pytest.approx(1 - 1 / count)
    assert verdict["exact"] is False
    assert MeasuredFollow(sample, None, 4).verdict["looks"] is None


def test_other_samples_are_of_other_clips() -> None:
    samples = samples_of(Memory(), "val", range(3)) + samples_of(Memory(), "one", [7])
    others = other_samples(samples, 0)
    for number, other in enumerate(others):
        if samples[number].part == "one":
            assert other is None
        else:
            assert other is not None
            assert samples[other].clip is not samples[number].clip
            assert samples[other].language == samples[number].language


def test_diversity_knows_named_from_unnamed() -> None:
    memory = Memory()
    samples = samples_of(memory, "val", range(3))[::3]
    few = [
        replace(one, text="kind=woman place=sea", facts={"kind": frozenset({"woman"}), "place": frozenset({"sea"})})
        for one in samples
    ]
    real = [one.clip.scene for one in samples]
    figures = measure_diversity(StandInFollower(memory), few, real, 6, 0)
    assert figures["named"] == 1
    assert figures["distinct"] == 1
    assert 0.6 < (figures["varied"] or 0) < 0.95
    wrong = measure_diversity(StandInFollower(memory, frozenset({"place"})), few, real, 6, 0)
    assert wrong["named"] == 0.5


def test_there_and_back_ends_where_it_began() -> None:
    rows = there_and_back(10, 101)
    assert len(rows) == 101
    assert np.abs(np.diff(rows)).max() == 1
    np.testing.assert_array_equal(rows[:20], rows[-20:][::-1])
    assert set(there_and_back(1, 5)) == {0}


def test_a_long_video_is_measured() -> None:
    memory = Memory()
    clip = asked_clip(memory, 2)

    class Drifting(StandInFollower):
        def frames(self, scene, pose, size, repair=True):  # type: ignore[no-untyped-def]
            for number, frame in enumerate(super().frames(scene, pose, size, repair)):
                yield np.minimum(frame.astype(int) + number // 5, 255).astype(np.uint8)

    pose, rows = long_pose(clip, 8)
    assert pose.frames == len(rows) == 200
    steady = measure_long(StandInFollower(memory), clip, Scene(top_colour="grey"), 8)
    assert steady["drift_torso"] == pytest.approx(0, abs=0.2)
    assert steady["drift_place"] == 0
    assert steady["length"] == 1
    assert (steady["frames_per_second"] or 0) > 1
    assert abs(steady["megabytes_per_minute"] or 0) < 400
    drifting = measure_long(Drifting(memory), clip, Scene(top_colour="grey"), 8)
    assert (drifting["drift_torso"] or 0) > 5
    assert (drifting["drift_place"] or 0) > 5
