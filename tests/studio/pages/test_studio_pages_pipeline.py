"""The page of the pipeline: models with figures, what each was trained on, and runs of Prefect."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from mien.bundled.figures import HEADINGS, ShownFigure
from mien.bundled.listing import Championship, ListedModel
from mien.makers.models import MODELS
from mien.studio.pages import pipeline_pages
from mien.studio.pages.catalogue import Translator, catalogue
from mien.studio.pipeline.champions import Champions
from mien.studio.pipeline.prefect import Deployment, PipelineRun, Prefect, PrefectError, StageRun
from tests.studio.pages.html_making import Page
from tests.studio.pages.people_pages_making import signed_in
from tests.studio.pages.rest_making import Running, studio

FIGURES = (
    ShownFigure("motion_new", "done exactly, held-out phrases", 0.8126, "high", 1.0),
    ShownFigure("motion_fid", "Fréchet distance, held-out phrases", 3.5, "low", 0.0),
)
LISTED = [
    ListedModel(
        "head_motion", "head motion", ("move", "talk"), "trained", "models/head_motion", 9_400_000,
        "head_motion 0123456789ab", "movements of rendered heads only", "champion", "3", FIGURES,
    ),
    ListedModel(
        "shapes", "moving shapes", ("shapes",), "missing", "models/shapes",
        reason="run `make repro` (or `dvc repro shapes`)",
    ),
]  # fmt: skip


class Listed:
    """Models without any file, whose registry has been read."""

    def __init__(self) -> None:
        self.champions = Champions(Path())

    def listed(self) -> list[ListedModel]:
        return LISTED


@pytest.fixture
def running(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Running]:
    monkeypatch.setattr(pipeline_pages, "models", Listed)
    with studio(tmp_path) as made:
        yield made


def page(client: TestClient, path: str, **headers: str) -> Page:
    answer = client.get(path, headers=headers)
    assert answer.status_code == 200, answer.text
    found = Page(answer.text)
    assert found.faults() == []
    return found


def test_each_model_says_what_it_has_seen_and_each_figure_what_is_good(running: Running) -> None:
    found = page(running[0], "/pipeline")
    assert "movements of rendered heads only" in found.text
    assert "Champion" in found.text
    assert "trained here" in found.text
    assert "Done exactly, new phrases 0.813 ↑ higher is better" in found.text
    assert "Fréchet distance, new phrases 3.500 ↓ lower is better" in found.text
    assert "9.4 MB" in found.text
    assert "run `make repro`" in found.text


def test_vietnamese(running: Running) -> None:
    found = page(running[0], "/pipeline", **{"Accept-Language": "vi"})
    assert "chỉ cử động của các đầu dựng hình" in found.text
    assert "hãy chạy `make repro` (hoặc `dvc repro shapes`)" in found.text
    assert "càng thấp càng tốt" in found.text
    assert "0,813" in found.text


def test_every_model_and_figure_has_a_name_in_both_languages() -> None:
    for language in ("en", "vi"):
        texts = catalogue(language)
        assert [name for name in MODELS if f"pipeline.model.{name}" not in texts] == []
        assert [name for name in HEADINGS if f"pipeline.figure.{name}" not in texts] == []


def test_where_prefect_is_away_it_is_said_what_to_do(running: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(_self: Prefect) -> Deployment:
        raise PrefectError("Prefect does not answer at http://127.0.0.1:4200: start it with `make ui`")

    monkeypatch.setattr(Prefect, "deployment", away)
    monkeypatch.setattr(Prefect, "runs", away)
    assert "start it with `make ui`" in page(running[0], "/pipeline/form").text
    assert "hãy khởi động bằng `make ui`" in page(running[0], "/pipeline/form", **{"Accept-Language": "vi"}).text
    again = page(running[0], "/pipeline/form").all("p", "hx-get")
    assert [(one["hx-get"], one["hx-target"]) for one in again] == [("/pipeline/form", "#pipeline-form")]
    assert "cannot be shown" in page(running[0], "/pipeline/runs").text


def test_where_prefect_is_locked_both_parts_say_so(running: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    def locked(_self: Prefect) -> Deployment:
        raise PrefectError("Prefect at http://127.0.0.1:4200 asks for a password: set PREFECT_API_AUTH_STRING")

    monkeypatch.setattr(Prefect, "deployment", locked)
    monkeypatch.setattr(Prefect, "runs", locked)
    for part in ("form", "runs"):
        text = page(running[0], f"/pipeline/{part}").text
        assert "asks for a password" in text
        assert "does not answer" not in text


def test_a_run_can_be_started_and_followed(running: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    deployment = Deployment("d", True, ("shapes", "evaluate_shapes"), ("shapes.training.lr",))
    runs = [
        PipelineRun(
            "1", "brave-otter", "running", "", None, None, None, 61.0, ("evaluate_shapes",),
            ("shapes.training.lr=1e-3",), "", "http://127.0.0.1:4200/runs/1", (StageRun("shapes", "running", 60.0),),
        ),
        PipelineRun("2", "<b>old</b>", "failed", "stage shapes failed", None, None, None, 5.0, (), (), "", ""),
    ]  # fmt: skip
    monkeypatch.setattr(Prefect, "deployment", lambda _self: deployment)
    monkeypatch.setattr(Prefect, "runs", lambda _self: runs)
    form = page(running[0], "/pipeline/form")
    assert [one["value"] for one in form.all("input", name="targets")] == ["evaluate_shapes", "shapes"]
    assert "disabled" not in form.all("button", type="submit")[0]
    assert "shapes.training.lr" in form.text
    shown = page(running[0], "/pipeline/runs")
    assert [one["data-cancel-run"] for one in shown.all("button", "data-cancel-run")] == ["1"]
    assert "1 min 1 s" in shown.text
    assert "stage shapes failed" in shown.text
    assert "<b>old</b>" in shown.text


def test_a_finished_run_says_what_it_did_and_where_its_models_are(
    running: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    done = PipelineRun(
        "1", "brave-otter", "done", "1 ran, 3 cached", None, "2026-11-30T02:00:00Z", None, 61.0, ("evaluate_shapes",),
        ("evaluate_shapes.prompts=8",), "", "",
    )  # fmt: skip
    waiting = PipelineRun("2", "calm-crow", "scheduled", "", None, None, None, 0.0, ("shapes",), (), "", "")
    monkeypatch.setattr(Prefect, "runs", lambda _self: [done, replace(done, id="3", overrides=()), waiting])
    shown = page(running[0], "/pipeline/runs")
    assert "stages run: 1 · stages already up to date: 3 · Kept as the experiment run-brave-otter" in shown.text
    assert shown.text.count("Kept as the experiment") == 1
    assert "0 s" not in shown.text, "the time of a run that waits"
    assert [one["data-ended"] for one in shown.all("ul", "data-ended")] == ["1 3"]
    assert "bước đã chạy: 1" in page(running[0], "/pipeline/runs", **{"Accept-Language": "vi"}).text


class Unread(Listed):
    """Models whose registry is being read for the first time."""

    def __init__(self) -> None:
        self.champions = Champions(Path(), _reading=True)

    def listed(self) -> list[ListedModel]:
        return [replace(one, champion="unknown", champion_version="") for one in LISTED]


def test_the_models_come_again_once_the_registry_is_read(running: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "version 3, the champion" in page(running[0], "/pipeline").text
    assert [one["hx-trigger"] for one in page(running[0], "/pipeline").all("div", id="pipeline-models")] == ["renew"]
    monkeypatch.setattr(pipeline_pages, "models", Unread)
    found = page(running[0], "/pipeline")
    assert [one["hx-trigger"] for one in found.all("div", id="pipeline-models")] == ["renew, load delay:2s"]
    assert "being read" in found.text
    monkeypatch.setattr(pipeline_pages, "models", Listed)
    again = page(running[0], "/pipeline/models")
    assert "version 3, the champion" in again.text
    assert "<html" not in running[0].get("/pipeline/models").text


@pytest.mark.parametrize(
    ("champion", "version", "words"),
    [("not champion", "4", "not the champion: that is version 4"), ("not champion", "", "there is none"),
     ("unknown", "", "no registry that can be read"), ("unregistered", "", "part of another model")],
)  # fmt: skip
def test_a_model_that_is_no_champion_says_so(
    running: Running, monkeypatch: pytest.MonkeyPatch, champion: Championship, version: str, words: str
) -> None:
    monkeypatch.setattr(
        Listed, "listed", lambda _self: [replace(LISTED[0], champion=champion, champion_version=version)]
    )
    assert words in page(running[0], "/pipeline").text


def test_a_bundled_model_is_no_version_of_the_registry_here(running: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    one = replace(LISTED[0], state="bundled", champion="champion", champion_version="1")
    monkeypatch.setattr(Listed, "listed", lambda _self: [one])
    text = page(running[0], "/pipeline").text
    assert "was the champion of the run that it comes from" in text
    assert "version 1, the champion" not in text


def test_a_figure_without_a_best_value_is_called_a_ratio() -> None:
    for name, heading in HEADINGS.items():
        if heading.most is None:
            assert "ratio" in heading.title, name
            assert "ratio" in Translator("en")(f"pipeline.figure.{name}"), name
            assert "tỷ lệ" in Translator("vi")(f"pipeline.figure.{name}").lower(), name


def test_an_unserved_pipeline_cannot_be_started(running: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Prefect, "deployment", lambda _self: Deployment("d", False, (), ()))
    found = page(running[0], "/pipeline/form")
    assert "disabled" in found.all("button", type="submit")[0]
    assert "make ui" in found.text


def test_only_administrators_start_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pipeline_pages, "models", Listed)
    with studio(tmp_path, users=True) as (client, db, _settings):
        signed_in(client, db, "lan")
        found = page(client, "/pipeline")
        assert "Only administrators may start a training." in found.text
        assert [one["hx-get"] for one in found.all("div", "hx-get")] == ["/pipeline/models"]
        assert "dvc repro" not in found.text
        assert "ask an administrator" in found.text
        for path in ("/pipeline/form", "/pipeline/runs"):
            assert client.get(path).status_code == 403


def test_states_of_stages_are_in_the_language_of_the_reader(running: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    stages = tuple(
        StageRun(f"stage{place}", state, 0.0) for place, state in enumerate(("Completed", "Cached", "NotReady"))
    )
    run = PipelineRun("1", "calm-crow", "running", "", None, None, None, 1.0, (), (), "", "", stages)
    monkeypatch.setattr(Prefect, "runs", lambda _self: [run])
    shown = page(running[0], "/pipeline/runs", **{"Accept-Language": "vi"}).text
    assert [
        word for word in ("stage0 · xong", "stage1 · vốn đã cập nhật", "stage2 · chưa tới lượt") if word not in shown
    ] == []


def test_a_stage_that_a_cancel_ended_has_not_failed(running: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    stages = (StageRun("shapes", "Failed", 75.0),)
    run = PipelineRun("1", "calm-crow", "cancelling", "", None, None, None, 80.0, (), (), "", "", stages)
    monkeypatch.setattr(Prefect, "runs", lambda _self: [run])
    assert "shapes · cancelled · 1 min 15 s" in page(running[0], "/pipeline/runs").text
    monkeypatch.setattr(Prefect, "runs", lambda _self: [replace(run, state="running")])
    assert "shapes · failed · 1 min 15 s" in page(running[0], "/pipeline/runs").text


def test_a_failed_run_names_its_stages_and_their_log(running: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    said = "failed: evaluate_shapes; not reached: shapes"
    run = PipelineRun("1", "calm-crow", "failed", said, None, None, None, 80.0, (), (), "", "")
    monkeypatch.setattr(Prefect, "runs", lambda _self: [run])
    assert "Failed: evaluate_shapes. What the stage says is in its log" in page(running[0], "/pipeline/runs").text
    vietnamese = page(running[0], "/pipeline/runs", **{"Accept-Language": "vi"}).text
    assert "Bị lỗi: evaluate_shapes." in vietnamese
