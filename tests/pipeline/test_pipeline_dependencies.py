"""A stage's import closure stands among its dependencies, else a change of code would keep a stale artifact."""

import ast
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]

REPORTING = {
    # These tell and guard; no byte of an out depends on them.
    "stages/__init__.py",
    "stages/shell.py",
    "mien/__init__.py",
    "mien/tracking/values.py",
    "mien/tracking/tracking.py",
    "mien/progress.py",
}


def module_file(name: str) -> Path | None:
    """The project's file for a dotted module name, None for what is not ours."""
    path = ROOT.joinpath(*name.split("."))
    for candidate in (path.with_suffix(".py"), path / "__init__.py"):
        if candidate.is_file() and name.split(".")[0] in ("mien", "stages"):
            return candidate
    return None


def imports(path: Path) -> set[Path]:
    """The project's files that `path` imports, lazily or not."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        names = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            names = [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
        for name in names:
            file = module_file(name)
            if file is not None:
                found.add(file)
                # a submodule's import runs the package's own file first
                found.update(parent / "__init__.py" for parent in file.parents if (parent / "__init__.py").is_file())
    return found


def closure(path: Path) -> set[str]:
    """Every file of the project that a stage's file reaches, relative, without what only reports."""
    seen: set[Path] = set()
    todo = [path]
    while todo:
        file = todo.pop()
        relative = file.relative_to(ROOT).as_posix()
        if file in seen or relative in REPORTING:
            continue
        seen.add(file)
        todo.extend(imports(file))
    return {file.relative_to(ROOT).as_posix() for file in seen}


STAGES = yaml.safe_load((ROOT / "dvc.yaml").read_text())["stages"]


@pytest.mark.parametrize("name", STAGES)
def test_the_code_a_stage_runs_is_a_dependency(name: str) -> None:
    deps = [dep for dep in STAGES[name]["deps"] if dep.startswith(("mien", "stages"))]
    missing = {
        file
        for file in closure(ROOT / "stages" / f"{name}.py")
        if not any(Path(file).is_relative_to(dep) for dep in deps)
    }
    assert not missing, f"add to dvc.yaml, {name}.deps: {sorted(missing)}"


@pytest.mark.parametrize("name", STAGES)
def test_no_dependency_is_idle(name: str) -> None:
    files = closure(ROOT / "stages" / f"{name}.py")
    deps = [dep for dep in STAGES[name]["deps"] if dep.startswith(("mien", "stages"))]
    idle = [dep for dep in deps if not any(Path(file).is_relative_to(dep) for file in files)]
    assert not idle, f"{name} re-runs for nothing when these change: {idle}"


@pytest.mark.parametrize("name", STAGES)
def test_one_name_everywhere(name: str) -> None:
    assert STAGES[name]["cmd"] == f"python -m stages.{name}"
    assert STAGES[name]["params"] == [name]
    tree = ast.parse((ROOT / "stages" / f"{name}.py").read_text())
    assert name in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
    assert name in yaml.safe_load((ROOT / "params.yaml").read_text())
