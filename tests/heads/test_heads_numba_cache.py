"""The renderer in an installation that cannot be written, by a user whose cache folder cannot be written either."""

from __future__ import annotations

import ast
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import mien

PROGRAM = """
import numpy as np
from mien.heads.render import numba_cache, raster, shading, vertex_shading

normals = np.zeros((3, 3))
shading.vertex_normals(np.array([[0.0, 0, 0], [1, 0, 0], [0, 1, 0]]), np.array([[0, 1, 2]]), normals)
print(numba_cache.CACHE, normals[0].tolist(), numba_cache.__file__)
"""


def rendered(tmp_path: Path, writable: bool, **variables: Path) -> subprocess.CompletedProcess[str]:
    package = tmp_path / "mien"
    shutil.copytree(Path(mien.__file__).parent, package, ignore=shutil.ignore_patterns("__pycache__"))
    if not writable:  # root may write into any folder, but into none in place of which there is a file
        (package / "heads" / "render" / "__pycache__").touch()
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("NUMBA_", "XDG_"))}
    environment = kept | {"PYTHONPATH": str(tmp_path), "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.run(
        [sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True, cwd=tmp_path,
        env=environment | {name: str(path) for name, path in variables.items()},
    )  # fmt: skip


@pytest.mark.parametrize("variable", ["HOME", "XDG_CACHE_HOME", "NUMBA_CACHE_DIR"])
def test_without_any_cache_it_renders_and_says_so(tmp_path: Path, variable: str) -> None:
    (tmp_path / "file").touch()
    nowhere = tmp_path / "file" / "cache"
    answer = rendered(tmp_path, False, **{"HOME": nowhere, variable: nowhere})
    assert answer.stdout.startswith(f"False [0.0, 0.0, 1.0] {tmp_path}")
    assert "set NUMBA_CACHE_DIR" in answer.stderr


def test_a_read_only_installation_takes_the_users_cache_or_the_given_one(tmp_path: Path) -> None:
    for number, variable in enumerate(("HOME", "NUMBA_CACHE_DIR")):
        folder = tmp_path / str(number)
        answer = rendered(folder / "code", False, **{variable: folder / "cache"})
        assert answer.stdout.startswith("True [0.0, 0.0, 1.0]")
        assert answer.stderr == ""
        assert list((folder / "cache").rglob("*vertex_normals*"))


def test_an_installation_that_can_be_written_caches_beside_the_code(tmp_path: Path) -> None:
    assert rendered(tmp_path, True).stdout.startswith("True")
    assert list((tmp_path / "mien/heads/render/__pycache__").glob("shading.vertex_normals*"))


def compiled(function: ast.FunctionDef) -> set[str] | None:
    """Which options a function that numba compiles gives it; None for any other function."""
    for decorator in function.decorator_list:
        call = decorator.func if isinstance(decorator, ast.Call) else decorator
        if isinstance(call, ast.Name) and call.id == "njit":
            return {word.arg or "" for word in decorator.keywords} if isinstance(decorator, ast.Call) else set()
    return None


def test_what_python_calls_is_compiled_once_and_not_in_each_process() -> None:
    """Compiled functions that others call are kept with those; the one that Python calls must ask for it."""
    package, compiling = Path(mien.__file__).parent, 0
    for path in package.rglob("*.py"):
        tree = ast.parse(path.read_text())
        functions = [one for one in tree.body if isinstance(one, ast.FunctionDef)]
        options = {one.name: found for one in functions if (found := compiled(one)) is not None}
        inside = {id(node) for one in functions if one.name in options for node in ast.walk(one)}
        called = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and id(node) not in inside}
        compiling += bool(options)
        assert [name for name in called & options.keys() if "cache" not in options[name]] == [], path
    assert compiling > 5
