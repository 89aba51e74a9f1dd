"""Uploading by the API: within the limits, refused in a sentence, and nothing is left behind."""

from __future__ import annotations

import shutil
import threading
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from fastapi.testclient import TestClient
from PIL import Image
from upload_making import encoded, left_over, npz, png, studio

from mien.studio.database.tables import File, Job, User
from mien.studio.files.errors import FileError
from mien.studio.files.inspector import Inspector
from mien.studio.files.place import upload_path
from mien.studio.files.upload import Uploads, _Arriving

FILES = "/api/v1/files"
NONE = "0" * 32


def _send(client: TestClient, content: bytes, name: str = "a.png", kinds: str = "") -> Any:
    return client.post(FILES, params={"kinds": kinds} if kinds else {}, files={"file": (name, content)})


def _refused(answer: Any, status: int) -> str:
    assert answer.status_code == status, answer.text
    body = answer.json()
    assert set(body) == {"error", "field"}
    return str(body["error"])


def test_an_upload_is_kept_and_shown(client: TestClient, place: Path) -> None:
    answer = _send(client, png(), "../../ảnh \u202ecủa tôi.png")
    assert answer.status_code == 201
    view = answer.json()
    assert view["name"] == "ảnh của tôi.png"
    assert view["kind"] == "picture"
    assert view["value"] == f"file:{view['id']}"
    assert view["facts"] == {"width": 64, "height": 48}
    assert upload_path(place, view["id"], ".png").read_bytes() == png()
    assert client.get(answer.headers["location"]).json() == view
    content = client.get(view["content"])
    assert content.content == png()
    assert content.headers["content-type"] == "image/png"
    assert content.headers["x-content-type-options"] == "nosniff"
    assert content.headers["content-disposition"].startswith("inline;")
    assert "sandbox" in content.headers["content-security-policy"]
    assert client.get(view["preview"]).headers["content-type"] == "image/jpeg"
    part = client.get(view["content"], headers={"Range": "bytes=1-3"})
    assert (part.status_code, part.content) == (206, b"PNG")
    assert client.head(view["content"]).headers["content-length"] == str(len(png()))


def test_a_text_is_saved_and_never_shown_as_a_page(client: TestClient) -> None:
    view = _send(client, b"0: nods <script>alert(1)</script>\n", "nods.html").json()
    content = client.get(view["content"])
    assert content.headers["content-type"] == "application/octet-stream"
    assert content.headers["content-disposition"].startswith("attachment;")
    assert content.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    ("content", "name", "status", "said"),
    [
        (b"hello", "notes.png", 415, "notes.png is no picture; its content is text"),
        (b"<svg onload=alert(1)>", "a.svg", 415, "a.svg is an SVG drawing"),
        (b"<html><script>", "a.png", 415, "web page"),
        (b"", "empty.png", 422, "empty.png is empty"),
        (png()[:90], "cut.png", 422, "cut.png is a damaged picture"),
    ],
)
def test_what_is_no_input_is_refused_and_not_kept(
    client: TestClient, place: Path, content: bytes, name: str, status: int, said: str
) -> None:
    before = left_over(place)
    assert said in _refused(_send(client, content, name), status)
    assert left_over(place) == before


def test_a_field_takes_its_kinds_only(client: TestClient, place: Path) -> None:
    before = left_over(place)
    said = _refused(_send(client, b"0: nods\n", "s.txt", "picture,video"), 422)
    assert said == "s.txt is a text with times, but a picture or a video is needed here: choose another file"
    assert left_over(place) == before
    assert _send(client, png(), "a.png", "picture,video").status_code == 201
    assert "no kind 'x'" in _refused(_send(client, png(), "a.png", "x"), 422)


def test_a_file_that_is_too_large_is_refused_with_the_limit(tmp_path: Path) -> None:
    with studio(tmp_path, upload_bytes=1_000_000) as client:
        noise = Image.effect_noise((1200, 1200), 90).convert("RGB")
        for content in (encoded(noise, "PNG"), encoded(noise, "PNG") + b"\0" * 2_000_000):
            said = _refused(_send(client, content, "large.png"), 413)
            assert said == "large.png is larger than 1 MB, the most that is taken: make it smaller or cut it"
        assert left_over(tmp_path) == []


