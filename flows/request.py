"""The request for a pipeline run; Prefect's form is derived from it."""

from __future__ import annotations

import enum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from flows.overrides import override_pattern, refusal
from flows.schedule import usable_cores
from stages.pipeline_files import PipelineFileError, read_yaml


def stage_names(root: Path) -> list[str]:
    """The stages of dvc.yaml in its order."""
    try:
        return list(read_yaml(root / "dvc.yaml").get("stages") or {})
    except PipelineFileError:
        return []


if TYPE_CHECKING:
    StageName = enum.StrEnum
else:
    StageName = enum.StrEnum("StageName", {name: name for name in stage_names(Path.cwd()) or ["none"]})


def _permitted(value: object) -> object:
    if isinstance(value, str) and (reason := refusal(Path.cwd(), value)):
        raise ValueError(reason)
    return value


# The pattern is for the server, which checks a form before there is a run; the validator says the same in a sentence.
Override = Annotated[
    str,
    BeforeValidator(_permitted),
    Field(json_schema_extra={"pattern": override_pattern(Path.cwd()), "examples": ["generator.training.lr=1e-4"]}),
]


class PipelineRequest(BaseModel):
    """Which stages to run, with which parameters."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    targets: list[StageName] = Field(
        default_factory=list,
        title="Targets",
        description="Stages to run, including their upstream stages. None chosen: the whole pipeline.",
    )
    overrides: list[Override] = Field(
        default_factory=list,
        title="Parameter overrides",
        description="section.key=value, for instance generator.training.lr=1e-4. The run then gets a working tree of "
        "its own; params.yaml here is not touched. Paths, names of models and execution cannot be set here.",
    )
    experiment: str = Field(
        default="",
        title="Experiment name",
        pattern=r"^([A-Za-z0-9][A-Za-z0-9_-]{0,63})?$",
        description="Letters, digits, - and _. The result is kept as the DVC experiment of this name "
        "(dvc exp show, dvc exp apply). Empty without overrides: the run works in the repository itself.",
    )
    force: bool = Field(default=False, title="Force", description="Run every stage again, even where nothing changed.")
    concurrency: int = Field(
        default=min(usable_cores(), 16),
        ge=1,
        le=16,
        title="Stages at once",
        description="How many independent stages may run at the same time; by default one a core.",
    )
    stage_minutes: float = Field(
        default=0, ge=0, title="Minutes a stage", description="End a stage that takes longer; 0: no limit."
    )
