"""The table of a stage's code: what counts, what does not, and what DVC makes of it."""

from __future__ import annotations

import ast
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from ruamel.yaml import YAML
from toy_pipeline import ROOT, command

from stages.codebase.distributions import NO_PIN, pinned_versions, read_pins
from stages.codebase.project import PACKAGES
from stages.codebase.symbols import defined_names
from stages.codebase.table import is_current, project_tables
from stages.pipeline_files import PipelineFiles

STAGES = PipelineFiles(ROOT).stages_with_params()
Table = dict[str, dict[str, str]]


def all_tables(folder: Path) -> dict[str, Table]:
    tables = project_tables(folder)
    return {stage: tables.table(f"stages.{stage}") for stage in STAGES}


def copy_of_the_code(folder: Path) -> Path:
    for package in PACKAGES:
        shutil.copytree(ROOT / package, folder / package, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "constraints.txt", folder)
    return folder


@pytest.fixture(scope="module")
def known() -> dict[str, Table]:
    return all_tables(ROOT)


class OtherWords(ast.NodeTransformer):
    """Another docstring everywhere, and other words in every description of an option."""

    def generic_visit(self, node: ast.AST) -> ast.AST:
        super().generic_visit(node)
        if isinstance(node, ast.FunctionDef | ast.ClassDef | ast.Module):
            if ast.get_docstring(node) is not None:
                node.body.pop(0)
            node.body.insert(0, ast.parse("'Other words.'").body[0])
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Field":
            for keyword in node.keywords:
                if keyword.arg == "description":
                    keyword.value = ast.Constant("other words")
        return node


def test_comments_docstrings_descriptions_and_unused_code_change_no_table(
    tmp_path: Path, known: dict[str, Table]
) -> None:
    copy = copy_of_the_code(tmp_path)
    whole = {name.split(":")[0] for table in known.values() for name in table["symbols"] if name.endswith(":*")}
    unused = "\ndef _nobody_calls_this(x: int = 3) -> int:\n    return x\n\n_UNUSED = (1, 2)\n"
    grown = 0
    for path in copy.rglob("*.py"):
        tree = OtherWords().visit(ast.parse(path.read_text()))
        text = ast.unparse(ast.fix_missing_locations(tree)) + "\n# a comment\n"
        grows = _module(copy, path) not in whole
        path.write_text(text + unused * grows)
        grown += grows
    assert grown > 200
    assert all_tables(copy) == known


def test_a_changed_literal_changes_the_tables_of_the_stages_that_reach_it_alone(
    tmp_path: Path, known: dict[str, Table]
) -> None:
    copy = copy_of_the_code(tmp_path)
    changed = []
    for path in sorted(copy.rglob("*.py"))[::3]:
        tree = ast.parse(path.read_text())
        for node in tree.body:
            numbers = [n for n in ast.walk(node) if isinstance(n, ast.Constant) and type(n.value) is int]
            if isinstance(node, ast.FunctionDef) and numbers:
                numbers[-1].value += 1  # type: ignore[operator]
                changed.append(f"{_module(copy, path)}:{node.name}")
                break
        path.write_text(ast.unparse(tree))
    after = all_tables(copy)
    reached = 0
    for stage in STAGES:
        old, new = known[stage]["symbols"], after[stage]["symbols"]
        listed = [name for name in changed if name in old]
        assert all(new[name] != old[name] for name in listed)
        whole = {name.split(":")[0] for name in old if name.endswith((":*", ":<import>"))}
        others = {n for n in old if n not in changed and n.split(":")[0] not in whole}
        assert {n: new[n] for n in others} == {n: old[n] for n in others}
        reached += len(listed)
    assert reached > 50


TRACER = """
import atexit, runpy, sys, threading

seen = set()

def note(frame, event, argument):
    if event == "call" and frame.f_code.co_flags & 1:  # CO_OPTIMIZED: a function, no body of a module or a class
        seen.add(frame.f_code)

def write():
    sys.setprofile(None)
    with open("ran.txt", "w") as stream:
        stream.writelines(f"{code.co_firstlineno} {code.co_filename}\\n" for code in seen)

atexit.register(write)
threading.setprofile(note)
sys.setprofile(note)
sys.argv = ["shapes_corpus"]
runpy.run_module("stages.shapes_corpus", run_name="__main__")
"""


