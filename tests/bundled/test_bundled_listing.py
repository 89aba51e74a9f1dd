"""`mien models`: where each model comes from, what it has seen, its figures, and whether it is the champion."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from bundle_making import MODELS, champion_of, make_bundle, train
from typer.testing import CliRunner

from mien import checkout
from mien.bundled import contents, figures
from mien.bundled.listing import ListedModel, list_models
from mien.bundled.seen import corpus_source, seen_by
from mien.commands.cli import app
from mien.commands.models import _championship

LOCK = """schema: '2.0'
stages:
  corpus:
    cmd: python -m stages.corpus
    params:
      params.yaml:
        corpus:
          source: {source}
"""


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(contents, "BUNDLE", tmp_path / "bundle")
    monkeypatch.setattr(checkout, "CHECKOUT", tmp_path / "checkout")
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    return tmp_path / "here"


def listed(**given: object) -> ListedModel:
    return list_models(MODELS, {"sums": ("sums",)}, **given)[0]  # type: ignore[arg-type]


def test_a_model_is_missing_then_bundled_then_trained(here: Path, tmp_path: Path) -> None:
    assert (listed().state, listed().bytes) == ("missing", 0)
    assert "make repro" in listed().reason
    make_bundle(tmp_path / "trained", tmp_path / "bundle")
    bundled = listed()
    assert (bundled.state, bundled.champion, bundled.champion_version) == ("bundled", "champion", "3")
    assert bundled.bytes == sum(one.stat().st_size for one in (tmp_path / "bundle" / "sums").iterdir())
    assert bundled.version.endswith(" (bundled)")
    folder = train(here, 5)
    # its registry is not the one of this machine, if there is one at all
    assert _championship(bundled) == "was champion of the run that it comes from"
    trained = listed(champions=champion_of(folder, "4"), here=here)
    assert _championship(trained) == "champion: version 4 of the registry"
    assert (trained.state, trained.champion, trained.champion_version) == ("trained", "champion", "4")
    other = {"sums": replace(champion_of(folder)["sums"], weights="0" * 64)}
    assert listed(champions=other, here=here).champion == "not champion"
    assert listed(champions={}, here=here).champion == "not champion"
    assert listed(here=here).champion == "unknown"
    (folder / "config.json").write_text("{}")
    assert listed(here=here).state == "damaged"
    assert "dvc repro sums" in listed(here=here).reason


def test_a_damaged_bundle_is_listed_as_such(here: Path, tmp_path: Path) -> None:
    del here
    make_bundle(tmp_path / "trained", tmp_path / "bundle")
    (tmp_path / "bundle" / "sums" / "config.json").write_text("{}")
    assert listed().state == "damaged"
    (tmp_path / "bundle" / "bundle.json").write_text("{}")
    assert listed().state == "damaged"
    assert "git checkout" in listed().reason


def test_figures_say_whether_high_or_low_is_good(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(figures.EVALUATIONS, "sums", "evaluate_sums")
    train(here)
    (here / "metrics").mkdir()
    values = {"motion": 0.9, "motion_fid": 0.25, "motion_new": None, "nobody_knows": 3.0, "motion_seen": float("nan")}
    (here / "metrics" / "evaluate_sums.json").write_text(json.dumps(values))
    shown = listed(here=here).figures
    assert [(one.name, one.value, one.better) for one in shown] == [
        ("motion", 0.9, "high"),
        ("motion_fid", 0.25, "low"),
    ]


def test_each_main_figure_of_the_stages_has_a_heading() -> None:
    root = Path(__file__).parents[2]
    for stage in set(figures.EVALUATIONS.values()):
        text = (root / "stages" / f"{stage}.py").read_text()
        names = [line.split('"')[1] for line in text.splitlines() if line.strip().startswith('"') and '": ' in line]
        assert names, stage
        assert set(names) <= set(figures.HEADINGS), stage


def test_what_a_model_has_seen_comes_from_the_recorded_run(tmp_path: Path) -> None:
    assert corpus_source(tmp_path) is None
    assert seen_by("talking_face", tmp_path) == "clips of an unknown corpus"
    (tmp_path / "dvc.lock").write_text(LOCK.format(source="embedded"))
    assert seen_by("talking_face", tmp_path) == "rendered heads only"
    (tmp_path / "dvc.lock").write_text(LOCK.format(source="embedded+folder"))
    assert seen_by("talking_face", tmp_path) == "clips of the corpus embedded+folder"
    assert seen_by("shapes", tmp_path) == "drawn shapes only"
    (tmp_path / "dvc.lock").write_text("stages: [")
    assert seen_by("talking_face", tmp_path) == "clips of an unknown corpus"


def test_the_command_lists_every_model_also_as_json(here: Path) -> None:
    del here
    runner = CliRunner(env={"MIEN_TRACKING": "off"})
    done = runner.invoke(app, ["models"])
    assert done.exit_code == 0
    names = ["talking_face", "head_motion", "head_prior", "head_clip", "follow", "shapes"]
    assert [line.split(":")[0] for line in done.stdout.splitlines() if not line.startswith(" ")] == names
    found = json.loads(runner.invoke(app, ["models", "--json"]).stdout)
    assert [one["name"] for one in found] == names
    assert {one["state"] for one in found} == {"missing"}
