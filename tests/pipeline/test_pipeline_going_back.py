"""Trying something and going back: whatever git and DVC command a user takes, no result of an earlier run is lost."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
import yaml
from toy_pipeline import ROOT, command, make_repository

pytestmark = pytest.mark.slow

STAGES = ("source", "left", "right", "both")


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_repository(tmp_path_factory.mktemp("original") / "toy")


@pytest.fixture
def clone(original: Path, tmp_path: Path) -> Path:
    folder = tmp_path / "clone"
    command(tmp_path, "git", "clone", "-q", str(original), str(folder))
    command(folder, "git", "config", "user.email", "toy@example.org")
    command(folder, "git", "config", "user.name", "Toy")
    return folder


def results(folder: Path) -> dict[str, str]:
    paths = [p for pattern in ("data/*.txt", "metrics/*.json", "plots/*.csv") for p in folder.glob(pattern)]
    return {str(path.relative_to(folder)): path.read_text() for path in paths}


def git_status(folder: Path) -> list[str]:
    return command(folder, "git", "status", "--porcelain").stdout.splitlines()


def totals(folder: Path) -> dict[str, str]:
    return {name: (folder / "data" / f"{name}.txt").read_text() for name in STAGES}


def repro(folder: Path, tracking: str = "off") -> str:
    return command(folder, "dvc", "repro", tracking=tracking).stdout


def test_a_run_changes_no_tracked_file(clone: Path) -> None:
    repro(clone, tracking="on")
    assert git_status(clone) == ["?? dvc.lock"]
    assert len(results(clone)) == 3 * len(STAGES)


def test_going_back_by_the_parameters_restores_everything_without_running(clone: Path) -> None:
    repro(clone)
    before = results(clone)
    command(clone, "dvc", "exp", "run", "-S", "source.value=5", tracking="off")
    assert results(clone) != before
    command(clone, "git", "checkout", "params.yaml")
    answer = repro(clone)
    assert results(clone) == before
    assert "Running stage" not in answer
    assert git_status(clone) == ["?? dvc.lock"]


def test_an_experiment_aside_leaves_the_workspace_alone(clone: Path) -> None:
    repro(clone)
    before = results(clone)
    command(clone, "dvc", "exp", "run", "--temp", "--name", "aside", "-S", "source.value=5")
    assert results(clone) == before
    assert git_status(clone) == ["?? dvc.lock"]
    assert "aside" in command(clone, "dvc", "exp", "list").stdout
    command(clone, "dvc", "exp", "apply", "aside")
    assert totals(clone)["source"] == "5.0"


def test_an_experiment_of_one_stage_in_a_fresh_clone_needs_no_other(clone: Path) -> None:
    command(clone, "dvc", "exp", "run", "-S", "left.value=3", "left", tracking="off")
    assert (clone / "data" / "left.txt").read_text() == "4.0"
    assert not (clone / "data" / "right.txt").exists()


def test_no_command_of_git_loses_results(clone: Path) -> None:
    repro(clone)
    before = results(clone)
    for words in (
        "checkout params.yaml dvc.lock metrics plots", "checkout .", "stash", "reset --hard", "checkout -b trial",
    ):  # fmt: skip
        (clone / "params.yaml").write_text((clone / "params.yaml").read_text().replace("1.0", "2.0"))
        command(clone, "git", *words.split(), check=False)
        command(clone, "dvc", "checkout")
        assert results(clone) == before, words
    command(clone, "git", "checkout", "params.yaml")
    command(clone, "git", "clean", "-fd")  # dvc.lock is gone, the cache is not
    assert "Running stage" not in repro(clone)
    assert results(clone) == before


def test_nothing_of_a_run_is_tracked_and_every_out_is_cached() -> None:
    if not (ROOT / ".git").exists():
        pytest.skip("not a checkout")
    tracked = subprocess.run(["git", "-C", str(ROOT), "ls-files"], capture_output=True, text=True, check=True).stdout
    assert not [path for path in tracked.splitlines() if path.startswith(("metrics/", "plots/", "dvc.lock"))]
    stages = yaml.safe_load((ROOT / "dvc.yaml").read_text())["stages"]
    outs = [out for stage in stages.values() for kind in ("outs", "metrics", "plots") for out in stage.get(kind, [])]
    assert all(isinstance(out, str) or out[next(iter(out))].get("cache", True) for out in outs)
    ignored = subprocess.run(
        ["git", "-C", str(ROOT), "check-ignore", "--quiet", "dvc.lock"], capture_output=True, check=False
    )
    assert ignored.returncode == 1, "DVC refuses a lock that git ignores"
