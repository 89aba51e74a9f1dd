"""Prefect artifacts of a flow run: plan, results of the stages, figures, a sample picture, link to MLflow."""

from __future__ import annotations

import base64
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from prefect.artifacts import create_link_artifact, create_markdown_artifact

from flows.graph import Stage, Step
from flows.pipeline_run import StageEnd
from mien.tracking.tracking import RUNS_VIEW
from mien.tracking.values import numbers
from stages.paths import DETAILS, METRICS

PICTURE_WIDTH = 1100
_WILL = {"run": "will run", "perhaps": "may run", "cached": "cached"}


def show_plan(steps: Sequence[Step]) -> None:
    rows = [(s.stage.name, _WILL[s.will], s.why, ", ".join(s.stage.upstreams) or "–") for s in steps]
    text = "# Plan\n\n" + table(("stage", "what will happen", "why", "waits for"), rows)
    create_markdown_artifact(text, key="plan", description="Which stages will run, and why")


def show_ends(stages: Sequence[Stage], ends: Mapping[str, StageEnd], address: str | None) -> None:
    rows = []
    for stage in stages:
        end = ends.get(stage.name)
        if end is None:
            rows.append((stage.name, "not reached", "–", "–"))
            continue
        run = end.run_id or "–"
        link = f"[{run[:8]}]({address}/runs/{run}{RUNS_VIEW})" if end.run_id and address else run[:8]
        rows.append((stage.name, f"**{end.word}**", f"{end.seconds:.0f} s" if end.seconds else "–", link))
    text = "# Stages\n\n" + table(("stage", "how it ended", "time", "MLflow run that made it"), rows)
    create_markdown_artifact(text, key="stages", description="How each stage ended")


def show_metrics(repository: Path, stages: Sequence[Stage]) -> None:
    """The headline figures of all stages in one table, then all figures of each stage."""
    headline = {name: value for stage in stages for name, value in _figures(repository / METRICS, stage).items()}
    parts = [metrics_table(headline)] if headline else []
    for stage in reversed(stages):
        if figures := _figures(repository / DETAILS, stage):
            parts.append(f"## {stage.name}\n\n{metrics_table(figures)}")
    if parts:
        text = "# Metrics\n\n" + "\n".join(parts)
        create_markdown_artifact(text, key="metrics", description="The figures of every stage")


def _figures(folder: Path, stage: Stage) -> dict[str, Any]:
    path = folder / f"{stage.name}.json"
    figures: dict[str, Any] = json.loads(path.read_text()) if path.is_file() else {}
    return figures


def metrics_table(values: Mapping[str, Any]) -> str:
    """Figures as a Markdown table; rows of equal keys become one table with a column for each key."""
    groups = {name: group for name, group in values.items() if isinstance(group, Mapping)}
    single = {name: value for name, value in numbers(values).items() if name.split(".")[0] not in groups}
    text = table(("figure", "value"), [(name, _number(value)) for name, value in single.items()]) if single else ""
    if groups:
        flat = {name: numbers(group) for name, group in groups.items()}
        columns = list(dict.fromkeys(key for group in flat.values() for key in group))
        rows = [(name, *(_number(group.get(c)) for c in columns)) for name, group in flat.items()]
        text += ("\n" if text else "") + table(("", *columns), rows)
    return text


def show_picture(repository: Path, stages: Iterable[Stage]) -> None:
    """A contact sheet (or else a plot) of the last stage that has one, embedded in the page as a data URI."""
    picture = find_picture(repository, stages)
    if picture is not None:
        text = f"# {picture.stem.replace('_', ' ')}\n\n![{picture.stem}]({data_uri(picture)})\n"
        create_markdown_artifact(text, key="sample", description=f"{picture.parent.name}/{picture.name}")


def find_picture(repository: Path, stages: Iterable[Stage]) -> Path | None:
    for stage in reversed(list(stages)):
        found = sorted(p for out in stage.outs for p in _pictures(repository / out))
        if found:
            return next((p for p in found if "contact" in p.stem), found[0])
    return None


def data_uri(picture: Path) -> str:
    """The picture as a JPEG of at most `PICTURE_WIDTH` pixels, as a data URI."""
    from PIL import Image

    with Image.open(picture) as image:
        small = image.convert("RGB")
        small.thumbnail((PICTURE_WIDTH, 4 * PICTURE_WIDTH))
        stream = io.BytesIO()
        small.save(stream, "JPEG", quality=82)
    return "data:image/jpeg;base64," + base64.b64encode(stream.getvalue()).decode()


def show_mlflow(address: str | None, run_id: str | None) -> None:
    if address and run_id:
        create_link_artifact(
            f"{address}/runs/{run_id}{RUNS_VIEW}", "This run in MLflow", key="mlflow", description="Runs, curves"
        )


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table; white space in cells is collapsed and `|` is escaped."""
    lines = [header, ["---"] * len(header), *rows]
    return "".join("| " + " | ".join(_cell(c) for c in line) + " |\n" for line in lines)


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.4g}" if abs(value) < 1e5 else f"{value:,.0f}"


def _pictures(out: Path) -> list[Path]:
    if out.is_dir():
        return [p for p in out.rglob("*") if p.suffix.lower() in {".png", ".jpg", ".jpeg"}]
    return [out] if out.is_file() and out.suffix.lower() in {".png", ".jpg", ".jpeg"} else []
