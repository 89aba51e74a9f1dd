"""What each stage of the last pipeline run took: `python -m benchmarks.pipeline_stages`.

Read from `.mien/last_run.json`, which `make repro` and the Prefect flow write. `--save FILE` keeps a run; `--compare
FILE` shows that one beside the last. `--durations` writes `flows/durations.json`, by which stages are started in a
fresh clone.

Columns: seconds of the stage with all that dvc does around it; seconds of processor time of all cores, user and
system; resident memory of its largest process, MiB.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from flows.pipeline_run import TRACE
from flows.schedule import COMMITTED
from mien.files import write_json

COLUMNS = {"seconds": "seconds", "cpu_seconds": "CPU seconds", "peak_mb": "peak MiB"}


def read_trace(path: Path) -> dict[str, Any]:
    """A pipeline run as it was recorded, without the stages that did not run."""
    trace: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    trace["stages"] = {name: took for name, took in trace["stages"].items() if took["word"] == "ran"}
    return trace


def stages_table(trace: Mapping[str, Any], before: Mapping[str, Any] | None) -> str:
    """A Markdown table with a line a stage, in the order in which they began, and one for the whole run."""
    runs = [("", trace)] if before is None else [(" before", before), (" after", trace)]
    lines = [["stage", *(f"{heading}{when}" for heading in COLUMNS.values() for when, _ in runs)]]
    names = sorted(trace["stages"], key=lambda name: trace["stages"][name]["began"])
    names += [name for _, run in runs for name in run["stages"] if name not in names]
    for name in names:
        took = [run["stages"].get(name, {}) for _, run in runs]
        lines.append([name, *(_cell(one.get(key)) for key in COLUMNS for one in took)])
    whole = [
        [run["seconds"] for _, run in runs],
        [sum(took.get("cpu_seconds", 0.0) for took in run["stages"].values()) for _, run in runs],
        [max((took.get("peak_mb", 0.0) for took in run["stages"].values()), default=0.0) for _, run in runs],
    ]
    lines.append(["whole run", *(_cell(value) for values in whole for value in values)])
    lines.insert(1, ["---"] + ["---:"] * (len(lines[0]) - 1))
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _cell(value: float | None) -> str:
    return "–" if value is None else f"{value:,.0f}" if value >= 10 else f"{value:.1f}"


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.pipeline_stages", description="What each stage took.")
    parser.add_argument("--run", type=Path, default=TRACE, help="the run to show")
    parser.add_argument("--save", type=Path, metavar="FILE", help="copy the run into this file")
    parser.add_argument("--compare", type=Path, metavar="FILE", help="a saved run to show beside it")
    parser.add_argument("--durations", action="store_true", help=f"take the run's seconds into {COMMITTED.name}")
    options = parser.parse_args(argv)
    try:
        trace = read_trace(options.run)
        before = read_trace(options.compare) if options.compare else None
    except (OSError, ValueError, KeyError) as error:
        print(f"no recorded pipeline run: {error}; `make repro` records one", file=sys.stderr)
        return 2
    print(stages_table(trace, before))
    if options.save:
        shutil.copy(options.run, options.save)
    if options.durations:
        known = json.loads(COMMITTED.read_text())
        write_json(COMMITTED, known | {name: round(took["seconds"]) for name, took in trace["stages"].items()})
    return 0


if __name__ == "__main__":
    sys.exit(main())
