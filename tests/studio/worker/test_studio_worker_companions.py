"""What stands beside a result: people, pictures, motions and poses, and what a browser plays in place of numbers."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from people_making import person, saved
from PIL import Image

from mien.bodies.keypoints import PoseVideo
from mien.bodies.poses.files import read_poses
from mien.follow.generate.follow import Followed
from mien.follow.generate.request import FollowRequest
from mien.follow.generate.sources import built_in
from mien.heads.latents.person import Person
from mien.heads.performance import Performance
from mien.makers.systems import SYSTEMS
from mien.media.file_tags import file_tags
from mien.media.provenance import carrying, parse_tags
from mien.media.video import decode_frames
from mien.motion.generate.move import GeneratedMotion
from mien.motion.generate.request import MoveRequest
from mien.sculpt.generate.request import SculptRequest
from mien.sculpt.generate.sculpt import Sculpted
from mien.studio.worker.companions import companions
from mien.studio.worker.outputs import Outputs
from mien.studio.worker.protocol import Done, Order, Progress, ProtocolError, Ready, decode, encode
from mien.systems.model import TrainedModel
from mien.systems.system import Loaded, Made
from mien.talking.generate.request import TalkRequest
from mien.talking.generate.talk import GeneratedVideo


def loaded(command: str) -> Loaded:
    return Loaded(SYSTEMS[command], TrainedModel(None, f"{command} 1", "d1"))


def moved(path: Path, frames: int = 3) -> GeneratedMotion:
    performance = Performance.still(frames=frames)
    return GeneratedMotion(
        path=path, model_version="move 1", performance=performance, generation_seconds=0.1, render_rate=None, events=()
    )


def poses() -> PoseVideo:
    return built_in("walk", 0.4, 0, "man").poses


def followed(path: Path) -> Followed:
    found = poses()
    return Followed(
        path=path, model_version="follow 1", scenes=(), repairs=(), size=(64, 64), frames=found.frames,
        fps=Fraction(found.fps), poses=found,
    )  # fmt: skip


def order(command: str, suffix: str, folder: Path, **values: Any) -> Order:
    return Order("0" * 32, command, values, suffix, str(folder))


def test_messages_pass_unchanged() -> None:
    for message in (
        Order("1" * 32, "talk", {"text": "Xin chào\n"}, ".mp4", "/x", {"2" * 32: "/y"}, {"2" * 32: "me.jpg"}),
        Done({"file": "a.mp4"}, {"width": 3}, ("one", "two"), "talk 1", 7),
        Progress("talk", 3, 4, "frames", 2.5), Ready(("talk",), 9),
    ):  # fmt: skip
        line = encode(message)
        assert line.count(b"\n") == 1
        assert decode(line) == message


@pytest.mark.parametrize("line", [b"", b"[]", b"{}", b'{"kind": "no"}', b'{"kind": "done"}', b"\xff"])
def test_anything_else_is_no_message(line: bytes) -> None:
    with pytest.raises(ProtocolError):
        decode(line)


@pytest.mark.slow
def test_each_sculpted_head_has_its_person_and_a_picture_that_can_talk(tmp_path: Path) -> None:
    people = tuple(replace(person(seed=seed), prompt=f"person {seed}") for seed in (3, 4))
    made = Sculpted(path=tmp_path / "result.html", model_version="sculpt 1", shown=("", ""), people=people)
    with carrying("{}"):
        found = companions(tmp_path, loaded("sculpt"), SculptRequest(text="x"), made, ".html")
    assert set(found.files) == {"person", "picture", "person-2", "picture-2"}
    for one, role in zip(people, ("person", "person-2"), strict=True):
        assert Person.load(found.files[role]).digest == one.digest
    with Image.open(found.files["picture"]) as picture:
        assert picture.size == (640, 640)
        assert np.asarray(picture.convert("RGB")).std() > 20
    provenance = parse_tags(file_tags(found.files["picture-2"]))
    assert provenance is not None
    assert provenance.prompt == "person 4"
    assert found.picture == found.files["picture"]
    assert found.play == tmp_path / "play.glb"
    assert found.play.read_bytes()[:4] == b"glTF"


@pytest.mark.slow
def test_a_motion_in_numbers_is_played_as_a_video(tmp_path: Path) -> None:
    out = tmp_path / "result.npz"
    made = moved(out)
    made.performance.save(out)
    outputs = Outputs(tmp_path, out, loaded("move"), MoveRequest(text="nods"), made)
    files, _ = outputs.finished(order("move", ".npz", tmp_path, text="nods"), 0)
    assert set(files) == {"file", "play", "clip", "thumb", "request"}
    assert len(list(decode_frames(tmp_path / files["play"]))) == 3
    with Image.open(tmp_path / files["thumb"]) as thumb:
        assert max(thumb.size) == 320


@pytest.mark.slow
def test_a_rendered_talk_has_a_motion_and_shows_its_person(tmp_path: Path) -> None:
    out = tmp_path / "result.glb"
    out.write_bytes(b"glTF")
    someone = saved(tmp_path / "someone.json")
    performance = Performance.still(frames=4)
    made = GeneratedVideo(path=out, model_version="x", frames=4, seconds=0.2, performance=performance)
    request = TalkRequest(person=someone, rendered=True, text="hello")
    found = companions(tmp_path, loaded("talk"), request, made, ".glb")
    assert set(found.files) == {"motion"}
    assert np.array_equal(Performance.load(found.files["motion"]).expression, performance.expression)
    assert found.play is not None, "for the list; the page plays the .glb"


def test_a_talking_photo_has_no_motion(tmp_path: Path) -> None:
    made = GeneratedVideo(path=tmp_path / "result.mp4", model_version="x", frames=4, seconds=0.2)
    picture = tmp_path / "me.png"
    found = companions(tmp_path, loaded("talk"), TalkRequest(image=picture, text="hello"), made, ".mp4")
    assert (found.files, found.play, found.picture) == ({}, None, None)


def test_poses_stand_beside_a_figure_and_are_drawn_where_they_are_the_result(tmp_path: Path) -> None:
    made = followed(tmp_path / "result.mp4")
    found = companions(tmp_path, loaded("follow"), FollowRequest(text="x"), made, ".mp4")
    assert set(found.files) == {"poses"}
    assert read_poses(found.files["poses"]).frames == made.frames
    assert found.play is None
    drawn = companions(tmp_path, loaded("follow"), FollowRequest(text="x"), made, ".npz")
    assert drawn.files == {}
    assert drawn.play is not None
    assert len(list(decode_frames(drawn.play))) == made.frames


def test_a_system_without_companions_has_none(tmp_path: Path) -> None:
    made = Made(path=tmp_path / "result.gif", model_version="x")
    request = SYSTEMS["shapes"].request.of({"text": ["circle"]})
    assert companions(tmp_path, loaded("shapes"), request, made, ".gif").files == {}


def test_files_that_belong_together_are_packed(tmp_path: Path) -> None:
    out = tmp_path / "result.obj"
    out.mkdir()
    (out / "00001.obj").write_text("v 0 0 0")
    (tmp_path / "preview-00001.jpg").write_text("not part of it")
    outputs = Outputs(tmp_path, out, loaded("shapes"), MoveRequest(text="nods"), Made(path=out, model_version="x"))
    files, _ = outputs.finished(order("shapes", ".obj", tmp_path), 0)
    assert files == {"file": "result.zip", "request": "request.json"}
    with zipfile.ZipFile(tmp_path / "result.zip") as archive:
        assert archive.namelist() == ["result.obj/00001.obj"]
    assert not out.exists()


def test_nothing_is_imported_for_a_result_that_is_a_file_alone(tmp_path: Path) -> None:
    script = """
import sys
from pathlib import Path
from mien.makers.systems import SYSTEMS
from mien.studio.worker.companions import Companions, companions
from mien.systems.model import NO_MODEL
from mien.systems.system import Loaded, Made

made = Made(path=Path("result.mp4"), model_version="none")
for system in SYSTEMS.values():
    assert companions(Path(), Loaded(system, NO_MODEL), None, made, ".mp4") == Companions()
assert "torch" not in sys.modules
"""
    subprocess.run([sys.executable, "-c", script], check=True, cwd=tmp_path)
