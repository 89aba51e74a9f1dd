"""The walls of the house: arrows run downwards, and each outside tool has the one room that imports it."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SYSTEMS = {"talking", "motion", "sculpt", "follow", "shapes"}
FLOORS = [
    {
        "checkout",
        "clips",
        "files",
        "options",
        "execution",
        "progress",
        "parallel",
        "tracking",
        "processes",
        "locks",
        "networks",
        "storage",
        "machine",
        "errors",
    },
    {"media", "heads", "text", "training", "metrics"},
    {"faces", "bodies", "corpora", "systems", "acting", "bundled"},
    SYSTEMS,
    {"makers"},
    {"studio"},
    {"commands"},
    {"__main__"},
]
# Walls within a floor, or more than the floors say.
NEVER = {"heads": {"media"}, "media": {"heads"}, "metrics": {"faces"}}


def modules(*folders: str) -> list[Path]:
    return sorted(path for folder in folders for path in (ROOT / folder).rglob("*.py"))


def imports(path: Path) -> set[str]:
    """Every dotted name that a file imports, wherever in it, relative imports resolved."""
    package = list(path.relative_to(ROOT).with_suffix("").parts[:-1])
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            stem = ".".join([*base, *([node.module] if node.module else [])])
            found.add(stem)
            found.update(f"{stem}.{alias.name}" for alias in node.names)
    return found


def room(path: Path) -> str:
    parts = path.relative_to(ROOT / "mien").with_suffix("").parts
    return parts[0]


def users(package: str) -> set[str]:
    everything = modules("mien", "stages", "flows")
    return {
        str(path.relative_to(ROOT))
        for path in everything
        if any(name == package or name.startswith(f"{package}.") for name in imports(path))
    }


def test_only_flows_imports_prefect() -> None:
    found = users("prefect")
    assert found, "the scan finds the flows themselves"
    assert all(path.startswith("flows/") for path in found), found


def test_only_tracking_imports_mlflow() -> None:
    assert users("mlflow") == {"mien/tracking/registry.py", "mien/tracking/tracking.py"}


def test_only_the_studio_imports_a_web_framework_and_a_database() -> None:
    found = users("fastapi") | users("starlette") | users("sqlalchemy") | users("alembic") | users("huey")
    assert all(path.startswith("mien/studio/") for path in found), found


def test_only_bodies_imports_mmpose() -> None:
    assert all(path.startswith("mien/bodies/") for path in users("mmpose"))


def test_only_the_flows_graph_imports_dvc() -> None:
    assert users("dvc") == {"flows/graph.py"}


def test_the_library_imports_neither_stages_nor_flows() -> None:
    found = users("stages") | users("flows")
    assert all(not path.startswith("mien/") for path in found), found


def test_no_stage_imports_a_flow() -> None:
    assert all(path.startswith("flows/") for path in users("flows"))


@pytest.mark.parametrize("path", modules("mien"), ids=lambda path: str(path.relative_to(ROOT)))
def test_arrows_run_downwards(path: Path) -> None:
    own = room(path)
    if own == "__init__":
        return
    levels = {name: level for level, names in enumerate(FLOORS) for name in names}
    assert own in levels, f"{own} has no floor: give it one in this test and in docs/architecture.md"
    for name in imports(path):
        parts = name.split(".")
        if parts[0] != "mien" or len(parts) < 2 or parts[1] == own or parts[1] not in levels:
            continue
        other = parts[1]
        assert levels[other] <= levels[own], f"{path.name} of {own} reaches up to {other}"
        assert other not in NEVER.get(own, set()), f"{own} must not import {other}"
        assert not (own in SYSTEMS and other in SYSTEMS), f"system {own} imports system {other}"
