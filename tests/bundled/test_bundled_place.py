"""Which model a request gets, the one named, trained, or bundled with mien; and that a bundled one is said."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import torch
import typer
from bundle_making import MODEL, SYSTEM, SumRequest, make_bundle, train
from typer.testing import CliRunner

from mien import checkout
from mien.bundled import contents
from mien.bundled.contents import BundleError, read_contents
from mien.bundled.place import find_model
from mien.commands.system_command import add_command
from mien.studio.worker.models import WarmModels
from mien.systems.errors import RequestError
from mien.training.model_folder import load_network, read_weights
from stages.codebase.table import project_tables
from stages.pipeline_files import PipelineFiles

ROOT = Path(__file__).parents[2]


@pytest.fixture
def bundle(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A bundle, and a current folder and a checkout that have no models."""
    made = make_bundle(tmp_path / "trained", tmp_path / "bundle")
    (tmp_path / "here").mkdir()
    (tmp_path / "checkout").mkdir()
    monkeypatch.setattr(contents, "BUNDLE", made)
    monkeypatch.setattr(checkout, "CHECKOUT", tmp_path / "checkout")
    monkeypatch.chdir(tmp_path / "here")
    return made


def test_trained_models_go_before_the_bundle(bundle: Path, tmp_path: Path) -> None:
    assert find_model(MODEL).folder == bundle / "sums"
    assert find_model(MODEL).bundled
    (tmp_path / "here" / "models" / "sums").mkdir(parents=True)  # as DVC leaves it while the stage runs
    assert find_model(MODEL).bundled
    train(tmp_path / "checkout", 1)
    assert find_model(MODEL).folder == tmp_path / "checkout" / "models" / "sums"
    train(tmp_path / "here", 2)
    assert find_model(MODEL).folder == Path("models/sums")
    assert not find_model(MODEL).bundled


def test_a_folder_that_the_user_names_is_never_replaced(bundle: Path, tmp_path: Path) -> None:
    for named in (Path("models/sums"), tmp_path / "other"):
        assert find_model(MODEL, named).folder == named
        with pytest.raises(RequestError, match="there is no trained model of sums"):
            SYSTEM.run({}, tmp_path / "out.txt", model=named)
    assert not (tmp_path / "out.txt").exists()
    shutil.rmtree(bundle)
    with pytest.raises(RequestError, match="there is no trained model of sums in models/sums"):
        SYSTEM.run({}, tmp_path / "out.txt")


def test_an_output_of_the_bundle_says_so_and_is_that_of_the_trained_model(bundle: Path, tmp_path: Path) -> None:
    bundled = SYSTEM.run({"number": 2.0}, tmp_path / "bundled.txt")
    trained = SYSTEM.run({"number": 2.0}, tmp_path / "own.txt", model=tmp_path / "trained" / "models" / "sums")
    assert bundled.notes == ("using the bundled model of sums: trained on clips of an unknown corpus",)
    assert trained.notes == ()
    assert bundled.model_version.endswith(" (bundled)")
    numbers = [float((tmp_path / name).read_text().split()[0]) for name in ("bundled.txt", "own.txt")]
    assert numbers[0] == pytest.approx(numbers[1], rel=1e-2)
    compact = SYSTEM.run({"number": 2.0}, tmp_path / "named.txt", model=bundle / "sums")
    assert compact.notes == ()
    assert compact.model_version.endswith(" (compact)")


def test_the_command_says_it_on_stderr_and_a_table_once(bundle: Path, tmp_path: Path) -> None:
    del bundle
    app = typer.Typer()
    app.callback()(lambda: None)
    add_command(app, SYSTEM)
    done = CliRunner().invoke(app, ["sums", "-o", str(tmp_path / "one.txt")])
    assert done.exit_code == 0, done.output
    assert "using the bundled model of sums" in done.stderr
    assert "bundled model of" not in done.stdout
    (tmp_path / "table.csv").write_text("number\n1\n2\n3\n")
    done = CliRunner().invoke(app, ["sums", "--table", str(tmp_path / "table.csv"), "-o", str(tmp_path / "many")])
    assert done.exit_code == 0, done.output
    assert done.stderr.count("using the bundled model of sums") == 1
    assert "bundled" not in (tmp_path / "many" / "batch.csv").read_text()


