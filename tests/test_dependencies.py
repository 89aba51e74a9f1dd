"""Every import is declared in pyproject.toml, everything declared is imported, and `make setup` installs no more."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from collections.abc import Iterator
from functools import cache
from importlib.metadata import packages_distributions
from pathlib import Path

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
PROGRAMS = ("mien", "stages", "flows")
DEVELOPMENT = ("tests", "benchmarks")
LOADERS = {"import_module", "importorskip", "find_spec"}
STOOD_IN = {"mmdet"}
"""Looked for, but never needed: mien stands in for it."""
NOT_IMPORTED = {
    "pyarrow": "pandas reads and writes Parquet with it",
    "psycopg": "SQLAlchemy's driver of PostgreSQL, by its name in the address",
    "pytest-timeout": "the limit in pytest's settings",
    "pytest-xdist": "its options in the Makefile",
    "ruff": "a command",
    "mypy": "a command",
    "pandas-stubs": "types for mypy",
    "pre-commit": "a command",
    **dict.fromkeys(("addict", "yapf", "termcolor", "json-tricks", "munkres"), "mmpose and mmengine import it"),
    "accelerate": "diffusers loads pipelines with it",
}
MAKEFILE = (ROOT / "Makefile").read_text()


def canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def names_of(requirements: list[str]) -> set[str]:
    found = (re.match(r"[\w.-]+", requirement) for requirement in requirements)
    return {canonical(match[0]) for match in found if match}


WITHOUT_REQUIREMENTS = {canonical(name) for name in re.findall(r"^NO_DEPS := (.+)$", MAKEFILE, re.M)[0].split()}
"""Installed with --no-deps, after the extra `pose`, which holds what they import."""

REQUIRED = names_of(PROJECT["dependencies"])
EXTRAS = {extra: names_of(entries) for extra, entries in PROJECT["optional-dependencies"].items()}


def imported_modules(tree: ast.AST) -> Iterator[str]:
    """Full names of the modules that a file imports, also by name through importlib or pytest."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            yield node.module
        elif isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
            called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if called in LOADERS and isinstance(node.args[0].value, str):
                yield node.args[0].value


providers = cache(packages_distributions)


@cache
def distributions_of(folders: tuple[str, ...]) -> dict[str, set[str]]:
    """Imported top-level module → the distributions that provide it, of all files below `folders`."""
    files = [path for folder in folders for path in (ROOT / folder).rglob("*.py")]
    own = {*PROGRAMS, *DEVELOPMENT, *(p.stem for folder in DEVELOPMENT for p in (ROOT / folder).rglob("*.py"))}
    found = {}
    for path in files:
        for name in imported_modules(ast.parse(path.read_text(encoding="utf-8"))):
            module = name.split(".")[0]
            if module not in sys.stdlib_module_names and module not in own | STOOD_IN:
                found[module] = {canonical(d) for d in providers().get(module, [module])}
    return found


def undeclared(folders: tuple[str, ...], declared: set[str]) -> list[str]:
    return sorted(module for module, offered in distributions_of(folders).items() if not offered & declared)


def test_every_import_of_the_programs_is_declared() -> None:
    optional = set().union(*(entries for extra, entries in EXTRAS.items() if extra not in ("dev", "hooks")))
    assert undeclared(PROGRAMS, REQUIRED | optional | WITHOUT_REQUIREMENTS) == []


def test_every_import_of_the_tests_and_benchmarks_is_declared() -> None:
    assert undeclared(DEVELOPMENT, REQUIRED.union(WITHOUT_REQUIREMENTS, *EXTRAS.values())) == []


def test_everything_declared_is_imported() -> None:
    used = set().union(*distributions_of(PROGRAMS).values())
    assert REQUIRED - used - NOT_IMPORTED.keys() == set()
    for extra, entries in EXTRAS.items():
        used = set().union(*distributions_of(PROGRAMS + DEVELOPMENT).values())
        assert entries - used - NOT_IMPORTED.keys() == set(), extra
    assert NOT_IMPORTED.keys() <= REQUIRED.union(*EXTRAS.values()), "a reason for what is not declared any more"


def test_make_setup_installs_the_extras_that_the_tests_need_and_all_of_it_is_pinned() -> None:
    installs = re.search(r"-e '\.\[([\w,]+)\]'", MAKEFILE)
    assert installs
    extras = set(installs[1].split(","))
    assert extras == {"speech", "export", "text", "heads", "pose", "video", "dev"}
    pinned = {canonical(line.split("==")[0]) for line in (ROOT / "constraints.txt").read_text().splitlines()}
    assert REQUIRED.union(WITHOUT_REQUIREMENTS, *(EXTRAS[extra] for extra in extras)) - pinned == set()
