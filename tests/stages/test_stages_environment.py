"""A stage whose `python` is not the environment's, as for `.venv/bin/dvc repro` without activating it."""

from __future__ import annotations

import subprocess
import sys
import venv
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture
def bare(tmp_path: Path) -> Path:
    """A Python without packages, and a repository that has only the package `stages`."""
    venv.create(tmp_path / "bare", with_pip=False)
    (tmp_path / "stages").mkdir()
    (tmp_path / "stages" / "__init__.py").write_text((ROOT / "stages" / "__init__.py").read_text())
    (tmp_path / "stages" / "corpus.py").write_text("import sys\nimport psutil\nprint(sys.argv[1:], psutil.__name__)\n")
    return tmp_path / "bare" / "bin" / "python"


def run(python: Path, folder: Path) -> subprocess.CompletedProcess[str]:
    command = [str(python), "-m", "stages.corpus", "an argument"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=60, check=False)


def test_it_runs_in_the_environment_of_the_repository(bare: Path, tmp_path: Path) -> None:
    (tmp_path / ".venv" / "bin").mkdir(parents=True)
    python = tmp_path / ".venv" / "bin" / "python"
    python.write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n')
    python.chmod(0o755)
    done = run(bare, tmp_path)
    assert (done.returncode, done.stdout) == (0, "['an argument'] psutil\n"), done.stderr


def test_without_one_it_says_what_to_do(bare: Path, tmp_path: Path) -> None:
    done = run(bare, tmp_path)
    assert done.returncode == 1
    assert done.stderr == f"{bare} lacks the project's packages: make setup, then source .venv/bin/activate\n"
