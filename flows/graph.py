"""The pipeline as DVC sees it: stages, dependencies and status. The only module that uses DVC's Python API."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any

from flows.dvc_process import dvc_output
from stages.inputs import changed_inputs, check_inputs


class UnknownStageError(ValueError):
    """A target is not a stage of dvc.yaml."""


@dataclass(frozen=True)
class Stage:
    """One stage: its name, its upstream stages, its outs (paths in the repository) and its description."""

    name: str
    upstreams: tuple[str, ...]
    outs: tuple[str, ...]
    description: str = ""


@dataclass(frozen=True)
class Step:
    """One line of a plan. `will`: `run`, `perhaps` (if the outs of upstream stages change) or `cached`."""

    stage: Stage
    will: str
    why: str


@dataclass(frozen=True)
class Graph:
    """The stages in topological order: each comes after its upstream stages."""

    stages: Mapping[str, Stage]

    def closure(self, targets: Sequence[str]) -> list[Stage]:
        """The targets and their upstream stages (no target: every stage), in order."""
        unknown = sorted(set(targets) - set(self.stages))
        if unknown:
            raise UnknownStageError(f"no stage is named {', '.join(unknown)}; there are {', '.join(self.stages)}")
        wanted = set(targets or self.stages)
        for stage in reversed(list(self.stages.values())):
            if stage.name in wanted:
                wanted.update(stage.upstreams)
        return [stage for stage in self.stages.values() if stage.name in wanted]

    def plan(self, targets: Sequence[str], status: Mapping[str, Sequence[str]], force: bool) -> list[Step]:
        """Whether each stage will run, given `status` (see `read_status`)."""
        steps: dict[str, Step] = {}
        for stage in self.closure(targets):
            moving = [u for u in stage.upstreams if steps[u].will != "cached"]
            if force:
                step = Step(stage, "run", "forced")
            elif status.get(stage.name):
                step = Step(stage, "run", "; ".join(status[stage.name]))
            elif moving:
                step = Step(stage, "perhaps", f"if {' or '.join(moving)} makes something new")
            else:
                step = Step(stage, "cached", "nothing changed")
            steps[stage.name] = step
        return list(steps.values())


def read_graph(repository: Path) -> Graph:
    """The DAG of the DVC repository at `repository`."""
    from dvc.repo import Repo

    with Repo(str(repository)) as repo:
        graph = repo.index.graph
        # Data of `dvc add` has no name: there is nothing to run.
        nodes = {node.name: node for node in graph if getattr(node, "name", None) is not None}
        # An edge leads from a stage to what it depends on.
        upstreams = {
            name: sorted(u.name for u in graph.successors(nodes[name]) if getattr(u, "name", None) is not None)
            for name in sorted(nodes)
        }
        stages = {}
        for name in TopologicalSorter(upstreams).static_order():
            outs = tuple(_relative(out, repository) for out in nodes[name].outs)
            stages[name] = Stage(name, tuple(upstreams[name]), outs, nodes[name].desc or "")
    return Graph(stages)


def _relative(out: Any, repository: Path) -> str:
    path = Path(str(out.fs_path))
    return str(path.relative_to(repository)) if path.is_absolute() and path.is_relative_to(repository) else str(path)


def read_status(repository: Path, environment: Mapping[str, str]) -> dict[str, list[str]]:
    """Stage → changes as text, for each stage that DVC would run; one call for the whole repository.

    A stage that always runs, `inputs`, counts as changed where it would write something else: its check is made here.
    Raises DvcError, and PipelineFileError in one sentence where a folder of the user holds what DVC cannot hash.
    """
    check_inputs(repository)
    always = changed_inputs(repository)
    answer: dict[str, Any] = json.loads(dvc_output(repository, ["status", "--json"], environment) or "{}")
    return {name: reasons for name, entries in answer.items() if (reasons := _reasons(entries, always))}


def _reasons(entries: Sequence[Any], always: Sequence[str]) -> list[str]:
    reasons: list[str] = []
    for entry in entries:
        if isinstance(entry, str):
            reasons += always if entry == "always changed" else [entry]
            continue
        for kind, changes in entry.items():
            # Includes outs that only need a checkout from the cache: the stage is restored.
            word = {"changed deps": "", "changed outs": "out ", "changed command": "command"}.get(kind, kind)
            reasons += [f"{word}{what}" for what in _changes(changes)] if isinstance(changes, dict) else [word]
    return reasons


def _changes(changes: Mapping[str, Any]) -> list[str]:
    found = []
    for path, change in changes.items():
        if isinstance(change, dict):
            found += [f"{key} {state} ({path})" for key, state in change.items()]
        else:
            found.append(f"{path} {change}")
    return found
