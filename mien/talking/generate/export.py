"""The generator as ONNX, checked against torch on the way out.

What is exported is the network: aligned crop, spectra, feelings and motion in, frames out. It decodes every frame by
itself, so any number of frames may go through at once. The placing of the drawn face in the picture (the first four of
`FACE_POSE`) is a similarity transform of the finished frame, see `mien.talking.data.pose.placement`, and is not
part of it.
"""

from __future__ import annotations

import contextlib
import importlib
import io
import json
import logging
import warnings
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
from mien.talking.generate.frame_generator import load_generator
from mien.talking.networks.encoders import SPEECH_CONTEXT
from mien.talking.networks.generator import Generator
from mien.training.model_folder import read_config

OPSET = 20
"""ONNX's operator set: the first one with the present GridSample."""

LENGTHS = (1, 2, 7, 25)
"""Numbers of frames with which the exported model is compared to torch; it was traced with another one."""

GREATEST_DIFFERENCE = 2e-3
"""In units of [−1, 1]: a quarter of a step of 8-bit colour. More is no rounding, and the export fails."""

MODEL, REPORT = "model.onnx", "report.json"
REMEDY = "install what it needs with `pip install onnx onnxscript onnxruntime`"
_TRACED_FRAMES = 5

INPUTS = {
    "reference": "float32 (1, 3, size, size), the aligned crop, RGB in [-1, 1]",
    "spectra": f"float32 (T, {MELS}, {SPEECH_CONTEXT}), the standardised log-mels around each frame",
    "feeling": f"float32 (T, {len(EMOTIONS)}), weights in [0, 1] of {' '.join(EMOTIONS)}; NaN: unspecified",
    "motion": f"float32 (T, {len(FACE_POSE)}), {' '.join(FACE_POSE)}",
}
"""The inputs in their order, with what they hold."""

OUTPUT = {"frames": "float32 (T, 3, size, size), RGB in [-1, 1]"}


class ExportError(ValueError):
    """The model cannot be exported; the message says why in one sentence."""


@dataclass(frozen=True)
class ExportReport:
    """What was written: `path`, its `bytes`, and how far onnxruntime is from torch.

    `differences`: number of frames → greatest absolute difference in units of [−1, 1]. `size`: side of the frames in
    pixels. `model`: digest of the weights. `versions` of the programs that made it.
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
        """The greatest of `differences`."""
        return max(self.differences.values())


class Frames(nn.Module):
    """Reference (1, 3, S, S), spectra (T, 40, 34), feelings (T, 6) and motion (T, 9) → frames (T, 3, S, S)."""

    def __init__(self, generator: Generator) -> None:
        super().__init__()
        self.generator = generator

    def forward(self, reference: Tensor, spectra: Tensor, feeling: Tensor, motion: Tensor) -> Tensor:
        """Frames in [−1, 1], before they are placed."""
        codes = self.generator.speech_encoder(spectra)[:, 0]
        frames: Tensor = self.generator(reference, codes[None], feeling[None], motion[None])[0]
        return frames


def export_onnx(model: Path, out: Path, opset: int = OPSET, force: bool = False) -> ExportReport:
    """Write the generator in the folder `model` as ONNX into the folder `out`, with a report; whole or not at all.

    `out` holds `model.onnx` (weights inside) and `report.json`. onnxruntime runs it on random inputs of several lengths
    and the greatest difference to torch stands in the report. Raises ExportError when the packages are missing, `model`
    is no model, `out` holds something else or (without `force`) anything, or the two do not agree.
    """
    _check_out(out, force)
    packages = {name: _package(name) for name in ("onnx", "onnxscript", "onnxruntime")}
    try:
        config = read_config(model, ("talking_face", "generator"))
        generator = load_generator(model).eval().requires_grad_(False)
    except (ValueError, OSError) as error:
        raise ExportError(f"the model in {model} cannot be exported: {error}") from error
    network = Frames(generator)
    digest, data, revision = str(config["sha256"]), str(config.get("data", "unknown")), git_revision()
    facts = {"model": digest, "data": data, "git_revision": revision or "unknown"}
    with atomic_directory(out) as folder:
        path = folder / MODEL
        _write(network, path, opset, facts, packages["onnx"])
        differences = _compare(network, path, packages["onnxruntime"])
        report = ExportReport(
            MODEL, path.stat().st_size, opset, generator.config.size, generator.config.architecture,
            digest, data, revision, INPUTS, OUTPUT, differences,
            versions={"mien": __version__, "torch": str(torch.__version__)}
            | {name: str(package.__version__) for name, package in packages.items()},
        )  # fmt: skip
        if not report.difference <= GREATEST_DIFFERENCE:
            raise ExportError(
                f"onnxruntime and torch do not agree on {model}: they differ by {report.difference:.2g} of [-1, 1], "
                f"more than {GREATEST_DIFFERENCE:g}"
            )
        content = {**asdict(report), "difference": report.difference}
        (folder / REPORT).write_text(json.dumps(content, indent=2, sort_keys=True) + "\n")
    return report


def random_inputs(network: Frames, frames: int, seed: int = 0) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """What a generator may be given, for `frames` frames; the first one's feeling is unspecified where T > 1."""
    generator = network.generator
    random = torch.Generator().manual_seed(seed)
    size = generator.config.size
    coarse = 2 * torch.rand(1, 3, 8, 8, generator=random) - 1
    reference = nn.functional.interpolate(coarse, (size, size), mode="bilinear")
    spectra = torch.randn(frames, MELS, SPEECH_CONTEXT, generator=random)
    feeling = torch.softmax(2 * torch.randn(frames, len(EMOTIONS), generator=random), 1)
    if frames > 1:
        feeling[0] = torch.nan
    noise = generator.noise_encoder
    motion = noise.means.mean(0) + noise.scale * torch.randn(frames, len(FACE_POSE), generator=random)
    return reference, spectra, feeling, motion


