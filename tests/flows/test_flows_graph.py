"""DVC's graph, plans, overrides and tables: what needs no server."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError
from toy_pipeline import environment

from flows.artifacts import data_uri, find_picture, metrics_table, table
from flows.dvc_process import DvcProcesses, RunStoppedError
from flows.graph import Graph, Stage, UnknownStageError, read_graph, read_status
from flows.request import PipelineRequest
from flows.worktree import OverrideError, apply_overrides
from stages.pipeline_files import read_yaml

DIAMOND = Graph(
    {
        "source": Stage("source", (), ()),
        "left": Stage("left", ("source",), ()),
        "right": Stage("right", ("source",), ()),
        "both": Stage("both", ("left", "right"), ()),
    }
)


@pytest.mark.pipeline
def test_the_graph_is_that_of_dvc_yaml(toy: Path) -> None:
    graph = read_graph(toy)
    assert {name: stage.upstreams for name, stage in graph.stages.items()} == {
        "source": (),
        "left": ("source",),
        "right": ("source",),
        "both": ("left", "right"),
    }
    assert list(graph.stages).index("source") == 0
    assert graph.stages["both"].outs == (
        "data/both.txt",
        "data/sheet",
        "metrics/details/both.json",
        "metrics/both.json",
        "plots/both.csv",
    )
    status = read_status(toy, environment())
    assert set(status) == {"source", "left", "right", "both"}
    assert "data/source.txt deleted" in status["left"]


def test_a_closure_holds_all_that_a_target_stands_on_and_no_more() -> None:
    assert [stage.name for stage in DIAMOND.closure(["left"])] == ["source", "left"]
    assert [stage.name for stage in DIAMOND.closure([])] == ["source", "left", "right", "both"]
    with pytest.raises(UnknownStageError, match="no stage is named lefd; there are source, left"):
        DIAMOND.closure(["lefd"])


def test_a_plan_says_what_runs_and_why() -> None:
    steps = {step.stage.name: step for step in DIAMOND.plan([], {"left": ["left modified (params.yaml)"]}, False)}
    assert [steps[name].will for name in ("source", "left", "right", "both")] == ["cached", "run", "cached", "perhaps"]
    assert steps["left"].why == "left modified (params.yaml)"
    assert steps["both"].why == "if left makes something new"
    assert {step.will for step in DIAMOND.plan([], {}, True)} == {"run"}


def test_overrides_change_values_and_keep_comments(tmp_path: Path) -> None:
    path = tmp_path / "params.yaml"
    path.write_text("# the head\ngenerator:\n  lr: 1e-3  # of Adam\n  widths: [1, 2]\nsplit:\n")
    apply_overrides(path, ["generator.lr=1e-4", "generator.widths=[3, 4]", "split.seed=7", "generator.name=a=b"])
    values = {"lr": 1e-4, "widths": [3, 4], "name": "a=b"}
    assert read_yaml(path) == {"generator": values, "split": {"seed": 7}}
    assert "# the head" in path.read_text()
    assert "# of Adam" in path.read_text()


@pytest.mark.parametrize(
    ("override", "words"),
    [
        ("generater.lr=1", "params.yaml has no 'generater' there; it has generator"),
        ("generator=1", "write section.key=value"),
        ("generator.lr", "is no override"),
        ("generator.lr.rate=1", "names no place"),
    ],
)
def test_an_override_that_fits_nothing_is_refused(tmp_path: Path, override: str, words: str) -> None:
    path = tmp_path / "params.yaml"
    path.write_text("generator:\n  lr: 1\n")
    with pytest.raises(OverrideError, match=words):
        apply_overrides(path, [override])
    assert path.read_text() == "generator:\n  lr: 1\n"


@pytest.mark.parametrize(
    "wrong",
    [
        {"experiment": "../x"},
        {"experiment": "-x"},
        {"overrides": ["lr=1"]},
        {"concurrency": 0},
        {"targets": ["nothing"]},
        {"tragets": []},
    ],
)
def test_a_wrong_request_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        PipelineRequest.model_validate(wrong)


def test_metrics_of_rows_become_one_table() -> None:
    values = {"clips": 12, "model": {"psnr": 20.5, "ssim": 0.5}, "real clips": {"psnr": 99.0}}
    assert metrics_table(values) == (
        "| figure | value |\n| --- | --- |\n| clips | 12 |\n\n"
        "|  | psnr | ssim |\n| --- | --- | --- |\n| model | 20.5 | 0.5 |\n| real clips | 99 | – |\n"
    )


def test_no_cell_leaves_its_cell() -> None:
    assert table(("a",), [("x|y\nz",)]) == "| a |\n| --- |\n| x\\|y z |\n"


def test_the_contact_sheet_is_found_and_made_small(tmp_path: Path) -> None:
    from PIL import Image

    folder = tmp_path / "data" / "sheet"
    folder.mkdir(parents=True)
    for name in ("a.png", "contact_sheet.png"):
        Image.new("RGB", (3000, 1500), "red").save(folder / name)
    found = find_picture(tmp_path, [Stage("x", (), ("data/sheet",)), Stage("y", (), ("data/none",))])
    assert found == folder / "contact_sheet.png"
    assert data_uri(found).startswith("data:image/jpeg;base64,/9j/")
    assert len(data_uri(found)) < 40_000


def test_a_dvc_that_takes_too_long_is_ended_and_after_a_stop_none_begins(toy: Path) -> None:
    lines: list[str] = []
    processes = DvcProcesses(toy, environment())
    with pytest.raises(TimeoutError):
        processes.run(["version"], lines.append, seconds=0.01)
    processes.stop()
    with pytest.raises(RunStoppedError):
        processes.run(["version"], lines.append)
