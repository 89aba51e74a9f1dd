"""The whole pipeline on the tiny configuration, and what a user then asks of it."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from ruamel.yaml import YAML
from toy_pipeline import ROOT, command

pytestmark = [pytest.mark.pipeline, pytest.mark.slow]


def test_from_raw_clips_to_an_evaluated_model(project: Path) -> None:
    command(project, "dvc", "repro", "-q", seconds=900)
    figures = json.loads((project / "metrics/details/evaluate_talking.json").read_text())
    assert figures.pop("evaluated")["val"] == 3
    assert set(figures) == {"real", "repeated", "shuffled", "generated", "real_motion"}
    assert figures["real"]["val"]["ssim"] == 1.0
    assert 0 < figures["generated"]["val"]["ssim"] < 1
    assert list((project / "data/evaluate_talking/videos").glob("*.mp4"))
    moved = json.loads((project / "metrics/details/evaluate_motion.json").read_text())
    assert moved["real"]["val"]["exact"] == moved["real"]["held_out"]["exact"] == 1.0
    assert {"baseline", "generated"} <= moved.keys()
    assert list((project / "data/evaluate_motion/videos").glob("*.mp4"))
    assert (project / "data/evaluate_talking/contact_sheet.png").stat().st_size > 1000
    shapes = json.loads((project / "metrics/details/evaluate_shapes.json").read_text())
    assert shapes["real"]["overall"] == 1.0
    assert {"baseline", "first_sample", "generated", "shuffled"} <= shapes.keys()

    with (project / "data/split/split.csv").open() as stream:
        rows = list(csv.DictReader(stream))
    parts: dict[str, set[str]] = {}
    for row in rows:
        parts.setdefault(row["actor"], set()).add(row["part"])
    assert all(len(own) == 1 for own in parts.values())
    assert {part for own in parts.values() for part in own} >= {"train", "val"}

    again = command(project, "dvc", "repro", seconds=60)
    assert again.stdout.count("Running stage") == 1, again.stdout
    assert "Running stage 'inputs'" in again.stdout
    shown = json.loads(command(project, "dvc", "metrics", "show", "--json").stdout)[""]["data"]
    headline = [name for file in shown.values() for name in file["data"]]
    assert {"talking", "motion", "shapes"} <= set(headline)
    assert len(headline) == len(set(headline)), "DVC would put the file's path before a name that two stages have"
    assert not any(set("./") & set(name) for name in headline), "`dvc exp show --drop '.*[./].*'` shows nothing else"
    command(project, "dvc", "plots", "show", "-o", "plots_page", seconds=120)
    assert "generator" in (project / "plots_page/index.html").read_text()


@pytest.mark.parametrize(
    "path", sorted([ROOT / "params.yaml", *(ROOT / "params").glob("*.yaml")]), ids=lambda p: p.name
)
def test_every_parameter_file_fits_the_stages(path: Path) -> None:
    import importlib
    from typing import get_type_hints

    from mien.execution import Execution
    from stages.options import parse_options
    from stages.pipeline_files import PipelineFiles

    stages = PipelineFiles(ROOT).stages_with_params()
    assert set(YAML(typ="safe").load(path.read_text())) == {"execution", *stages}
    parse_options(path, "execution", Execution)
    for name in stages:
        function = getattr(importlib.import_module(f"stages.{name}"), name)
        parse_options(path, name, next(iter(get_type_hints(function).values())))


def test_a_wrong_key_is_answered_before_anything_runs(project: Path) -> None:
    text = (project / "params.yaml").read_text()
    (project / "params.yaml").write_text(text.replace("generator:\n", "generator:\n  learning_rate: 1\n", 1))
    answer = command(project, "dvc", "repro", "--single-item", "generator", check=False)
    assert answer.returncode != 0
    assert "unknown key 'generator.learning_rate'" in answer.stdout + answer.stderr
