"""`mien talk --person`: the picture of a sculpted person is what speaks, and the file says who it is."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from people_making import damaged, person, saved
from talk_making import talk

from mien.files import sha256_file
from mien.heads.embedded.head import EmbeddedHead
from mien.heads.performance import Performance
from mien.heads.render.playback import posed_frames
from mien.heads.render.render import Camera, project
from mien.heads.sculpture import Sculpture
from mien.media.ffmpeg import probe
from mien.media.provenance import read_tags
from mien.media.video import decode_frames
from mien.systems.errors import RequestError
from mien.talking.generate.person import person_picture, person_reference, picture_size
from mien.talking.generate.request import TalkRequest
from mien.talking.generate.talker import FACE_SIDE


def options(inputs: Path, who: Path | str, **changes: Any) -> dict[str, Any]:
    return {"person": who, "speech": inputs / "voice.wav", "size": 160, **changes}


def test_the_picture_shows_the_person_from_the_front_with_a_neutral_face() -> None:
    smiling = Sculpture.of(person(expression="smiling", hair_style="short"), EmbeddedHead())
    neutral = Sculpture.of(person(hair_style="short"), EmbeddedHead())
    picture = person_picture(smiling, 320)
    assert picture.shape == (240, 320, 3)
    np.testing.assert_array_equal(picture, person_picture(neutral, 320))
    reference = person_reference(smiling)
    assert reference.picture.shape == (480, 640, 3)
    assert len(reference.faces.faces) == 1
    found = reference.faces.face.landmarks
    points = next(posed_frames(smiling.head, smiling.identity, Performance.still()))[smiling.head.landmark_vertices]
    true = project(points, Camera(), picture_size(None))[:, :2]
    assert np.linalg.norm(found - true, axis=1).mean() < 8, "pixels of 640"


def test_a_person_speaks_and_the_video_says_who(inputs: Path, model: Path, tmp_path: Path) -> None:
    who = saved(tmp_path / "person.json", {"age": 1.0}, glasses="round", hair_style="short")
    made = talk(options(inputs, who, emotion="happy", seed=3), tmp_path / "a.mp4", model)
    info = probe(made.path)
    assert (info.width, info.height, info.frames) == (160, 120, 25)
    told = read_tags(made.path)
    assert told is not None
    digest = person({"age": 1.0}, glasses="round", hair_style="short").digest
    assert (told.person, told.emotion, told.seed) == (digest, "HAP", 3)
    assert told.model == made.model_version
    assert "talking_face" in made.model_version
    again = talk(options(inputs, str(who), emotion="happy", seed=3), tmp_path / "b.mp4", model)
    assert sha256_file(again.path) == sha256_file(made.path)
    other = saved(tmp_path / "other.json", {"age": -1.0}, hair_style="afro")
    assert sha256_file(talk(options(inputs, other, seed=3), tmp_path / "c.mp4", model).path) != sha256_file(made.path)
    face = talk(options(inputs, who, paste_back=False, size=None), tmp_path / "d.mp4", model)
    assert next(decode_frames(face.path)).shape == (FACE_SIDE, FACE_SIDE, 3)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({}, "--image is needed"),
        ({"image": "a.png", "person": "p.json"}, r"\(--image\) or as a person \(--person\), not both"),
        ({"image": "a.png", "rendered": True}, "--rendered is for the 3D head of a --person"),
        ({"person": "p.json", "face": 1}, "--face chooses a face of a picture"),
        ({"person": "p.json", "rendered": True, "paste_back": False}, "leave --no-paste-back out"),
    ],
)
def test_who_talks_is_said_once(fields: dict[str, Any], words: str) -> None:
    with pytest.raises(RequestError, match=words):
        TalkRequest.of({"text": "Hi", **fields})


def test_no_bad_person_reaches_a_model(inputs: Path, tmp_path: Path) -> None:
    (tmp_path / "bad").mkdir()
    for name, (path, words) in damaged(tmp_path / "bad").items():
        for rendered in (False, True):
            with pytest.raises(RequestError) as caught:
                talk(options(inputs, path, rendered=rendered), tmp_path / "a.mp4", tmp_path / "no_model")
            assert words in str(caught.value), name
            assert "\n" not in str(caught.value)
    with pytest.raises(RequestError, match=r"the person .*absent\.json is not there"):
        talk(options(inputs, tmp_path / "absent.json"), tmp_path / "a.mp4", tmp_path / "no_model")
    assert not (tmp_path / "a.mp4").exists()


def test_a_person_is_never_overwritten(inputs: Path, model: Path, tmp_path: Path) -> None:
    who = saved(tmp_path / "person.mp4")
    with pytest.raises(RequestError, match="an input is never overwritten"):
        talk(options(inputs, who), who, model, force=True)
    glb = saved(tmp_path / "head.wav")
    with pytest.raises(RequestError, match="an input is never overwritten"):
        talk(options(inputs, glb, rendered=True), tmp_path / "head.glb", model, force=True)


def test_a_picture_has_no_animated_head(inputs: Path, model: Path, tmp_path: Path) -> None:
    for fields in ({"image": inputs / "face.png"}, {"person": saved(tmp_path / "p.json")}):
        with pytest.raises(RequestError, match=r"an animated head \(\.glb\) needs --rendered"):
            talk({"speech": inputs / "voice.wav", **fields}, tmp_path / "a.glb", model)
