"""The models as the studio shows them: read once, read again when a file has changed, champions by another process."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from mien import checkout
from mien.bundled import contents
from mien.makers.models import MODELS
from mien.storage.checksummed_json import write_checksummed_json
from mien.studio.pages.catalogue import Translator
from mien.studio.pages.sayings import said
from mien.studio.pipeline import champions as reading
from mien.studio.pipeline import models as listing
from mien.studio.pipeline.champions import Champions
from mien.studio.pipeline.models import Models
from mien.tracking.champions import Champion

ROOT = Path(__file__).parents[3]


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(contents, "BUNDLE", tmp_path / "bundle")
    monkeypatch.setattr(checkout, "CHECKOUT", tmp_path / "checkout")
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    return tmp_path / "here"


def test_a_listing_is_read_again_only_when_a_file_has_changed(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read = []
    original = listing.list_models
    monkeypatch.setattr(listing, "list_models", lambda *given: read.append(given) or original(*given))
    models = Models(Champions(here))
    assert {one.state for one in models.listed()} == {"missing"}
    assert not models.usable("shapes")
    assert models.listed() is models.listed()
    assert len(read) == 1
    (here / "models" / "shapes").mkdir(parents=True)
    write_checksummed_json(here / "models" / "shapes" / "config.json", {"kind": "shapes", "sha256": "ab"})
    assert {one.name: one.state for one in models.listed()}["shapes"] == "trained"
    assert models.usable("shapes")
    assert not models.usable("talk")
    assert len(read) == 2


def test_champions_come_from_another_process_when_the_registry_changes(
    here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Path] = []
    one = {"shapes": Champion("shapes", "2", "ab", "generated.overall", 0.5)}
    monkeypatch.setattr(reading, "_in_process", lambda root: asked.append(root) or one)
    champions = Champions(here)
    assert champions.read() is None
    assert asked == []
    (here / "mlflow.db").write_text("a")
    assert champions.read() == one
    assert champions.read() == one
    assert asked == [here]
    os.utime(here / "mlflow.db", (1, 1))
    assert champions.current() == one  # what is known, while it is read again
    monkeypatch.setattr(reading, "_in_process", lambda _root: None)
    os.utime(here / "mlflow.db", (2, 2))
    assert champions.read() == one  # what cannot be read leaves what is known


def test_a_reading_that_fails_is_said_on_stderr(
    here: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "executable", "/bin/false")
    (here / "mlflow.db").write_text("no database")
    assert Champions(here).read() is None
    assert "champions could not be read" in capsys.readouterr().err


def test_the_server_imports_neither_mlflow_nor_torch_nor_prefect(here: Path) -> None:
    code = (
        "import sys, json\n"
        "from mien.studio.pipeline.models import models\n"
        "import mien.studio.pipeline.prefect\n"
        "listed = models().listed()\n"
        "print(json.dumps([name for name in ('mlflow', 'torch', 'prefect') if name in sys.modules]))"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=here, env=environment, check=True, capture_output=True, text=True
    )
    assert json.loads(done.stdout) == []


def test_what_is_said_of_models_and_prefect_is_said_in_vietnamese_too() -> None:
    t = Translator("vi")
    note = said(t, "using the bundled model of a talking face: trained on rendered heads only")
    assert note == "dùng mô hình có sẵn (khuôn mặt biết nói), đã học từ: chỉ các đầu dựng hình"
    for model in MODELS.values():
        assert said(t, model.what) != model.what, model.what
    for sentence in ("there is no such run of the pipeline", "there is no stage 'x': choose from a, b"):
        assert said(t, sentence) != sentence
