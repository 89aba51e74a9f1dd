"""The benchmarks run, explain themselves and print finite ratios; what the ratios are is for docs/benchmarks.md."""

from __future__ import annotations

import json
import math
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.reference import read_reference, with_tables

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[1]
SUITE = ("loader", "training_step", "generation", "preparation", "start_up", "studio")


def _run(name: str, *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(ROOT / "benchmarks" / f"{name}.py"), *words]
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=300, cwd=ROOT, env=environment)


def _ratios(output: str) -> list[float]:
    return [
        float(found.group(1))
        for found in re.finditer(r" (\S+)   goal at (?:least|most) \S+: (?:reached|missed)", output)
    ]


@pytest.mark.parametrize("name", SUITE)
def test_a_benchmark_prints_a_finite_ratio_with_its_goal(name: str) -> None:
    if name == "preparation":
        pytest.importorskip("psutil")
        grid, embedded = ROOT.parent / "shared/real/talking/grid", ROOT / "data/corpus/VideoFlash"
        if not grid.is_dir() and not embedded.is_dir():
            pytest.skip(f"no clips to prepare: neither {grid} nor {embedded} is there")
    ran = _run(name, "--quick")
    assert ran.returncode == 0, ran.stderr
    ratios = _ratios(ran.stdout)
    assert ratios
    assert all(math.isfinite(ratio) and ratio > 0 for ratio in ratios)


@pytest.mark.parametrize("name", SUITE)
def test_a_benchmark_tells_its_command(name: str) -> None:
    ran = _run(name, "--help")
    assert ran.returncode == 0, ran.stderr
    assert f"python benchmarks/{name}.py" in ran.stdout
    assert "--quick" in ran.stdout


def test_the_stages_table_reads_a_recorded_run_and_compares_two(tmp_path: Path) -> None:
    def trace(scale: float) -> dict[str, object]:
        took = {"word": "ran", "began": 0.0, "seconds": 100 * scale, "cpu_seconds": 150 * scale, "peak_mb": 900.0}
        later = took | {"began": 5.0, "seconds": 7.0 * scale, "cpu_seconds": 6.0, "peak_mb": 1500.0}
        cached = {"word": "cached", "began": 0.0, "seconds": 0.1}
        stages = {"shapes": later, "corpus": took, "split": cached}
        return {"status": "FINISHED", "seconds": 104 * scale, "jobs": 2, "stages": stages}

    (tmp_path / "before.json").write_text(json.dumps(trace(2)))
    (tmp_path / "now.json").write_text(json.dumps(trace(1)))

    def show(*words: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "benchmarks.pipeline_stages", *words]
        return subprocess.run(command, capture_output=True, text=True, check=False, timeout=120, cwd=ROOT)

    words = ("--run", str(tmp_path / "now.json"))
    alone = show(*words, "--save", str(tmp_path / "kept.json"))
    assert alone.stdout.splitlines() == [
        "| stage | seconds | CPU seconds | peak MiB |",
        "| --- | ---: | ---: | ---: |",
        "| corpus | 100 | 150 | 900 |",
        "| shapes | 7.0 | 6.0 | 1,500 |",
        "| whole run | 104 | 156 | 1,500 |",
    ]
    assert json.loads((tmp_path / "kept.json").read_text()) == trace(1)
    both = show(*words, "--compare", str(tmp_path / "before.json"))
    assert "| corpus | 200 | 100 | 300 | 150 | 900 | 900 |" in both.stdout
    none = show("--run", str(tmp_path / "none.json"))
    assert none.returncode == 2
    assert "`make repro` records one" in none.stderr


def test_the_tables_of_the_page_are_those_of_the_reference_figures() -> None:
    page = (ROOT / "docs" / "benchmarks.md").read_text(encoding="utf-8")
    assert with_tables(page, read_reference()) == page
