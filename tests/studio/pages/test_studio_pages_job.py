"""The page of one result: player, request, files, uses and the same request by the API."""

from __future__ import annotations

import json
import shlex

import pytest

from mien.studio.api.bodies import ResultFile
from mien.studio.database.tables import Job
from mien.studio.files.place import result_folder
from mien.studio.pages.catalogue import catalogue
from mien.studio.pages.job_pages import player_of
from tests.studio.pages.rest_making import PICTURE, Running, add_job, add_picture, page

EVIL = "</code></script><script>alert(1)</script>\"' onmouseover=alert(2)"


def test_a_result_with_its_request_files_and_uses(running: Running) -> None:
    client, db, settings = running
    add_picture(db, settings)
    job = add_job(db, settings, 0, notes=["the face is small"])
    found = page(client, f"/jobs/{job.id}")
    assert found.all("video", "controls")[0]["src"] == f"/api/v1/jobs/{job.id}/files/file"
    assert "my portrait.jpg" in found.text
    assert found.all("img", src=f"/api/v1/files/{PICTURE}/preview")
    assert "Happy" in found.text
    assert "the face is small" in found.text
    assert job.model in found.text
    assert {one["data-use"] for one in found.all("button", "data-use")} == {"follow.pose", "talk.speech"}
    downloads = [one["href"] for one in found.all("a", "download")]
    assert f"/api/v1/jobs/{job.id}/files/file?download=1" in downloads
    assert not any("thumb" in one for one in downloads)
    assert found.faults() == []


def test_the_curl_command_asks_for_the_same_thing(running: Running) -> None:
    client, db, settings = running
    text = 'it\'s "quoted" & $HOME `x`'
    job = add_job(db, settings, 2, state="done", started=1.0, ended=2.0, title=text, request={"text": text, "seed": 7})
    found = page(client, f"/jobs/{job.id}")
    command = next(one for one in found.texts if one.startswith("curl "))
    words = shlex.split(command.replace("\\\n", " "))
    assert json.loads(words[words.index("-d") + 1]) == {"text": text, "seed": 7, "output": ".mp4"}
    assert words[3].endswith("/api/v1/move")


@pytest.mark.parametrize("language", ["en", "vi"])
def test_it_calls_things_as_the_page_of_the_makers_does(running: Running, language: str) -> None:
    client, db, settings = running
    job = add_job(db, settings, 0)
    with db.write() as session:
        session.get_one(Job, job.id).model = "talk 0123456789ab (bundled)"
    found = page(client, f"/jobs/{job.id}", **{"Accept-Language": language})
    names = {key: text for key, text in catalogue(language).items() if key.startswith("js.")}
    shown = ("redo", "again", "use_as", "use.follow.pose", "use.talk.speech", "state.done", "role.file", "role.request")
    assert [one for one in shown if names[f"js.{one}"] not in found.texts] == []
    assert f"0123456789ab ({'bundled' if language == 'en' else 'đi kèm mien'})" in found.text


def test_a_failed_result_says_why_and_can_be_tried_again(running: Running) -> None:
    client, db, settings = running
    reason = "there is no face in the picture; use one that shows a face from the front"
    job = add_job(db, settings, 3, reason=reason)
    english = page(client, f"/jobs/{job.id}")
    assert reason in english.text
    assert english.all("button", data_do="retry")
    assert not english.all("button", data_do="cancel")
    vietnamese = page(client, f"/jobs/{job.id}", **{"Accept-Language": "vi"})
    assert "không có khuôn mặt trong ảnh" in vietnamese.text
    assert reason not in vietnamese.text


@pytest.mark.parametrize("number", [2, 5])
def test_what_is_not_done_can_be_cancelled(running: Running, number: int) -> None:
    client, db, settings = running
    job = add_job(db, settings, number)
    found = page(client, f"/jobs/{job.id}")
    assert found.all("button", data_do="cancel")
    assert not found.all("button", data_do="delete")
    assert found.all("progress")
    assert not found.all("video")


def test_what_is_in_the_bin_can_be_restored_and_nothing_else(running: Running) -> None:
    client, db, settings = running
    job = add_job(db, settings, 1, deleted=1.0)
    found = page(client, f"/jobs/{job.id}")
    assert [one["data-do"] for one in found.all("button", "data-do")] == ["restore"]
    assert not found.all("button", "data-use")


def test_an_input_that_is_gone_is_said(running: Running) -> None:
    client, db, settings = running
    job = add_job(db, settings, 0)
    assert "a file that is no longer kept" in page(client, f"/jobs/{job.id}").text


def test_a_prompt_is_never_read_as_html(running: Running) -> None:
    client, db, settings = running
    job = add_job(db, settings, 0, title=EVIL, notes=[EVIL], request={"text": EVIL, EVIL[:20]: EVIL}, model=EVIL)
    found = page(client, f"/jobs/{job.id}")
    assert found.faults() == []
    assert found.all("video")[0]["aria-label"] == EVIL
    assert EVIL in "".join(found.texts)


def test_there_is_a_page_for_what_is_not_there(running: Running) -> None:
    client = running[0]
    for name in ("0" * 32, "..%2f..%2fetc", "x"):
        answer = client.get(f"/jobs/{name}")
        assert answer.status_code == 404
        assert "There is nothing here" in answer.text


def test_what_plays_a_result() -> None:
    def file(kind: str, name: str) -> ResultFile:
        return ResultFile(url=f"/{name}", name=name, media_type=kind, bytes=1)

    video, picture = file("video/mp4", "v"), file("image/png", "p")
    model, numbers = file("model/gltf-binary", "m"), file("application/octet-stream", "n")
    assert player_of({"file": video, "thumb": picture}) is not None
    files = ({"file": video}, {"file": model}, {"file": numbers, "play": video}, {"file": numbers, "thumb": picture})
    shown = [player_of(one) for one in files]
    assert [one.kind for one in shown if one] == ["video", "model", "video", "picture"]
    assert player_of({"file": numbers}) is None


def test_where_a_job_comes_from_is_said_as_it_is(running: Running) -> None:
    client, db, _settings = running
    origins = [add_job(db, _settings, 0), add_job(db, _settings, 1, state="failed", started=1.0, ended=2.0)]
    texts = ("made again from another result", "another try of an earlier job")
    for number, (origin, text) in enumerate(zip([one.id for one in origins], texts, strict=True), 2):
        job = add_job(db, _settings, number, state="failed", started=1.0, ended=2.0, origin=origin)
        shown = page(client, f"/jobs/{job.id}").text
        assert [one for one in texts if one in shown] == [text]
    lost = add_job(db, _settings, 4, state="failed", started=1.0, ended=2.0, origin="f" * 32)
    assert not any(one in page(client, f"/jobs/{lost.id}").text for one in texts)


@pytest.mark.parametrize(
    ("values", "language"),
    [
        ({"text": "Hello, how are you?"}, "en"),
        ({"text": "Xin chào, bạn có khỏe không?"}, "vi"),
        ({"text": "Bonjour", "language": "fr-fr"}, "fr"),
    ],
)
def test_the_captions_name_the_language_that_is_spoken(running: Running, values: dict[str, str], language: str) -> None:
    client, db, settings = running
    job = add_job(db, settings, 0, request=values)
    (result_folder(settings.folder, job.id) / "captions.vtt").write_text("WEBVTT\n", encoding="utf-8")
    with db.write() as session:
        kept = session.get(Job, job.id)
        assert kept is not None
        kept.result = {**kept.result, "captions": "captions.vtt"}
    assert [one["srclang"] for one in page(client, f"/jobs/{job.id}").all("track")] == [language]
