"""`mien summary` shows the figures of a run, and what to run before there are any."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from commands_making import mien

from mien.commands.summary import (
    ROWS,
    SHAPES_FIGURES,
    SummaryError,
    read_evaluation,
)


def evaluation() -> dict[str, Any]:
    row = {"psnr": 21.5, "ssim": 0.7, "ssim_mouth": 0.61, "sync_auc": None, "emotion_accuracy": 0.5, "jitter": 31.0}
    rows: dict[str, Any] = {name: {"val": dict(row), "overall": 0.5} for name in ROWS}
    rows["generated"]["val"]["psnr"] = 23.25
    evaluated = {"val": 20, "actors": 3, "neutral_references": 18, "own_first_frame_references": 2}
    return {**rows, "evaluated": evaluated}


def test_summary_shows_the_figures_and_where_everything_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    (tmp_path / "metrics/details").mkdir(parents=True)
    (tmp_path / "metrics/details/evaluate_talking.json").write_text(json.dumps(evaluation()))
    (tmp_path / "data/evaluate_talking/videos").mkdir(parents=True)
    (tmp_path / "mlflow.db").touch()
    monkeypatch.chdir(tmp_path)
    done = mien("summary")
    assert done.exit_code == 0, done.output
    assert "PSNR" in done.output
    assert "23.2" in done.output
    assert "–" in done.output
    assert "18 from a neutral frame" in " ".join(done.output.split())
    assert "data/evaluate_talking/videos" in done.output
    assert "mlflow.db" in done.output
    assert "contact_sheet" not in done.output  # only what is there
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://127.0.0.1:5000")
    assert "http://127.0.0.1:5000" in mien("summary").output


def test_summary_before_a_run_says_what_to_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    done = mien("summary")
    assert done.exit_code == 2
    assert "make repro" in done.stderr
    (tmp_path / "metrics/details").mkdir(parents=True)
    for content in ("{", "[]", '{"generated": 1}'):
        (tmp_path / "metrics/details/evaluate_talking.json").write_text(content)
        with pytest.raises(SummaryError, match="dvc repro evaluate_talking"):
            read_evaluation(tmp_path)


def test_summary_shows_the_figures_of_head_motion(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "metrics/details").mkdir(parents=True)
    (tmp_path / "metrics/details/evaluate_talking.json").write_text(json.dumps(evaluation()))
    path = tmp_path / "metrics/details/evaluate_motion.json"
    for content in ("{", "[]", "{}", '{"note": "none", "flag": true}', '{"real": {"val": 1}}'):
        path.write_text(content)
        done = mien("summary")
        assert done.exit_code == 0, done.output
        assert "Head motion" not in done.output
    rows = {
        row: {"val": {"exact": value}, "held_out": {"frechet": 2.25}}
        for row, value in (("real", 1.0), ("baseline", 0.5))
    }
    path.write_text(json.dumps(rows))
    told = mien("summary").output
    assert all(words in told for words in ("PSNR", "Head motion", "done exactly", "0.50", "2.250"))
    (tmp_path / "metrics/details/evaluate_talking.json").unlink()
    alone = mien("summary")
    assert alone.exit_code == 0, alone.output
    assert "2.250" in alone.output
    assert "make repro" in alone.output


def test_summary_shows_the_figures_of_moving_shapes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "metrics/details").mkdir(parents=True)
    rows = {"generated": {"val": {"exact": 0.75}, "wordings": {"motion": 0.625}, "overall": 0.7}}
    (tmp_path / "metrics/details/evaluate_shapes.json").write_text(json.dumps(rows))
    told = mien("summary").output
    assert all(words in told for words in ("Moving shapes", "generated, seen", "0.75", "0.62"))
    every = {part: dict.fromkeys(SHAPES_FIGURES, 0.5) for part in ("val", "wordings", "held_out")}
    whole = dict.fromkeys(("real", "baseline", "first_sample", "generated", "shuffled"), every)
    (tmp_path / "metrics/details/evaluate_shapes.json").write_text(json.dumps(whole))
    monkeypatch.setenv("COLUMNS", "80")
    told = mien("summary").output
    assert told.count("0.50") == 15 * len(SHAPES_FIGURES)  # all of them can be read where lines are 80 wide


def test_the_summary_knows_the_rows_of_the_evaluation() -> None:
    from mien.systems.evaluation.rows import ROWS as EVALUATED

    assert set(ROWS) < set(EVALUATED)
