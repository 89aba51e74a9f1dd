"""Which parameters a form may override: all of params.yaml, but for those that reach beyond the run.

Whoever can post a flow run must not thereby choose which files are read, what is downloaded or which machine is
connected to. `MIEN_FORM_OVERRIDES`, set where `make ui` is started, allows single ones: `corpus.path,execution.device`.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from stages.pipeline_files import PipelineFileError, read_yaml

ALLOWED = "MIEN_FORM_OVERRIDES"

CLOSED_SECTIONS = frozenset({"execution"})
CLOSED_KEYS = frozenset(
    {
        "path",
        "follow_links",
        "videos",
        "bvh",
        "blendshapes",
        "perceptual_weights",
        "identity_model",
        "initial",
        "encoder",
        "download",
        "model",
    }
)
"""Names of options that hold a path or the name of a model, or that allow downloads."""


def parameter_names(values: Mapping[str, Any], above: str = "") -> Iterator[str]:
    """The dotted names of all parameters in nested sections."""
    for key, value in values.items():
        name = f"{above}{key}"
        if isinstance(value, Mapping) and value:
            yield from parameter_names(value, f"{name}.")
        elif above:
            yield name


def is_closed(name: str) -> bool:
    """Whether a form may not override the parameter `name`, unless `MIEN_FORM_OVERRIDES` lists it."""
    section, *_, key = name.split(".")
    allowed = {entry.strip() for entry in os.environ.get(ALLOWED, "").split(",")}
    return name not in allowed and (section in CLOSED_SECTIONS or key in CLOSED_KEYS)


def open_parameters(root: Path) -> list[str]:
    """The parameters of params.yaml that a form may override, in its order."""
    try:
        values = read_yaml(root / "params.yaml")
    except PipelineFileError:
        return []
    return [name for name in parameter_names(values) if not is_closed(name)]


def override_pattern(root: Path) -> str:
    """Regular expression of a permitted override; the server checks a form's entries against it."""
    return f"^({'|'.join(map(re.escape, open_parameters(root))) or '(?!)'})=.*$"


def refusal(root: Path, override: str) -> str | None:
    """Why an override is not permitted, in one sentence; None if it is."""
    name, equals, _ = override.partition("=")
    if not equals:
        return f"'{override}' is no override; write section.key=value"
    known = open_parameters(root)
    if name in known:
        return None
    if is_closed(name):
        return f"'{name}' cannot be set from a form, since it reaches beyond the run; {ALLOWED} can allow it"
    section = [one for one in known if one.split(".")[0] == name.split(".")[0]]
    hint = f"that section has {', '.join(section)}" if section else "sections are those of params.yaml"
    return f"params.yaml has no '{name}'; {hint}"
