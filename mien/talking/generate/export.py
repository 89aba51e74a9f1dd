"""Export of the generator as ONNX, with a comparison of onnxruntime and torch.

The exported network maps an aligned crop, log-mel spectra, emotion weights and poses to frames. Frames are decoded
independently, so their number is free. The in-plane pose (the first four measures of `FACE_POSE`) is applied to the
decoded frame as a similarity transform, see `mien.talking.data.pose.in_plane_transform`, which is not exported.
"""

from __future__ import annotations

import contextlib
import importlib
import io
import json
import logging
import warnings
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from mien import __version__
from mien.clips import EMOTIONS
from mien.faces.measures import FACE_POSE
from mien.files import atomic_directory
from mien.media.log_mel import MELS
from mien.media.provenance import git_revision
from mien.systems.errors import RequestError
from mien.systems.files import check_name
from mien.talking.generate.frame_generator import load_generator
from mien.talking.networks.encoders import SPEECH_CONTEXT
from mien.talking.networks.generator import Generator

OPSET = 20
"""ONNX's operator set: the first with the current version of GridSample."""

LENGTHS = (1, 2, 7, 25)
"""Numbers of frames for which the exported model is compared with torch; it is traced with another number."""

MAX_DIFFERENCE = 2e-3
"""Maximum absolute difference of pixels in [−1, 1], a quarter of an 8-bit grey level. More is not rounding error, and
the export fails."""

MODEL, REPORT = "model.onnx", "report.json"
REMEDY = "install what it needs with `pip install onnx onnxscript onnxruntime`"
_TRACED_FRAMES = 5

INPUTS = {
    "reference": "float32 (1, 3, size, size), the aligned crop, RGB in [-1, 1]",
    "spectra": f"float32 (T, {MELS}, {SPEECH_CONTEXT}), the standardised log-mels around each frame",
    "feeling": f"float32 (T, {len(EMOTIONS)}), weights in [0, 1] of {' '.join(EMOTIONS)}; NaN: unspecified",
    "motion": f"float32 (T, {len(FACE_POSE)}), {' '.join(FACE_POSE)}",
}
"""Inputs of the network in their order → type, shape and content."""

OUTPUT = {"frames": "float32 (T, 3, size, size), RGB in [-1, 1]"}


class ExportError(ValueError):
    """The model cannot be exported; the message gives the reason in one sentence."""


@dataclass(frozen=True)
class ExportReport:
    """The exported file and its agreement with torch; written as report.json.

    `path`, `bytes`: name and size of the file. `size`: side of the frames in pixels. `model`: digest of the weights.
    `data`: digest of the training data. `differences`: number of frames → maximum absolute difference between
    onnxruntime and torch, for pixels in [−1, 1]. `versions`: of the packages used.
    """

    path: str
    bytes: int
    opset: int
    size: int
    architecture: str
    model: str
    data: str
    git_revision: str | None
    inputs: dict[str, str]
    outputs: dict[str, str]
    differences: dict[int, float]
    versions: dict[str, str]

    @property
    def difference(self) -> float:
        """The maximum of `differences`."""
        return max(self.differences.values())


class ExportedNetwork(nn.Module):
    """Reference (1, 3, S, S), log-mels (T, 40, 34), emotion weights (T, 6) and poses (T, 9) → frames (T, 3, S, S)."""

    def __init__(self, generator: Generator) -> None:
        super().__init__()
        self.generator = generator

    def forward(self, reference: Tensor, log_mels: Tensor, emotion_weights: Tensor, pose: Tensor) -> Tensor:
        """Frames (T, 3, S, S) in [−1, 1], before the in-plane pose is applied."""
        codes = self.generator.speech_encoder(log_mels)[:, 0]
        return self.generator(reference, codes[None], emotion_weights[None], pose[None])[0]


def export_onnx(model: Path, out: Path, opset: int = OPSET, force: bool = False) -> ExportReport:
    """Write the generator in the folder `model` as ONNX, with a report, atomically into the folder `out`.

    `out` then contains `model.onnx` (with the weights) and `report.json`. onnxruntime runs it on random inputs of
    several lengths; the report gives the maximum difference from torch. Raises ExportError if a package is missing,
    `model` is not a model folder, `out` contains other files or (without `force`) an export, or if onnxruntime and
    torch do not agree.
    """
    _check_out(out, force)
    packages = {name: _package(name) for name in ("onnx", "onnxscript", "onnxruntime")}
    try:
        generator, config = load_generator(model)
    except (ValueError, OSError) as error:
        raise ExportError(f"the model in {model} cannot be exported: {error}") from error
    network = ExportedNetwork(generator)
    digest, data, revision = str(config["sha256"]), str(config.get("data", "unknown")), git_revision()
    provenance = {"model": digest, "data": data, "git_revision": revision or "unknown"}
    with _written_whole(out, force) as folder:
        path = folder / MODEL
        _write(network, path, opset, provenance, packages["onnx"])
        differences = _compare(network, path, packages["onnxruntime"])
        report = ExportReport(
            MODEL, path.stat().st_size, opset, generator.config.size, generator.config.architecture,
            digest, data, revision, INPUTS, OUTPUT, differences,
            versions={"mien": __version__, "torch": str(torch.__version__)}
            | {name: str(package.__version__) for name, package in packages.items()},
        )  # fmt: skip
        if not report.difference <= MAX_DIFFERENCE:
            raise ExportError(
                f"onnxruntime and torch do not agree on {model}: they differ by {report.difference:.2g} of [-1, 1], "
                f"more than {MAX_DIFFERENCE:g}"
            )
        content = {**asdict(report), "difference": report.difference}
        (folder / REPORT).write_text(json.dumps(content, indent=2, sort_keys=True) + "\n")
    return report


