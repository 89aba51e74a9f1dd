"""Every stage depends on the table of its code, and on no other file of code."""

import ast
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
STAGES = yaml.safe_load((ROOT / "dvc.yaml").read_text())["stages"]
PLAIN = {"code", "inputs"}
"""The stages without parameters, which stand outside of the shell."""
RUNNING = [name for name in STAGES if name not in PLAIN]


def test_the_stage_code_reads_all_code_and_writes_a_table_for_each_other_stage() -> None:
    assert STAGES["code"]["deps"] == ["mien", "stages", "constraints.txt"]
    assert STAGES["code"]["outs"] == [f"data/code/{name}.json" for name in RUNNING]


@pytest.mark.parametrize("name", RUNNING)
def test_a_stage_depends_on_its_own_table(name: str) -> None:
    deps = [dep for dep in STAGES[name]["deps"] if dep.startswith(("data/code", "mien", "stages"))]
    assert deps == [f"data/code/{name}.json"]


@pytest.mark.parametrize("name", STAGES)
def test_one_name_everywhere(name: str) -> None:
    assert STAGES[name]["cmd"] == f"python -m stages.{name}"
    tree = ast.parse((ROOT / "stages" / f"{name}.py").read_text())
    assert name in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
    if name in RUNNING:
        assert STAGES[name]["params"] == [name]
        assert name in yaml.safe_load((ROOT / "params.yaml").read_text())
