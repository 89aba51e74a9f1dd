"""Opening a result: the request in its metadata fills the form again."""

from __future__ import annotations

import io
import json
import zipfile
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from fastapi.testclient import TestClient
from PIL import Image
from PIL.PngImagePlugin import PngInfo
from upload_making import encoded, left_over, npz, png

from mien.media.gif import write_gif
from mien.media.provenance import Provenance, carrying, comment, tags
from mien.media.video import write_video

OPEN = "/api/v1/files/open"
GONE = "f" * 32
_TITLE = "AI-generated talking face"


def _tags(request: dict[str, Any] | None, **facts: Any) -> dict[str, str]:
    provenance = Provenance(generator="mien 1.0", **facts)
    if request is None:
        return tags(provenance, _TITLE)
    with carrying(json.dumps(request, ensure_ascii=False)):
        return tags(provenance, _TITLE)


def _open(client: TestClient, content: bytes, name: str) -> Any:
    return client.post(OPEN, files={"file": (name, content)})


def _png_with(metadata: dict[str, str]) -> bytes:
    info = PngInfo()
    for key, value in metadata.items():
        info.add_itxt(key, value)
    return encoded(Image.new("RGB", (40, 40)), "PNG", pnginfo=info)


def _zipped(name: str) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr(name, "x")
    return stream.getvalue()


def test_a_video_a_gif_an_npz_and_a_picture_fill_the_form_again(
    client: TestClient, place: Path, tmp_path: Path
) -> None:
    photo = client.post("/api/v1/files", files={"file": ("anna.png", png())}).json()
    values = {"text": "Xin chào; a=b & “c”", "language": "vi", "seed": 7, "image": photo["value"]}
    request = {"system": "talk", "output": ".mp4", "values": values, "files": {photo["id"]: "anna.png"}}
    metadata = _tags(request)
    frames = [np.full((64, 64, 3), 30 * number, np.uint8) for number in range(4)]
    write_video(tmp_path / "a.mp4", iter(frames), Fraction(10), metadata=metadata)
    write_gif(tmp_path / "a.gif", iter(frames), Fraction(10), comment(metadata))
    before = left_over(place)
    made = {
        "a.mp4": (tmp_path / "a.mp4").read_bytes(), "a.gif": (tmp_path / "a.gif").read_bytes(),
        "a.npz": npz(provenance=np.array(json.dumps(metadata))), "a.png": _png_with(metadata),
    }  # fmt: skip
    for name, content in made.items():
        answer = _open(client, content, name)
        assert answer.status_code == 200, (name, answer.text)
        found = answer.json()
        assert found == {"system": "talk", "values": values, "output": ".mp4", "missing": {}, "whole": True}, name
    assert left_over(place) == before


def test_a_file_that_is_gone_is_named_and_left_out(client: TestClient) -> None:
    values = {"text": "hello", "image": f"file:{GONE}"}
    request = {"system": "talk", "output": ".mp4", "values": values, "files": {GONE: "../anna\u202e.png"}}
    found = _open(client, _png_with(_tags(request)), "a.png").json()
    assert found["values"] == {"text": "hello"}
    assert found["missing"] == {"image": "anna.png"}


def test_what_no_form_has_is_left_out(client: TestClient) -> None:
    values = {"text": "hello", "shell": "rm", "seed": {"a": 1}, "resume": [["x"]]}
    request = {"system": "talk", "output": "/etc/passwd", "values": values, "files": 3}
    found = _open(client, _png_with(_tags(request)), "a.png").json()
    assert found["values"] == {"text": "hello"}
    assert found["output"] is None


def test_a_file_of_the_command_line_gives_what_it_says(client: TestClient) -> None:
    found = _open(client, _png_with(_tags(None, prompt="hello", seed=3)), "a.png").json()
    assert found["whole"] is False
    assert found["system"] == "talk"
    assert found["values"]["text"] == "hello"


@pytest.mark.parametrize(
    ("content", "name", "said"),
    [
        (png(), "photo.png", "photo.png was not made by mien"),
        (b"hello", "a.txt", "a.txt cannot be opened: text files have no place for provenance"),
        (b"\0" * 300, "a.mp4", "a.mp4 cannot be opened"),
        (_zipped("a.txt"), "photos.zip", "photos.zip cannot be opened: this is an archive of other files"),
        (b"PK\x03\x04" + b"\0" * 90, "a.npz", "a.npz cannot be opened: it is no npz file of plain arrays, or damaged"),
        (_zipped("provenance.npy"), "b.npz", "b.npz cannot be opened: it is no npz file of plain arrays, or damaged"),
        (b"", "a.png", "a.png"),
        (_png_with(_tags({"system": "shell", "values": {}})), "a.png", "made by 'shell'"),
        (_png_with(_tags({"values": 3})), "a.png", "of a form that is not known"),
        (_png_with({"comment": "x", "description": "generator=mien; mien_request={"}), "a.png", "is damaged"),
        (_png_with({"comment": "x", "description": "mien_request=" + "[" * 50_000}), "a.png", "is damaged"),
        (b"glTF" + b"\xff" * 100, "a.glb", "a.glb cannot be opened"),
    ],
)
def test_other_files_are_refused_in_a_sentence(client: TestClient, content: bytes, name: str, said: str) -> None:
    answer = _open(client, content, name)
    assert answer.status_code == 422, answer.text
    assert said in answer.json()["error"]