@contextlib.contextmanager
def _written_whole(out: Path, force: bool) -> Iterator[Path]:
    try:
        with atomic_directory(out, exclusive=not force) as folder:
            yield folder
    except OSError as error:
        if isinstance(error, FileExistsError):
            raise ExportError(f"{out} was made by another process in the meantime: name another folder") from error
        raise ExportError(f"{out} could not be written: {error.strerror or error}") from error


def random_inputs(network: ExportedNetwork, frames: int, seed: int = 0) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Random inputs of the network for T = `frames`; if T > 1, the emotion of the first frame is unspecified (NaN)."""
    random = torch.Generator().manual_seed(seed)
    coarse = 2 * torch.rand(1, 3, 8, 8, generator=random) - 1
    reference = nn.functional.interpolate(coarse, (network.generator.config.size,) * 2, mode="bilinear")
    log_mels = torch.randn(frames, MELS, SPEECH_CONTEXT, generator=random)
    emotion_weights = torch.softmax(2 * torch.randn(frames, len(EMOTIONS), generator=random), 1)
    if frames > 1:
        emotion_weights[0] = torch.nan
    encoder = network.generator.pose_encoder
    pose = encoder.mean_pose + encoder.scale * torch.randn(frames, len(FACE_POSE), generator=random)
    return reference, log_mels, emotion_weights, pose


def _check_out(out: Path, force: bool) -> None:
    try:
        check_name(out)
    except RequestError as error:
        raise ExportError(str(error)) from None
    if not out.exists():
        return
    if not out.is_dir():
        raise ExportError(f"{out} is no folder: name one for {MODEL} and {REPORT}")
    if {path.name for path in out.iterdir()} - {MODEL, REPORT}:
        raise ExportError(f"{out} holds other files than an export: name a new folder")
    if not force and any(out.iterdir()):
        raise ExportError(f"{out} already holds an export: name another folder, or add --force to replace it")


def _package(name: str) -> Any:
    try:
        return importlib.import_module(name)
    except ImportError as error:
        raise ExportError(f"{name} is not installed: {REMEDY}") from error


def _write(network: ExportedNetwork, path: Path, opset: int, provenance: dict[str, str], onnx: Any) -> None:
    """Trace the network and write it, with its provenance in the metadata of the file."""
    # The exporter of torch 2.13 replaces a named dimension by its traced size; an unnamed one stays dynamic.
    shapes = tuple({0: torch.export.Dim.DYNAMIC} if name != "reference" else {} for name in INPUTS)
    logger = logging.getLogger("torch.onnx")
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
            warnings.simplefilter("ignore")
            torch.onnx.export(
                network, random_inputs(network, _TRACED_FRAMES), path, dynamo=True, opset_version=opset,
                input_names=list(INPUTS), output_names=list(OUTPUT), dynamic_shapes=shapes, external_data=False,
                verbose=False,
            )  # fmt: skip
        written = onnx.load(path)
        written.producer_name, written.producer_version = "mien", __version__
        written.doc_string = "A talking-face generator: what it makes is AI-generated. It is not a recording."
        onnx.helper.set_model_props(written, {**provenance, "generator": f"mien {__version__}"})
        _name_length(written)
        onnx.save(written, path)
        onnx.checker.check_model(str(path))
    except (RuntimeError, ValueError, onnx.checker.ValidationError) as error:
        reason = next((line.strip() for line in str(error).splitlines() if line.strip()), type(error).__name__)
        raise ExportError(f"the network cannot be written with opset {opset}: {reason[:200]}") from error
    finally:
        logger.setLevel(level)


def _name_length(written: Any) -> None:
    """Rename the dimension of the number of frames from the tracer's symbol to T, as in the documentation."""
    lengths = {one.type.tensor_type.shape.dim[0].dim_param for one in written.graph.input} - {""}
    for value in (*written.graph.input, *written.graph.output, *written.graph.value_info):
        for dimension in value.type.tensor_type.shape.dim:
            if dimension.dim_param in lengths:
                dimension.dim_param = "T"


def _compare(network: ExportedNetwork, path: Path, onnxruntime: Any) -> dict[int, float]:
    """Maximum absolute difference between onnxruntime and torch for each of `LENGTHS`."""
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    differences = {}
    for frames in LENGTHS:
        inputs = random_inputs(network, frames, seed=frames)
        with torch.no_grad():
            expected = network(*inputs).numpy()
        feed: dict[str, NDArray[np.float32]] = {name: value.numpy() for name, value in zip(INPUTS, inputs, strict=True)}
        actual = session.run(None, feed)[0]
        if actual.shape != expected.shape:
            raise ExportError(f"onnxruntime gives frames {actual.shape} where torch gives {expected.shape}")
        differences[frames] = float(np.abs(actual - expected).max())
    return differences