SURROUNDING = tuple(
    f"mien.{n}"
    for n in ("clips:", "execution:", "files:", "locks:", "parallel:", "processes:", "progress:", "tracking.")
)
"""What stages/shell.py uses around every stage; of it the stage shapes_corpus itself needs mien.files alone."""


def test_what_a_real_stage_runs_is_listed(tmp_path: Path) -> None:
    """All functions that the stage shapes_corpus calls are in its table, but for those that serve stages/shell.py."""
    copy = copy_of_the_code(tmp_path)
    shutil.copy(ROOT / "params" / "tiny.yaml", copy / "params.yaml")
    tracer = copy / "tracer.py"
    tracer.write_text(TRACER)
    environment = {**os.environ, "PYTHONPATH": str(copy), "MIEN_TRACKING": "off"}
    subprocess.run([sys.executable, str(tracer)], cwd=copy, env=environment, check=True, timeout=200)
    listed = set(project_tables(copy).table("stages.shapes_corpus")["symbols"])
    ran = set()
    for line in (copy / "ran.txt").read_text().splitlines():
        first, name = line.split(" ", 1)
        if Path(name).is_relative_to(copy) and Path(name) != tracer:
            ran |= _names_at(copy, Path(name), int(first))
    ours = {name for name in ran if not name.startswith(("stages.", "stages:", *SURROUNDING))}
    missing = {name for name in ours if name not in listed and f"{name.split(':')[0]}:*" not in listed}
    assert len(ours & listed) > 30
    assert not missing


def _module(root: Path, path: Path) -> str:
    return ".".join(path.relative_to(root).with_suffix("").parts).removesuffix(".__init__")


def _names_at(root: Path, path: Path, line: int) -> set[str]:
    """`module:name` of the definition at a line of a file."""
    for node in ast.parse(path.read_text()).body:
        first = min([node.lineno, *(d.lineno for d in getattr(node, "decorator_list", []))])
        if first <= line <= (node.end_lineno or 0):
            return {f"{_module(root, path)}:{name}" for name in defined_names(node) or []}
    return set()


MODULES = {
    "mien/__init__.py": "",
    "stages/__init__.py": "",
    "stages/one.py": "from mien.a import f\nif __name__ == '__main__':\n    f()\n",
}


def symbols(folder: Path, a: str, b: str = "") -> set[str]:
    """What the stage `one` reaches in a project with the modules `mien/a.py` and `mien/b.py`, without its own file."""
    for name, text in {**MODULES, "mien/a.py": a, "mien/b.py": b}.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text)
    (folder / "constraints.txt").write_text("numpy==2.1\n")
    names = project_tables(folder).table("stages.one")["symbols"]
    return {name.removeprefix("mien.") for name in names if name != "stages.one:*"}


TWO = "def g(): pass\ndef h(): pass\n"


@pytest.mark.parametrize(
    ("a", "b", "reached"),
    [
        ("X = 1\nY = 2\ndef f():\n    return X\ndef g():\n    return Y\n", "", "a:f a:X"),
        ("from mien import b\ndef f():\n    return b.g()\n", TWO, "a:f a:b b:g"),
        ("from . import b as c\ndef f():\n    return c.g()\n", TWO, "a:f a:c b:g"),
        ("def f():\n    import mien.b as c\n    return c.g()\n", TWO, "a:f b:g"),
        ("def f():\n    from importlib import import_module\n    import_module('mien.b').g()\n", TWO, "a:f b:g"),
        ("import mien.b\ndef f():\n    return vars(mien.b)\n", TWO, "a:f a:mien b:*"),
        ("from mien.b import *\ndef f():\n    return g()\n", TWO, "a:* b:*"),
        ("def f():\n    return load('mien.b')\n", TWO, "a:f b:*"),
        ("def wrap(x):\n    return x\n@wrap\ndef g(): pass\ndef f(): pass\n", "", "a:<import> a:f a:wrap"),
        ("from functools import cache\n@cache\ndef g(): pass\ndef f(): pass\n", "", "a:f"),
        ("def d(): pass\ndef f(x=d): pass\n", "", "a:f a:d"),
        ("class K: pass\ndef f(x: K): pass\n", "", "a:f a:K"),
        ("from __future__ import annotations\nclass K: pass\ndef f(x: K): pass\n", "", "a:f"),
        ("class K: pass\nclass L:\n    k: 'K'\ndef f():\n    return L()\n", "", "a:f a:K a:L"),
        ("if TYPE_CHECKING:\n    from mien.b import g\ndef f(): pass\n", "print(1)\n", "a:f"),
        ("import mien.b\ndef f(): pass\n", "print(1)\n" + TWO, "a:f b:<import>"),
        ("import mien.b as b\ndef f():\n    b.g = 1\n", TWO, "a:f a:b b:*"),
        ("def f():\n    return eval('1')\n", TWO, "a:* b:*"),
        ("X = 1\nX += 1\ndef f(): pass\n", "", "a:*"),
    ],
)
def test_what_is_reached(tmp_path: Path, a: str, b: str, reached: str) -> None:
    assert symbols(tmp_path, a, b) - {"a:<import>"} == set(reached.split()) - {"a:<import>"}