def test_a_full_disk_is_a_sentence(tmp_path: Path) -> None:
    free = shutil.disk_usage(tmp_path).free
    with studio(tmp_path, free_bytes=10 * free) as client:
        said = _refused(_send(client, png()), 507)
        assert "no room for uploads" in said
        assert left_over(tmp_path) == []


def test_a_disk_that_becomes_full_meanwhile_is_the_same_sentence(client: TestClient) -> None:
    uploads: Uploads = client.app.state.uploads  # type: ignore[attr-defined]
    with Path("/dev/full").open("wb", buffering=0) as full, pytest.raises(FileError, match="no room") as refused:
        uploads._append(full, _Arriving(Path()), b"x")
    assert refused.value.status == 507


def test_a_person_keeps_no_more_than_they_may(tmp_path: Path) -> None:
    with studio(tmp_path) as client:
        found = client.app.state.studio  # type: ignore[attr-defined]
        user = "a" * 32
        with found.db.write() as session:
            session.add(User(id=user, name="an", password="x", bytes=1000))
        uploads = Uploads(found.db, found.settings, Inspector(found.settings.limits, 1))

        async def pieces(content: bytes) -> Any:
            yield content

        portal = client.portal
        assert portal is not None
        content = png()
        kept = portal.call(lambda: uploads.receive(pieces(content), "a.png", user))
        assert kept.bytes == len(content)
        noise = encoded(Image.effect_noise((64, 64), 90).convert("RGB"), "PNG")
        with pytest.raises(FileError, match="is your limit: delete results") as refused:
            portal.call(lambda: uploads.receive(pieces(noise), "b.png", user))
        assert refused.value.status == 413
        uploads.inspector.close()
        assert [name for name in left_over(tmp_path) if kept.id not in name] == []


