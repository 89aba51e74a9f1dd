"""`mien sculpt` from words to files, with small trained models."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner, Result

from mien.commands.cli import app
from mien.heads.latents.person import Person
from mien.media.ffmpeg import probe
from mien.media.file_tags import file_tags
from mien.sculpt.corpus.attributes import attributes, read_options
from mien.sculpt.system import SYSTEM
from mien.systems.errors import RequestError


@pytest.fixture
def folders(prior_folder: Path, clip_folder: Path) -> dict[str, Path]:
    return {"model": prior_folder, "guide_model": clip_folder}


def command(folders: dict[str, Path], *arguments: object) -> Result:
    given = ["--model", folders["model"], "--guide-model", folders["guide_model"]]
    return CliRunner().invoke(app, ["sculpt", *map(str, [*arguments, *given])])


def test_words_become_a_person_that_shows_them(folders: dict[str, Path], tmp_path: Path) -> None:
    out = tmp_path / "person.json"
    done = command(folders, "-t", "a woman with an afro and round glasses", "-o", out)
    assert done.exit_code == 0, done.output
    person = Person.load(out)
    assert person.latents.option("hair_style") == ["afro"]
    assert person.prompt == "a woman with an afro and round glasses"
    assert "AI-generated" in done.output
    assert "head_prior" in " ".join(person.tags.values())


def test_the_same_request_gives_the_same_bytes(folders: dict[str, Path], tmp_path: Path) -> None:
    for name in ("a", "b"):
        SYSTEM.run({"text": "a bald man", "seed": 5}, tmp_path / f"{name}.json", **folders)
    SYSTEM.run({"text": "a bald man", "seed": 6}, tmp_path / "c.json", **folders)
    assert (tmp_path / "a.json").read_bytes() == (tmp_path / "b.json").read_bytes()
    assert (tmp_path / "a.json").read_bytes() != (tmp_path / "c.json").read_bytes()


def test_variants_are_numbered(folders: dict[str, Path], tmp_path: Path) -> None:
    done = command(folders, "-t", "a woman with blue eyes", "--variants", "3", "-o", tmp_path / "p.json")
    assert done.exit_code == 0, done.output
    assert sorted(path.name for path in tmp_path.iterdir()) == ["p-2.json", "p-3.json", "p.json"]
    assert len({path.read_bytes() for path in tmp_path.iterdir()}) == 3


def test_a_sheet_has_a_row_for_each_variant(folders: dict[str, Path], tmp_path: Path) -> None:
    out = tmp_path / "sheet.png"
    SYSTEM.run({"text": "a man with a moustache", "variants": 2, "size": 64}, out, **folders)
    with Image.open(out) as picture:
        assert picture.size == (4 * 64, 2 * 64)
        pixels = np.asarray(picture.convert("RGB"))
    assert pixels.std() > 20
    assert "a man with a moustache" in " ".join(file_tags(out).values())


@pytest.mark.parametrize("suffix", [".glb", ".html", ".obj", ".gif"])
def test_every_format_is_written_with_its_provenance(suffix: str, folders: dict[str, Path], tmp_path: Path) -> None:
    out = tmp_path / f"head{suffix}"
    SYSTEM.run({"text": "an old man with a beard, smiling", "size": 64}, out, **folders)
    assert out.stat().st_size > 10_000
    assert "an old man with a beard, smiling" in json.dumps(file_tags(out), ensure_ascii=False)


def test_a_turntable_is_a_video_of_four_seconds(folders: dict[str, Path], tmp_path: Path) -> None:
    out = tmp_path / "turn.mp4"
    SYSTEM.run({"text": "a woman", "size": 64}, out, **folders)
    found = probe(out)
    assert (found.width, found.height) == (64, 64)
    assert float(found.seconds) == pytest.approx(4, abs=0.1)


def test_an_edit_changes_what_is_asked_and_keeps_the_rest(folders: dict[str, Path], tmp_path: Path) -> None:
    SYSTEM.run({"text": "a man with an afro and round glasses"}, tmp_path / "before.json", **folders)
    done = command(
        folders, "--edit", tmp_path / "before.json", "-t", "without glasses, and older", "-o", tmp_path / "after.json"
    )
    assert done.exit_code == 0, done.output
    before, after = (Person.load(tmp_path / f"{name}.json") for name in ("before", "after"))
    assert after.latents.option("glasses") == ["none"]
    old, new = read_options(before.latents), read_options(after.latents)
    changed = {name for name in attributes() if (old[name] != new[name]).any()}
    assert changed <= {"glasses", "age"}
    assert "glasses round → none" in done.output


@pytest.mark.parametrize(
    ("request_", "message"),
    [
        ({"text": ""}, "text"),
        ({"text": "   "}, "text"),
        ({"text": "a" * 10_000}, "1,000"),
        ({"text": "xylophone quux"}, "knows no word"),
        ({"text": "người phụ nữ mắt to"}, "'người phụ nữ mắt to' is not English"),
        ({"text": "cau be dang chay trong cong vien"}, "is not English"),
        ({"text": "bald", "keep": ["eyes"]}, "--edit"),
        ({"text": "bald", "keep": ["wings"]}, "keep"),
        ({"text": "bald", "variants": 99}, "16"),
        ({"text": "bald", "method": "magic"}, "method"),
        ({"text": "bald", "head_file": "x"}, "embedded"),
        ({"text": "bald", "edit": "missing.json"}, "not there"),
    ],
)
def test_bad_requests_get_one_sentence(
    request_: dict[str, object], message: str, folders: dict[str, Path], tmp_path: Path
) -> None:
    with pytest.raises(RequestError, match=message) as refused:
        SYSTEM.run(request_, tmp_path / "out.json", **folders)
    assert "\n" not in str(refused.value)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "content", [b"", b"{}", b"[]", b"\xff", b"glTF\x02\x00\x00\x00", b'{"format": "mien person 1", "values": 3}']
)
def test_a_bad_person_is_refused(content: bytes, folders: dict[str, Path], tmp_path: Path) -> None:
    (tmp_path / "bad.json").write_bytes(content)
    done = command(folders, "--edit", tmp_path / "bad.json", "-t", "older", "-o", tmp_path / "out.json")
    assert done.exit_code == 2
    assert "bad.json" in done.output
    assert not (tmp_path / "out.json").exists()


def test_an_unknown_word_is_named_and_the_rest_is_used(folders: dict[str, Path], tmp_path: Path) -> None:
    done = command(folders, "-t", "a man with a hat and an afro", "-o", tmp_path / "p.json")
    assert done.exit_code == 0
    assert "'hat'" in done.output
    assert Person.load(tmp_path / "p.json").latents.option("hair_style") == ["afro"]


def test_a_missing_guide_is_named_with_its_stage(prior_folder: Path, tmp_path: Path) -> None:
    with pytest.raises(RequestError, match="head_clip"):
        SYSTEM.run({"text": "bald"}, tmp_path / "p.json", model=prior_folder, guide_model=tmp_path / "none")


def test_what_exists_stays_without_force(folders: dict[str, Path], tmp_path: Path) -> None:
    (tmp_path / "p-2.json").write_text("mine")
    with pytest.raises(RequestError):
        SYSTEM.run({"text": "bald", "variants": 2}, tmp_path / "p.json", **folders)
    assert (tmp_path / "p-2.json").read_text() == "mine"