def test_distributions_have_the_version_of_their_pin() -> None:
    pins = {"numpy": "2.1", "opencv-contrib-python": "5", "espeakng-loader": "0.2"}
    found = pinned_versions(["numpy", "json", "cv2", "espeakng_loader", "pyrender"], pins)
    assert found == {"numpy": "2.1", "opencv-contrib-python": "5", "espeakng-loader": "0.2", "pyrender": NO_PIN}


def test_pins_are_read_as_pip_reads_them(tmp_path: Path) -> None:
    path = tmp_path / "constraints.txt"
    path.write_text("# ours\nruamel.yaml==0.19.1\nPyYAML == 6.0.3 ; python_version > '3'\n\ndvc>=3\n")
    assert read_pins(path) == {"ruamel-yaml": "0.19.1", "pyyaml": "6.0.3"}


def test_every_imported_distribution_is_pinned(known: dict[str, Table]) -> None:
    missing = {
        name for table in known.values() for name, version in table["distributions"].items() if version == NO_PIN
    }
    assert missing <= {"pyrender"}, "pyrender draws with OpenGL where a user has installed it"


def test_a_table_is_outdated_by_code_not_by_comments(tmp_path: Path) -> None:
    symbols(tmp_path, "def f():\n    return 1\n")
    path = tmp_path / "one.json"
    path.write_text(json.dumps(project_tables(tmp_path).table("stages.one")))
    os.utime(path, (1, 1))  # older than the sources
    (tmp_path / "mien" / "a.py").write_text("def f():\n    return 1  # one\n")
    assert is_current(tmp_path, "stages.one", path)
    (tmp_path / "mien" / "a.py").write_text("def f():\n    return 2\n")
    assert not is_current(tmp_path, "stages.one", path)


@pytest.fixture
def toy_with_tables(toy: Path) -> Path:
    """The toy repository with the stage `code`."""
    shutil.copytree(ROOT / "stages" / "codebase", toy / "stages" / "codebase")
    shutil.copy(ROOT / "stages" / "code.py", toy / "stages")
    (toy / "constraints.txt").write_text("pydantic==2\n")
    (toy / "mien").mkdir()
    yaml = YAML()
    definition = yaml.load((toy / "dvc.yaml").read_text())
    stages = definition["stages"]
    for name, stage in stages.items():
        stage["deps"][0] = f"data/code/{name}.json"
    outs = [f"data/code/{name}.json" for name in stages]
    stages["code"] = {"cmd": "python -m stages.code", "deps": ["stages", "constraints.txt"], "outs": outs}
    yaml.dump(definition, toy / "dvc.yaml")
    return toy


@pytest.mark.pipeline
def test_dvc_runs_a_stage_again_for_its_code_and_for_nothing_else(toy_with_tables: Path) -> None:
    def ran() -> list[str]:
        said = command(toy_with_tables, "dvc", "repro", "left", tracking="off").stdout
        return [line.split("'")[1] for line in said.splitlines() if line.startswith("Running stage")]

    assert set(ran()) == {"code", "source", "left"}
    path = toy_with_tables / "stages" / "left.py"
    text = path.read_text()
    path.write_text(
        text.replace('"""A toy stage."""', '"""Another."""').replace("what is added", "the summand") + "# end\n"
    )
    assert ran() == ["code"]
    path.write_text(text.replace("range(1, 6)", "range(1, 7)"))
    refused = command(toy_with_tables, "python", "-m", "stages.left", check=False)
    assert refused.returncode == 2
    assert "the code changed after data/code/left.json was written; run `dvc repro left`" in refused.stderr
    assert ran() == ["code", "left"]
    path.write_text("def left(:\n")
    wrong = command(toy_with_tables, "dvc", "repro", "left", check=False, tracking="off")
    assert wrong.returncode != 0
    assert "stages/left.py, line 1" in wrong.stderr
