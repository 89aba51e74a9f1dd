"""The model folder that a training starts from, which a parameter names: checked and digested by the stage `inputs`.

A path in params.yaml can be null, and DVC has no dependency that may be absent. So the digest of the folder is written
to an out of the stage `inputs`, which always runs, and the training depends on that file.
"""

from __future__ import annotations

from pathlib import Path

from mien.files import sha256_file
from stages.pipeline_files import PipelineFileError, PipelineFiles, read_yaml

SECTION, KEY = "generator", "initial"
"""The parameter that names the folder."""

FILES = ("config.json", "model.safetensors")
"""Files of a model folder that are loaded; both must be there."""


def initial_model(root: Path) -> dict[str, str | None]:
    """File of the model to start from → SHA-256, None for one that is not there; empty where none is named."""
    folder = _named(root)
    if folder is None:
        return {}
    return {name: sha256_file(folder / name) if (folder / name).is_file() else None for name in FILES}


def check_initial_model(root: Path) -> None:
    """Raise PipelineFileError, in one sentence, if the folder that is named is no model, or an out of a stage.

    DVC removes the outs of a stage before it runs it, and what a training has made is no input of the same training.
    """
    folder = _named(root)
    if folder is None:
        return
    pipeline = PipelineFiles(root)
    for stage in pipeline.stages():
        for out in pipeline.outputs(stage):
            if folder.resolve().is_relative_to((root / out).resolve()):
                raise PipelineFileError(
                    f"{SECTION}.{KEY}: {folder} is an out of the stage {stage}, which DVC removes before it runs; "
                    "name a copy of it"
                )
    if not folder.is_dir():
        raise PipelineFileError(f"{SECTION}.{KEY}: there is no folder {folder}")
    missing = [name for name in FILES if not (folder / name).is_file()]
    if missing:
        raise PipelineFileError(f"{SECTION}.{KEY}: {folder} is not a model folder: it has no {missing[0]}")


def _named(root: Path) -> Path | None:
    path = root / "params.yaml"
    section = read_yaml(path).get(SECTION) if path.is_file() else None
    value = section.get(KEY) if isinstance(section, dict) else None
    return root / value if isinstance(value, str) and value else None  # another type is refused with the options
