"""The generator as ONNX: onnxruntime makes torch's frames from it, for any number of frames."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from talk_making import untrained_model
from typer.testing import CliRunner

from mien.commands.cli import app
from mien.files import sha256_file
from mien.talking.generate import export
from mien.talking.generate.export import (
    ExportedNetwork,
    ExportError,
    export_onnx,
    random_inputs,
)
from mien.talking.generate.frame_generator import load_generator

onnx = pytest.importorskip("onnx", reason="export is optional: pip install onnx onnxscript onnxruntime")
onnxruntime = pytest.importorskip("onnxruntime")
pytest.importorskip("onnxscript")

pytestmark = pytest.mark.slow  # a network is traced and optimised


@pytest.fixture(scope="module", params=["warp", "direct"])
def exported(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, Any]:
    """A model folder, its export and the report."""
    torch.set_num_threads(1)
    folder = tmp_path_factory.mktemp(request.param)
    model = untrained_model(folder / "talking_face", 32, request.param, noise=0.1)
    return model, folder / "onnx", export_onnx(model, folder / "onnx")


@pytest.mark.parametrize("frames", [1, 3, 40])
def test_onnxruntime_makes_the_frames_of_torch(exported: tuple[Path, Path, Any], frames: int) -> None:
    model, out, _ = exported
    network = ExportedNetwork(load_generator(model)[0])
    session = onnxruntime.InferenceSession(out / "model.onnx", providers=["CPUExecutionProvider"])
    inputs = random_inputs(network, frames, seed=99)
    given = {one.name: value.numpy() for one, value in zip(session.get_inputs(), inputs, strict=True)}
    assert [(one.name, one.shape) for one in session.get_inputs()] == [
        ("reference", [1, 3, 32, 32]), ("spectra", ["T", 40, 34]), ("feeling", ["T", 6]), ("motion", ["T", 9]),
    ]  # fmt: skip
    assert session.get_outputs()[0].shape == ["T", 3, 32, 32]
    (found,) = session.run(["frames"], given)
    with torch.no_grad():
        expected = network(*inputs).numpy()
    assert found.shape == (frames, 3, 32, 32)
    np.testing.assert_allclose(found, expected, atol=1e-3)
    if frames > 1:
        assert np.abs(found[1] - found[2]).max() > 0.05, "the frames are not all the same"
    for name in ("reference", "spectra", "feeling", "motion"):
        other = {**given, name: np.roll(np.nan_to_num(given[name]), 1, -1)}
        assert np.abs(session.run(None, other)[0] - found).max() > 1e-4, f"{name} counts"


def test_the_report_says_what_was_found(exported: tuple[Path, Path, Any]) -> None:
    model, out, report = exported
    assert set(report.differences) == set(export.LENGTHS)
    assert 0 < report.difference < 1e-3
    content = json.loads((out / "report.json").read_text())
    assert content["difference"] == report.difference
    assert content["differences"] == {str(frames): value for frames, value in report.differences.items()}
    assert content["bytes"] == (out / "model.onnx").stat().st_size
    assert content["model"] == sha256_file(model / "model.safetensors")
    assert content["data"] == "0123456789abcdef"
    assert set(content["versions"]) == {"mien", "torch", "onnx", "onnxscript", "onnxruntime"}
    assert sorted(path.name for path in out.iterdir()) == ["model.onnx", "report.json"]


def test_the_file_bears_its_provenance(exported: tuple[Path, Path, Any]) -> None:
    model, out, _ = exported
    written = onnx.load(out / "model.onnx")
    properties = {entry.key: entry.value for entry in written.metadata_props}
    assert properties["model"] == sha256_file(model / "model.safetensors")
    assert properties["data"] == "0123456789abcdef"
    assert properties["generator"].startswith("mien ")
    assert "AI-generated" in written.doc_string
    assert [entry.version for entry in written.opset_import if entry.domain == ""] == [export.OPSET]


def test_nothing_is_written_where_the_two_do_not_agree(
    exported: tuple[Path, Path, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model, out, _ = exported

    def another(_network: ExportedNetwork, path: Path, *_: Any) -> None:  # not traced again, which takes long
        written = onnx.load(out / "model.onnx")
        weights = max(written.graph.initializer, key=lambda one: len(one.raw_data))
        weights.CopyFrom(onnx.numpy_helper.from_array(1.5 * onnx.numpy_helper.to_array(weights), weights.name))
        onnx.save(written, path)

    monkeypatch.setattr(export, "_write", another)
    with pytest.raises(ExportError, match="do not agree"):
        export_onnx(model, tmp_path / "out")
    assert list(tmp_path.iterdir()) == []


def test_the_command_writes_a_checked_model_once(
    exported: tuple[Path, Path, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model, out, _ = exported
    monkeypatch.setattr(export, "_write", lambda _, path, *__: shutil.copy(out / "model.onnx", path))
    mien, asked = CliRunner(env={"COLUMNS": "100"}), ["export", str(model), "-o", str(tmp_path / "onnx")]
    done = mien.invoke(app, asked)
    assert done.exit_code == 0, done.output
    assert (tmp_path / "onnx/model.onnx").read_bytes() == (out / "model.onnx").read_bytes()
    report = json.loads((tmp_path / "onnx/report.json").read_text())
    assert 0 < report["difference"] < 1e-3
    assert f"{report['difference']:.1e}" in done.stdout
    assert mien.invoke(app, asked).exit_code == 2


def test_what_stands_in_the_way_is_not_overwritten(
    exported: tuple[Path, Path, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model, out, _ = exported
    with pytest.raises(ExportError, match="already holds an export"):
        export_onnx(model, out)
    (tmp_path / "file").write_text("mine")
    with pytest.raises(ExportError, match="is no folder"):
        export_onnx(model, tmp_path / "file", force=True)
    with pytest.raises(ExportError, match="other files than an export"):
        export_onnx(model, tmp_path, force=True)
    with pytest.raises(ExportError, match=r"cannot be exported: .* no config\.json"):
        export_onnx(tmp_path / "nowhere", tmp_path / "out")
    monkeypatch.setitem(sys.modules, "onnxscript", None)
    with pytest.raises(ExportError, match=r"onnxscript is not installed: .*pip install"):
        export_onnx(model, tmp_path / "out")
    assert [path.name for path in tmp_path.iterdir()] == ["file"]
