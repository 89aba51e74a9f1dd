"""`mien bundle`: only champions, whole or not at all, within its size."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from bundle_making import MODELS, champion_of, train
from typer.testing import CliRunner

from mien.bundled import writing
from mien.bundled.contents import BundleError, check_files, read_contents
from mien.bundled.figures import EVALUATIONS
from mien.bundled.writing import write_bundle
from mien.commands.cli import app
from mien.files import sha256_file


def test_the_bundle_has_card_checksums_and_figures(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = train(tmp_path)
    (tmp_path / "metrics").mkdir()
    (tmp_path / "metrics" / "evaluate_sums.json").write_text(json.dumps({"shapes": 0.75, "unknown": None}))
    monkeypatch.setitem(EVALUATIONS, "sums", "evaluate_sums")
    out = tmp_path / "bundle"
    written = write_bundle(tmp_path, out, MODELS, champion_of(folder, "7"), "abc")
    assert read_contents(out) == written
    own = written.models["sums"]
    assert (own.version, own.weights, own.figures) == ("7", sha256_file(folder / "model.safetensors"), {"shapes": 0.75})
    assert written.revision == "abc"
    assert (out / "sums" / "card.md").read_text() == (folder / "card.md").read_text()
    assert (out / "sums" / "config.json").read_text() == (folder / "config.json").read_text()
    assert set(own.files) == {"card.md", "compact.json", "compact.safetensors", "config.json"}
    check_files(out / "sums", own)
    assert "[sums](sums/card.md)" in (out / "README.md").read_text()
    before = sorted((path, path.read_bytes()) for path in out.rglob("*") if path.is_file())
    write_bundle(tmp_path, out, MODELS, champion_of(folder, "7"), "abc")
    assert sorted((path, path.read_bytes()) for path in out.rglob("*") if path.is_file()) == before


def test_what_is_no_champion_is_refused_and_nothing_is_written(tmp_path: Path) -> None:
    folder = train(tmp_path)
    champion = champion_of(folder)["sums"]
    out = tmp_path / "bundle"
    for champions, words in (
        ({}, "no champion"),
        ({"sums": replace(champion, weights="0" * 64)}, "not its champion, version 3"),
        ({"sums": replace(champion, value=None)}, "never evaluated"),
    ):
        with pytest.raises(BundleError, match=words) as refused:
            write_bundle(tmp_path, out, MODELS, champions, "abc")
        assert "--unevaluated" in str(refused.value)
        assert not out.exists()
    assert write_bundle(tmp_path, out, MODELS, None, "abc").models["sums"].version == ""


def test_a_failed_bundle_leaves_the_one_before(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = train(tmp_path)
    out = tmp_path / "bundle"
    before = write_bundle(tmp_path, out, MODELS, champion_of(folder), "abc")
    monkeypatch.setattr(writing, "MOST_BYTES", 1000)
    with pytest.raises(BundleError, match="more than 0 MB"):
        write_bundle(tmp_path, out, MODELS, champion_of(folder), "abc")
    monkeypatch.undo()
    (folder / "model.safetensors").write_bytes(b"something else")
    with pytest.raises(BundleError, match="is damaged"):
        write_bundle(tmp_path, out, MODELS, champion_of(folder), "abc")
    (folder / "config.json").unlink()
    with pytest.raises(BundleError, match="make repro"):
        write_bundle(tmp_path, out, MODELS, {}, "abc")
    assert read_contents(out) == before
    check_files(out / "sums", before.models["sums"])
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def test_the_command_refuses_in_one_sentence(tmp_path: Path) -> None:
    runner = CliRunner(env={"MIEN_TRACKING": "off"})
    done = runner.invoke(app, ["bundle", "-o", str(tmp_path / "out"), "--folder", str(tmp_path)])
    assert done.exit_code == 2
    assert (
        done.stderr
        == f"there is no trained model talking_face in {tmp_path}/models/talking_face: run `make repro` first\n"
    )
    assert not (tmp_path / "out").exists()
