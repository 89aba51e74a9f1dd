"""The model that a training starts from: DVC sees its content, and it must be the user's own folder."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from ruamel.yaml import YAML
from toy_pipeline import ROOT, command

from stages.inputs import changed_inputs, check_inputs, inputs
from stages.pipeline_files import PipelineFileError, PipelineFiles, read_yaml

STAGE = yaml.safe_load((ROOT / "dvc.yaml").read_text())["stages"]["inputs"]
OUT = "data/initial_model.json"


def _write(path: Path, value: dict[str, object]) -> None:
    YAML().dump(value, path)


def _model(folder: Path, weights: str = "weights") -> Path:
    folder.mkdir(parents=True)
    (folder / "config.json").write_text("{}")
    (folder / "model.safetensors").write_text(weights)
    return folder


def _project(folder: Path, initial: str | None) -> Path:
    training = {"cmd": "x", "deps": [OUT], "params": ["generator"], "outs": ["models/generator"]}
    _write(folder / "dvc.yaml", {"stages": {"inputs": STAGE, "generator": training}})
    _write(folder / "params.yaml", {"generator": {"initial": initial}})
    return folder


def test_the_training_depends_on_the_digest_of_the_model() -> None:
    assert OUT in PipelineFiles(ROOT).outputs("inputs")
    assert OUT in PipelineFiles(ROOT).dependencies("generator")


def test_other_weights_are_a_change_and_a_new_card_is_none(tmp_path: Path) -> None:
    model = _model(tmp_path / "models" / "base")
    project = _project(tmp_path, "models/base")
    inputs(project)
    assert changed_inputs(project) == []
    before = PipelineFiles(project).dependency_digests("generator")
    (model / "card.md").write_text("Words")
    assert changed_inputs(project) == []
    (model / "model.safetensors").write_text("others")
    assert changed_inputs(project) == ["the model to start from changed"]
    inputs(project)
    assert changed_inputs(project) == []
    assert PipelineFiles(project).dependency_digests("generator") != before
    _project(tmp_path, None)
    assert changed_inputs(project) == ["the model to start from changed"]


def test_without_a_model_there_is_nothing_to_look_at(tmp_path: Path) -> None:
    inputs(_project(tmp_path, None))
    assert changed_inputs(tmp_path) == []
    check_inputs(tmp_path)


def test_it_must_be_a_model_and_no_out_of_a_stage(tmp_path: Path) -> None:
    _model(tmp_path / "models" / "generator")
    (tmp_path / "models" / "link").symlink_to("generator")
    (tmp_path / "models" / "empty").mkdir()
    (tmp_path / "models" / "file").write_text("x")
    part = _model(tmp_path / "models" / "part")
    (part / "model.safetensors").rename(part / "discriminators.safetensors")
    for initial, words in (
        ("models/generator", "models/generator is an out of the stage generator, which DVC removes before it runs"),
        ("models/link", "models/link is an out of the stage generator"),
        ("models/empty", "models/empty is not a model folder: it has no config.json"),
        ("models/part", "models/part is not a model folder: it has no model.safetensors"),
        ("models/none", "there is no folder .*models/none"),
        ("models/file", "there is no folder .*models/file"),
        ("models/generator/inside", "inside is an out of the stage generator"),
    ):
        with pytest.raises(PipelineFileError, match=words) as caught:
            check_inputs(_project(tmp_path, initial))
        assert str(caught.value).startswith("generator.initial: ")
        assert "\n" not in str(caught.value)


@pytest.mark.pipeline
def test_plain_dvc_trains_again_when_the_weights_are_others(toy: Path) -> None:
    definition = read_yaml(toy / "dvc.yaml")
    definition["stages"]["inputs"] = dict(STAGE)
    definition["stages"]["source"]["deps"] += [OUT]
    _write(toy / "dvc.yaml", definition)
    _write(toy / "params.yaml", {**read_yaml(toy / "params.yaml"), "generator": {"initial": "base"}})
    model = _model(toy / "base")
    command(toy, "dvc", "repro", "-q", tracking="off")
    assert "Running stage 'source'" not in command(toy, "dvc", "repro", tracking="off").stdout
    (model / "model.safetensors").write_text("others")
    planned = command(toy, "python", "-m", "flows.repro", "--dry-run").stdout
    assert "inputs: the model to start from changed" in planned
    assert "source: if inputs makes something new" in planned
    assert "Running stage 'source'" in command(toy, "dvc", "repro", tracking="off").stdout