@pytest.mark.parametrize("name", ["compact.safetensors", "compact.json", "config.json", "card.md"])
@pytest.mark.parametrize("damage", ["changed", "removed"])
def test_a_damaged_bundle_is_refused_in_a_sentence(bundle: Path, tmp_path: Path, name: str, damage: str) -> None:
    path = bundle / "sums" / name
    if damage == "changed":
        content = bytearray(path.read_bytes())
        content[len(content) // 2] ^= 1
        path.write_bytes(content)
    else:
        path.unlink()
    with pytest.raises(RequestError) as refused:
        SYSTEM.run({}, tmp_path / "out.txt")
    assert "\n" not in str(refused.value)
    assert not (tmp_path / "out.txt").exists()


def test_a_damaged_manifest_is_refused(bundle: Path, tmp_path: Path) -> None:
    manifest = bundle / contents.MANIFEST
    manifest.write_text(manifest.read_text().replace("clips of an unknown corpus", "everything there is"))
    with pytest.raises(BundleError, match="is damaged"):
        read_contents()
    with pytest.raises(RequestError, match="is damaged"):
        SYSTEM.run({}, tmp_path / "out.txt")


def test_compact_weights_cannot_be_taken_for_trained_ones(bundle: Path) -> None:
    with pytest.raises(ValueError, match=r"it has no model\.safetensors"):
        load_network(bundle / "sums", ("sums",), lambda _: torch.nn.Linear(128, 64))
    with pytest.raises(ValueError, match=r"it has no model\.safetensors"):
        read_weights(bundle / "sums", {})


def test_what_is_expanded_lives_as_long_as_the_process(bundle: Path, tmp_path: Path) -> None:
    (tmp_path / "temporary").mkdir()
    code = (
        "from pathlib import Path; from mien.bundled.opening import expand; import sys, os\n"
        "folder = expand(Path(sys.argv[1])); assert expand(Path(sys.argv[1])) == folder\n"
        "assert sorted(one.name for one in folder.iterdir()) == ['card.md', 'config.json', 'model.safetensors']\n"
        "assert folder.stat().st_mode & 0o77 == 0\n"
        "os.kill(os.getpid(), 9) if len(sys.argv) > 2 else print(folder)"
    )
    environment = {**os.environ, "TMPDIR": str(tmp_path / "temporary"), "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", code, str(bundle / "sums")]
    killed = subprocess.run([*command, "killed"], env=environment, check=False)
    assert killed.returncode == -9
    assert len(list((tmp_path / "temporary").iterdir())) == 1
    done = subprocess.run(command, env=environment, check=True, capture_output=True, text=True)
    assert done.stdout.strip()
    assert list((tmp_path / "temporary").iterdir()) == []  # its own, and that of the killed one


@pytest.mark.slow
def test_no_stage_reaches_the_bundle() -> None:
    tables = project_tables(ROOT)
    stages = [Path(out).stem for out in PipelineFiles(ROOT).outputs("code")]
    assert "evaluate_talking" in stages
    for stage in stages:
        symbols = tables.table(f"stages.{stage}")["symbols"]
        assert not [name for name in symbols if name.startswith(("mien.bundled", "mien.training.compact"))], stage


def test_export_and_promote_do_not_look_at_the_bundle() -> None:
    for path in ("mien/talking/generate/export.py", "mien/commands/promote.py", "mien/checkout.py"):
        assert "bundled" not in (ROOT / path).read_text(), path


def test_a_worker_keeps_the_bundled_model_until_one_is_trained(bundle: Path, tmp_path: Path) -> None:
    del bundle
    warm, request = WarmModels(tmp_path / "here"), SumRequest()
    first = warm.loaded(SYSTEM, request)
    assert first.main.version.endswith("(bundled)")
    assert first.notes[0].startswith("using the bundled model of sums")
    assert warm.is_warm(SYSTEM, request)
    assert warm.loaded(SYSTEM, request).main.model is first.main.model
    train(tmp_path / "here", 3)
    second = warm.loaded(SYSTEM, request)
    assert second.notes == ()
    assert not second.main.version.endswith("(bundled)")
