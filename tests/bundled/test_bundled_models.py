"""The models that come with mien and the code fit together: every command makes its output with them."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from safetensors.torch import load_file

from mien import checkout
from mien.bundled.contents import BUNDLE, COMPACT, MOST_BYTES, WEIGHTS, check_files, read_contents
from mien.bundled.opening import open_model
from mien.bundled.place import Place
from mien.files import sha256_file
from mien.makers.models import MODELS
from mien.makers.systems import SYSTEMS
from mien.training.compact import restore

ROOT = Path(__file__).parents[2]


def _committed() -> bool:
    listed = subprocess.run(
        ["git", "-C", str(ROOT), "ls-files", "mien/bundled/models"], capture_output=True, text=True, check=False
    )
    return bool(listed.stdout.strip())


@pytest.fixture(autouse=True)
def _written() -> None:
    if not (BUNDLE / "bundle.json").is_file() and not _committed():
        pytest.skip("NO BUNDLE YET: `make repro`, then `mien bundle -o mien/bundled/models`, then commit it")


def test_the_bundle_is_whole_and_small() -> None:
    contents = read_contents()
    assert set(contents.models) == set(MODELS)
    for name, model in contents.models.items():
        check_files(BUNDLE / name, model)
        on_disk = {path.relative_to(BUNDLE / name).as_posix() for path in (BUNDLE / name).rglob("*") if path.is_file()}
        assert on_disk == set(model.files)
        assert (BUNDLE / name / "card.md").read_text().startswith("# ")
    assert sum(path.stat().st_size for path in BUNDLE.rglob("*") if path.is_file()) <= MOST_BYTES
    assert contents.models["talking_face"].seen == "rendered heads only"


@pytest.mark.parametrize("name", MODELS)
def test_every_bundled_model_loads(name: str) -> None:
    opened = open_model(MODELS[name], Place(BUNDLE / name, bundled=True))
    assert opened.version.endswith("(bundled)")
    for part in ("lifter", "look", "diffusion") if name == "follow" else ():  # each is loaded when it is asked for
        assert getattr(opened.model, part) is not None


REQUESTS: list[tuple[str, dict[str, Any], str]] = [
    ("shapes", {"text": "circle moving up-right"}, ".gif"),
    ("sculpt", {"text": "an old man with a grey beard", "seed": 1}, ".json"),
    ("move", {"text": "nods twice, then smiles", "seed": 1}, ".npz"),
    ("follow", {"text": "a man in a red coat waves in the snow", "seed": 1}, ".json"),
    ("talk", {"text": "Hi", "motion": "nods"}, ".mp4"),
]


@pytest.mark.slow
@pytest.mark.parametrize(("command", "values", "suffix"), REQUESTS, ids=[command for command, _, _ in REQUESTS])
def test_every_command_makes_its_output_with_the_bundle(
    command: str, values: dict[str, Any], suffix: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checkout, "CHECKOUT", tmp_path)
    monkeypatch.chdir(tmp_path)
    if command == "talk":
        SYSTEMS["sculpt"].run({"text": "a smiling man", "seed": 2}, tmp_path / "person.json")
        values = {**values, "person": "person.json"}
    made = SYSTEMS[command].run(values, tmp_path / f"out{suffix}")
    assert made.path.stat().st_size > 0
    assert [note for note in made.notes if note.startswith("using the bundled model of ")]
    if suffix == ".json":
        assert json.loads(made.path.read_text())


@pytest.mark.slow
def test_an_installed_package_has_the_bundle(tmp_path: Path) -> None:
    """A wheel is what `pip install` from a checkout installs."""
    source = tmp_path / "source"
    source.mkdir()
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source / name)
    shutil.copytree(ROOT / "mien", source / "mien", ignore=shutil.ignore_patterns("__pycache__"))
    command = [
        sys.executable,
        "-m",
        "pip",
        "wheel",
        "--no-deps",
        "--no-build-isolation",
        "-q",
        "-w",
        str(tmp_path),
        ".",
    ]
    subprocess.run(command, cwd=source, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    with ZipFile(wheel) as content:
        inside = {name for name in content.namelist() if name.startswith("mien/bundled/models/")}
    assert inside == {f"mien/bundled/models/{path.relative_to(BUNDLE).as_posix()}" for path in _files()}


def _files() -> list[Path]:
    return [path for path in BUNDLE.rglob("*") if path.is_file()]


TOLERANCES = {"same": 0.0, "float16": 5e-4, "int8": 1e-2}
"""Stored kind → the largest relative error (norm of the difference) of a tensor."""


@pytest.mark.parametrize("name", MODELS)
def test_bundled_weights_are_those_of_the_trained_model_within_the_tolerance(name: str) -> None:
    """Where the models that were bundled are there: in the repository where `make repro` ran."""
    trained, bundled = ROOT / MODELS[name].folder, BUNDLE / name
    contents = read_contents().models[name]
    if not (trained / "model.safetensors").is_file() or sha256_file(trained / "model.safetensors") != contents.weights:
        pytest.skip("the trained models of the bundle are not here")
    for compact in bundled.rglob(COMPACT):
        part = compact.parent.relative_to(bundled)
        layout = json.loads(compact.read_text())["tensors"]
        after = restore(load_file(compact.with_name(WEIGHTS)), layout)
        before = load_file(trained / part / "model.safetensors")
        assert after.keys() == before.keys()
        for key, tensor in before.items():
            error = float((after[key].double() - tensor.double()).norm() / (tensor.double().norm() + 1e-12))
            assert error <= TOLERANCES[layout[key]["stored"]], (part, key)
