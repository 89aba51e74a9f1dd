"""`mien move --person person.json`: the head of every output is that person, and a motion alone is nobody's."""

from __future__ import annotations

import csv
import json
import struct
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from people_making import damaged, person, saved
from typer.testing import CliRunner

from mien.commands.cli import app
from mien.files import sha256_file
from mien.heads.latents.person import Person
from mien.heads.performance import EXPRESSION_INDEX, Performance
from mien.heads.render.playback import render_head
from mien.heads.resting import resting_performance
from mien.heads.sculpture import Sculpture
from mien.media.file_tags import file_tags
from mien.media.provenance import parse_tags, read_tags
from mien.media.video import decode_frames
from mien.motion.generate import move as moving
from mien.motion.system import SYSTEM
from mien.systems.errors import RequestError


@pytest.fixture
def smiling(tmp_path: Path) -> Path:
    return saved(tmp_path / "person.json", {"age": 1.4}, expression="smiling", glasses="round", hair_style="long")


IN_HASTE = "0.6 s are short: at its usual speed, what is asked takes 1.8 s, so it is done faster"
"""What is said of two nods in the short videos of these tests."""


def move(out: Path, model: Path, **how: Any) -> Any:
    return SYSTEM.run({"text": "nods twice", "seconds": 0.6, "size": 64, **how}, out, model=model)


def tree(path: Path) -> dict[str, Any]:
    content = path.read_bytes()
    length = struct.unpack("<4sIII4s", content[:20])[3]
    return dict(json.loads(content[20 : 20 + length]))


def test_the_video_shows_the_person_and_says_who(smiling: Path, head_motion_model: Path, tmp_path: Path) -> None:
    made = move(tmp_path / "a.mp4", head_motion_model, person=smiling, blink=False)
    frame = next(decode_frames(tmp_path / "a.mp4")).astype(float)
    head = moving.open_actor("embedded").head
    one = Sculpture.of(Person.load(smiling), head)
    first = made.performance.map(lambda values: values[:1])
    assert not first.expression[0, EXPRESSION_INDEX["mouthSmileLeft"]] > 0.5, "the motion itself does not smile"

    def difference(resting: np.ndarray[Any, Any]) -> float:
        shown = resting_performance(first, resting)
        expected = next(render_head(head, one.identity, shown, (64, 64), appearance=one.appearance))
        return float(np.abs(frame - expected).mean())

    assert difference(one.expression) < 3, "but for the video's compression"
    assert difference(0 * one.expression) > difference(one.expression)
    told = read_tags(tmp_path / "a.mp4")
    assert told is not None
    assert told.person == Person.load(smiling).digest
    assert "a test" not in str(file_tags(tmp_path / "a.mp4")), "the words of a person are not given away"
    assert made.notes == (IN_HASTE,)


def test_people_differ_in_everything_but_the_motion(smiling: Path, head_motion_model: Path, tmp_path: Path) -> None:
    other = saved(tmp_path / "other.json", {"age": -1.0}, hair_style="afro")
    for suffix in (".mp4", ".glb"):
        one = move(tmp_path / f"one{suffix}", head_motion_model, person=smiling).path
        again = move(tmp_path / f"again{suffix}", head_motion_model, person=str(smiling)).path
        assert sha256_file(one) == sha256_file(again)
        assert sha256_file(move(tmp_path / f"other{suffix}", head_motion_model, person=other).path) != sha256_file(one)
    alone = move(tmp_path / "alone.npz", head_motion_model).path
    theirs = move(tmp_path / "theirs.npz", head_motion_model, person=smiling).path
    assert sha256_file(alone) == sha256_file(theirs), "a motion is nobody's"


def test_the_glb_is_the_person_with_hair_and_glasses(smiling: Path, head_motion_model: Path, tmp_path: Path) -> None:
    move(tmp_path / "a.glb", head_motion_model, person=smiling)
    found = tree(tmp_path / "a.glb")
    assert {"Hair", "Glasses", "Clothes"} <= {mesh["name"] for mesh in found["meshes"]}
    face = next(mesh for mesh in found["meshes"] if mesh["name"] == "Face")
    smile = face["extras"]["targetNames"].index("mouthSmileLeft")
    assert face["weights"][smile] > 0.5
    assert found["animations"]
    read = Person.from_json(found["asset"]["extras"]["person"])
    assert read.digest == Person.load(smiling).digest
    told = parse_tags(file_tags(tmp_path / "a.glb"))
    assert told is not None
    assert told.person == read.digest


