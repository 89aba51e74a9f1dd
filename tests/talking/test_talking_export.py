"""The generator as ONNX: onnxruntime makes torch's frames from it, for any number of frames."""

from __future__ import annotations

import json
import sys
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from mien.files import sha256_file
from mien.talking.generate import export
from mien.talking.generate.export import (
    ExportError,
    Frames,
    export_onnx,
    random_inputs,
)
from mien.talking.generate.frame_generator import load_generator
from mien.talking.networks.generator import Generator, GeneratorConfig
from mien.training.model_folder import save_model

onnx = pytest.importorskip("onnx", reason="export is optional: pip install onnx onnxscript onnxruntime")
onnxruntime = pytest.importorskip("onnxruntime")
pytest.importorskip("onnxscript")


def model_folder(folder: Path, architecture: str) -> Path:
    """An untrained generator of 32 pixels whose every weight counts."""
    torch.manual_seed(0)
    config = GeneratorConfig.model_validate(
        {
            "architecture": architecture, "size": 32, "fps": Fraction(25), "sample_rate": 16_000,
            "image_channels": (8, 8, 16), "speech_width": 8, "code_width": 16,
        }
    )  # fmt: skip
    generator = Generator(config)
    with torch.no_grad():
        for parameter in generator.parameters():
            parameter.add_(0.1 * torch.randn_like(parameter))
    folder.mkdir(parents=True)
    content = {"network": config.model_dump(mode="json"), "data": "d1gest"}
    save_model(folder, "talking_face", generator, content, "# card\n")
    return folder


@pytest.fixture(scope="module", params=["warp", "direct"])
def exported(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, Any]:
    """A model folder, its export and the report."""
    torch.set_num_threads(1)
    folder = tmp_path_factory.mktemp(request.param)
    model = model_folder(folder / "talking_face", request.param)
    return model, folder / "onnx", export_onnx(model, folder / "onnx")


@pytest.mark.parametrize("frames", [1, 3, 40])
def test_onnxruntime_makes_the_frames_of_torch(exported: tuple[Path, Path, Any], frames: int) -> None:
    model, out, _ = exported
    network = Frames(load_generator(model).eval())
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
    assert content["data"] == "d1gest"
    assert set(content["versions"]) == {"mien", "torch", "onnx", "onnxscript", "onnxruntime"}
    assert sorted(path.name for path in out.iterdir()) == ["model.onnx", "report.json"]


def test_the_file_bears_its_provenance(exported: tuple[Path, Path, Any]) -> None:
    model, out, _ = exported
    written = onnx.load(out / "model.onnx")
    properties = {entry.key: entry.value for entry in written.metadata_props}
    assert properties["model"] == sha256_file(model / "model.safetensors")
    assert properties["data"] == "d1gest"
    assert properties["generator"].startswith("mien ")
    assert "AI-generated" in written.doc_string
    assert [entry.version for entry in written.opset_import if entry.domain == ""] == [export.OPSET]


def test_nothing_is_written_where_the_two_do_not_agree(
    exported: tuple[Path, Path, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model, _, _ = exported
    write = export._write

    def another(_: Frames, *arguments: Any) -> None:
        changed = Frames(load_generator(model).eval())
        with torch.no_grad():
            changed.generator.code[0].weight.mul_(1.5)
        write(changed, *arguments)

    monkeypatch.setattr(export, "_write", another)
    with pytest.raises(ExportError, match="do not agree"):
        export_onnx(model, tmp_path / "out")
    assert list(tmp_path.iterdir()) == []


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
