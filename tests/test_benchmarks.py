"""The benchmarks run, explain themselves and print finite ratios; what the ratios are is for docs/benchmarks.md."""

from __future__ import annotations

import math
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[1]
SUITE = ("loader", "training_step", "generation", "preparation", "start_up")


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