def test_the_obj_smiles_at_rest(smiling: Path, head_motion_model: Path, tmp_path: Path) -> None:
    neutral = saved(tmp_path / "neutral.json", {"age": 1.4}, glasses="round", hair_style="long")
    corners = []
    for name, file in (("smiling", smiling), ("neutral", neutral)):
        move(tmp_path / f"{name}.obj", head_motion_model, person=file, seconds=0.4)
        lines = (tmp_path / f"{name}.obj" / "head_00000.obj").read_text().splitlines()
        points = np.array([line.split()[1:4] for line in lines if line.startswith("v ")], float)
        head = moving.open_actor("embedded").head
        corners.append(points[head.landmark_vertices[[48, 54]]])
    wider = np.ptp(corners[0][:, 0]) - np.ptp(corners[1][:, 0])
    assert wider > 0.01, "in head units"


def test_a_person_blinks_in_spite_of_heavy_lids(
    head_motion_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown: list[Performance] = []

    def remembered(head: Any, identity: Any, performance: Performance, *given: Any, **named: Any) -> Any:
        shown.append(performance)
        return render_head(head, identity, performance, *given, **named)

    monkeypatch.setattr(moving, "render_head", remembered)
    bored = saved(tmp_path / "bored.json", expression="bored")
    move(tmp_path / "a.mp4", head_motion_model, person=bored, seconds=10, renderer="dots")
    lids = shown[0].expression[:, EXPRESSION_INDEX["eyeBlinkLeft"]]
    assert 0.3 < np.median(lids) < 0.6
    assert lids.max() > 0.95


def test_no_bad_person_reaches_a_model(head_motion_model: Path, tmp_path: Path) -> None:
    (tmp_path / "bad").mkdir()
    asked = {"text": "nods", "seconds": 0.4}
    for name, (path, words) in damaged(tmp_path / "bad").items():
        # the model is not there either: the person is read first
        with pytest.raises(RequestError) as caught:
            SYSTEM.run({**asked, "person": path}, tmp_path / "a.mp4", model=tmp_path / "no_model")
        assert words in str(caught.value), name
        assert "\n" not in str(caught.value)
    for missing in ("absent.json", "absent", "x" * 300, "person\0.json"):
        with pytest.raises(RequestError, match="is not there"):
            SYSTEM.run({**asked, "person": missing}, tmp_path / "a.mp4", model=head_motion_model)
    for number in ("-1", "1000000", "2.5", 10**30):
        with pytest.raises(RequestError, match=r"--person must be a whole number, 0 to 999,999, or a person\.json"):
            SYSTEM.run({**asked, "person": number}, tmp_path / "a.mp4", model=head_motion_model)
    assert not (tmp_path / "a.mp4").exists()


def test_a_person_is_never_overwritten(head_motion_model: Path, tmp_path: Path) -> None:
    mine = saved(tmp_path / "person.npz")
    before = mine.read_bytes()
    with pytest.raises(RequestError, match="an input is never overwritten"):
        SYSTEM.run({"text": "nods", "person": mine}, mine, force=True, model=head_motion_model)
    assert mine.read_bytes() == before


def test_cells_are_numbers_or_files_beside_the_table(smiling: Path, head_motion_model: Path) -> None:
    folder = smiling.parent
    with (folder / "table.csv").open("w", newline="") as stream:
        rows = [["5", "a.mp4"], ["5.0", "b.mp4"], [smiling.name, "c.mp4"], ["", "d.mp4"], ["no.json", "e.mp4"]]
        csv.writer(stream).writerows([["person", "out"], *rows])
    done = CliRunner().invoke(
        app,
        ["move", "--table", str(folder / "table.csv"), "-o", str(folder / "made"), "-t", "nods", "--seconds", "0.4",
         "--size", "64", "--model", str(head_motion_model)],
    )  # fmt: skip
    assert "4 made, 0 there already, 1 failed" in done.stdout, done.output
    digests = {name: sha256_file(folder / "made" / f"{name}.mp4") for name in "abcd"}
    assert digests["a"] == digests["b"]
    assert len(set(digests.values())) == 3
    told = read_tags(folder / "made/c.mp4")
    assert told is not None
    assert told.person == person({"age": 1.4}, expression="smiling", glasses="round", hair_style="long").digest


def test_another_head_says_what_it_cannot_show(
    smiling: Path, head_motion_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    head = moving.open_actor("embedded", None, 0).head
    monkeypatch.setattr(head, "name", "ict", raising=False)
    made = move(tmp_path / "a.mp4", head_motion_model, person=smiling)
    assert made.notes == (
        IN_HASTE, "the head ict shows the person's shape and colours, without hair, clothes and glasses"
    )  # fmt: skip
