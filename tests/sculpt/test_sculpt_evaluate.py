"""The evaluation: rows, figures and report with small models; what it measures is the truth."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from tiny import tiny

from mien.heads.latents.latents import Latents
from mien.heads.latents.layout import CATEGORIES, VALUE_INDEX
from mien.heads.pictures.dressed import embedded_head
from mien.sculpt.corpus.attributes import attributes, draw_latents
from mien.sculpt.corpus.completion import draw_options
from mien.sculpt.evaluate.evaluate import evaluate_sculpt
from mien.sculpt.evaluate.geometry import measure_geometry
from mien.sculpt.evaluate.measure import MeasuredHead
from mien.sculpt.evaluate.prompts import HELD_OUT, SEEN, WRITTEN, SculptPrompt, evaluation_prompts, written_prompts
from mien.training.curves import no_log


@pytest.fixture(scope="module")
def evaluated(
    prior_folder: Path, clip_folder: Path, small_corpus: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[dict[str, object], Path]:
    out = tmp_path_factory.mktemp("evaluated") / "out"
    options = tiny("evaluate_sculpt").model_copy(update={"methods": 1})
    return evaluate_sculpt(small_corpus, prior_folder, clip_folder, options, out, no_log), out


def test_true_people_satisfy_everything_and_random_ones_do_not(
    evaluated: tuple[dict[str, dict[str, float]], Path],
) -> None:
    metrics = evaluated[0]
    assert metrics["real"]["overall"] == 1
    assert metrics["random"]["overall"] < 0.6 < metrics["generated"]["overall"]
    for row in ("nearest", "search", "gradient", "first_sample", "edits", "diversity", "geometry"):
        assert row in metrics, row
    assert metrics["evaluated"][WRITTEN] == 6


def test_the_report_says_what_was_missed(evaluated: tuple[dict[str, object], Path]) -> None:
    out = evaluated[1]
    table = (out / "samples.csv").read_text()
    assert "instead of" in table
    assert (out / "contact_sheet.png").stat().st_size > 10_000
    assert (out / "plots" / "rates.png").exists()


def test_parts_are_what_they_say() -> None:
    parts = evaluation_prompts(12, 0)
    assert [len(parts[part]) for part in (SEEN, HELD_OUT, WRITTEN)] == [12, 12, 64]
    ids = [prompt.clip_id for own in parts.values() for prompt in own]
    assert len(set(ids)) == len(ids)


def test_hand_written_prompts_ask_for_what_exists() -> None:
    prompts = written_prompts()
    assert len({prompt.text for prompt in prompts}) == 64
    for prompt in prompts:
        assert 1 <= len(prompt.facts) <= 8
        for name, options in prompt.facts.items():
            assert options < set(attributes()[name].options)


def test_a_verdict_is_counted_by_hand() -> None:
    rng = np.random.default_rng(0)
    facts = {"glasses": frozenset({"round"}), "nose_width": frozenset({"high"}), "age": frozenset({"old"})}
    head = draw_latents(rng, draw_options(rng, [facts]))
    right = MeasuredHead(SculptPrompt("seen-000", "seen", "x", facts), head, True, False)
    assert right.verdict["attributes"] == 1
    assert right.verdict["exact"] is True
    wrong = MeasuredHead(SculptPrompt("seen-000", "seen", "x", {**facts, "glasses": frozenset({"none"})}), head)
    assert wrong.verdict["attributes"] == pytest.approx(2 / 3)
    assert (wrong.verdict["look"], wrong.verdict["shape"], wrong.verdict["glasses"]) == (0.5, 1, False)
    assert MeasuredHead(right.prompt, None).verdict["attributes"] is None


def test_lids_that_leave_the_average_are_seen_in_the_geometry() -> None:
    mean = Latents(torch.zeros(1, 61), {name: torch.zeros(1, dtype=torch.int64) for name in CATEGORIES})
    values = torch.zeros(1, 61)
    values[0, VALUE_INDEX["eye_tilt"]] = 2.0
    head = embedded_head()
    good, tilted = (measure_geometry(head, [one]) for one in (mean, Latents(values, mean.categories)))
    assert good["lid_gap_mm"] < 0.05 < tilted["lid_gap_mm"] < 1
    assert good["self_intersections"] <= 2