def test_two_uploads_of_the_same_content_at_once_are_two_files(client: TestClient, place: Path) -> None:
    answers: list[Any] = []
    threads = [threading.Thread(target=lambda: answers.append(_send(client, png(80, 60)))) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    ids = {answer.json()["id"] for answer in answers}
    assert len(ids) == 2
    first, second = ids
    assert client.delete(f"{FILES}/{first}").status_code == 204
    assert client.get(f"{FILES}/{second}/content").content == png(80, 60)
    assert not any(first in name for name in left_over(place))


def test_a_file_that_a_waiting_job_needs_stays(client: TestClient) -> None:
    view = _send(client, png()).json()
    db = client.app.state.studio.db  # type: ignore[attr-defined]
    with db.write() as session:
        session.add(Job(id="b" * 32, system="talk", request={"image": view["value"]}, output=".mp4"))
    assert "cancel the job first" in _refused(client.delete(f"{FILES}/{view['id']}"), 409)
    with db.write() as session:
        session.get(Job, "b" * 32).state = "done"
    assert client.delete(f"{FILES}/{view['id']}").status_code == 204
    assert client.get(view["content"]).status_code == 404


@pytest.mark.parametrize("wrong", [NONE, "x", "..%2f..%2fstudio.db", "a" * 5000])
@pytest.mark.parametrize("what", ["", "/content", "/preview"])
def test_another_file_is_none(client: TestClient, wrong: str, what: str) -> None:
    assert client.get(f"{FILES}/{wrong}{what}").status_code == 404
    assert client.delete(f"{FILES}/{NONE}").status_code == 404


def test_a_file_of_another_person_is_none(client: TestClient) -> None:
    view = _send(client, png()).json()
    db = client.app.state.studio.db  # type: ignore[attr-defined]
    with db.write() as session:
        session.get(File, view["id"]).owner = "c" * 32
    for what in ("", "/content", "/preview"):
        assert client.get(f"{FILES}/{view['id']}{what}").status_code == 404
    assert client.delete(f"{FILES}/{view['id']}").status_code == 404


class _Body(NamedTuple):
    content: bytes
    kind: str
    status: int
    said: str


_HEAD = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.png"\r\n\r\n'


@pytest.mark.parametrize(
    "body",
    [
        _Body(b"x", "text/plain", 415, "no form with a file"),
        _Body(b"x", "multipart/form-data", 415, "no form with a file"),
        _Body(b"x", "multipart/form-data; boundary=" + "b" * 400, 415, "no form with a file"),
        _Body(b"nothing of a form", "multipart/form-data; boundary=x", 400, "cannot be read"),
        _Body(b"", "multipart/form-data; boundary=x", 422, "holds no file"),
        _Body(_HEAD + png(), "multipart/form-data; boundary=x", 400, "cut short"),
        _Body(_HEAD + png() + b"\r\n" + _HEAD + png() + b"\r\n--x--\r\n", "multipart/form-data; boundary=x", 422,
              "several files"),
        _Body(b'--x\r\nContent-Disposition: form-data; name="file"\r\n\r\nabc\r\n--x--\r\n',
              "multipart/form-data; boundary=x", 422, "holds no file"),
        _Body(b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n' + b"y" * 20_000 + b"\r\n--x--\r\n",
              "multipart/form-data; boundary=x", 422, "longer than 10,000 bytes"),
        _Body(b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\ny\r\n' * 50 + b"--x--\r\n",
              "multipart/form-data; boundary=x", 422, "more than 20 fields"),
        _Body(b"--x\r\n" + b"A" * 50_000 + b": b\r\n\r\n", "multipart/form-data; boundary=x", 400, "cannot be read"),
    ],
)  # fmt: skip
def test_a_form_that_is_none_is_refused(client: TestClient, place: Path, body: _Body) -> None:
    before = left_over(place)
    answer = client.post(FILES, content=body.content, headers={"Content-Type": body.kind})
    assert body.said in _refused(answer, body.status)
    assert left_over(place) == before


def test_fields_before_and_after_the_file_do_no_harm(client: TestClient) -> None:
    answer = client.post(
        FILES, data={"csrf": "x", "note": "y" * 3000}, files={"file": ('q"uote%22\r\n.png', png())}
    )  # fmt: skip
    assert answer.status_code == 201
    after = _HEAD + png() + b'\r\n--x\r\nContent-Disposition: form-data; name="n"\r\n\r\n1\r\n--x--\r\n'
    kind = {"Content-Type": "multipart/form-data; boundary=x"}
    assert client.post(FILES, content=after, headers=kind).json()["bytes"] == len(png())


def test_a_picture_with_something_behind_it_is_a_picture(client: TestClient) -> None:
    polyglot = png() + b"<script>alert(1)</script>" + npz(a=1)
    view = _send(client, polyglot, "poly.html").json()
    assert view["media_type"] == "image/png"
    answer = client.get(view["content"])
    assert answer.headers["content-type"] == "image/png"
    assert "script" not in client.get(view["preview"]).text


def test_a_script_is_no_emotion_track(client: TestClient) -> None:
    view = _send(client, b"0: nods twice\n", "nods.txt").json()
    said = _refused(client.post("/api/v1/talk", json={"text": "Hello.", "emotion_track": view["value"]}), 422)
    assert "emotion_track" in said
    assert "nods.txt, line 1" in said


def test_uploads_are_listed_in_pages_the_newest_first(tmp_path: Path) -> None:
    with studio(tmp_path) as client:
        sent = [_send(client, b"0: nods\n", f"{number}.txt").json()["id"] for number in range(5)]
        _send(client, png())
        found, cursor = list[str](), None
        for _ in range(3):
            asked = {"kind": "text", "most": "2", **({"cursor": cursor} if cursor else {})}
            page = client.get(FILES, params=asked).json()
            found += [file["id"] for file in page["files"]]
            cursor = page["next"]
        assert found == sent[::-1]
        assert cursor is None
        for wrong in ("x", "1-2", f"1e9-{NONE}", f"{'9' * 40}.0-{NONE}"):
            assert client.get(FILES, params={"cursor": wrong}).status_code == 422
        assert client.get(FILES, params={"kind": "x"}).status_code == 422