def _check_out(out: Path, force: bool) -> None:
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


def _write(network: Frames, path: Path, opset: int, facts: dict[str, str], onnx: Any) -> None:
    """Trace the network and write it, with its provenance in the file's own metadata."""
    # A dimension of a given name is taken for the traced number by torch 2.13's export; this one stays open.
    shapes = {name: {0: torch.export.Dim.DYNAMIC} if name != "reference" else {} for name in INPUTS}
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
        onnx.helper.set_model_props(written, {**facts, "generator": f"mien {__version__}"})
        _name_length(written)
        onnx.save(written, path)
        onnx.checker.check_model(str(path))
    except (RuntimeError, ValueError, onnx.checker.ValidationError) as error:
        reason = next((line.strip() for line in str(error).splitlines() if line.strip()), type(error).__name__)
        raise ExportError(f"the network cannot be written with opset {opset}: {reason[:200]}") from error
    finally:
        logger.setLevel(level)


def _name_length(written: Any) -> None:
    """Call the number of frames T, as the documentation does, instead of the tracer's symbol."""
    lengths = {one.type.tensor_type.shape.dim[0].dim_param for one in written.graph.input} - {""}
    for value in (*written.graph.input, *written.graph.output, *written.graph.value_info):
        for dimension in value.type.tensor_type.shape.dim:
            if dimension.dim_param in lengths:
                dimension.dim_param = "T"


def _compare(network: Frames, path: Path, onnxruntime: Any) -> dict[int, float]:
    """Greatest absolute difference between onnxruntime and torch for each of `LENGTHS`."""
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    differences = {}
    for frames in LENGTHS:
        inputs = random_inputs(network, frames, seed=frames)
        with torch.no_grad():
            expected = network(*inputs).numpy()
        given: dict[str, NDArray[np.float32]] = {
            name: value.numpy() for name, value in zip(INPUTS, inputs, strict=True)
        }
        found = session.run(None, given)[0]
        if found.shape != expected.shape:
            raise ExportError(f"onnxruntime gives frames {found.shape} where torch gives {expected.shape}")
        differences[frames] = float(np.abs(found - expected).max())
    return differences
