"""Pages of errors, and sentences of the studio in the reader's language."""

from __future__ import annotations

import base64
import hashlib
import re
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from mien.studio.api.guard import CONTENT_SECURITY_POLICY
from mien.studio.pages import history_pages
from mien.studio.pages.catalogue import Translator, catalogue, filled
from mien.studio.pages.sayings import PREFIX, said
from mien.studio.pages.templates import version
from mien.studio.pages.vendored import SHARED
from tests.studio.pages.html_making import Page
from tests.studio.pages.rest_making import HOST, studio

VI = {"Accept-Language": "vi"}


def test_an_address_that_is_not_there_has_a_page(tmp_path: Path) -> None:
    with studio(tmp_path) as (client, _db, _settings):
        answer = client.get("/nothing/<script>")
        found = Page(answer.text)
        assert answer.status_code == 404
        assert answer.headers["content-type"].startswith("text/html")
        assert "There is nothing here" in found.text
        assert found.faults() == []
        assert "Không có gì ở đây" in client.get("/nothing", headers=VI).text
        assert client.get("/api/v1/nothing").json()["error"]


def test_a_mistake_of_the_studio_has_a_page_without_its_details(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_given: object) -> None:
        raise RuntimeError("secret detail")

    monkeypatch.setattr(history_pages, "job_views", broken)
    with studio(tmp_path) as (running, _db, _settings):
        client = TestClient(running.app, base_url=f"http://{HOST}", raise_server_exceptions=False)
        answer = client.get("/history")
        assert answer.status_code == 500
        assert "Something went wrong in the studio" in answer.text
        assert "secret detail" not in answer.text


def test_the_api_answers_in_the_language_of_the_page(tmp_path: Path) -> None:
    with studio(tmp_path) as (client, _db, _settings):
        path = f"/api/v1/jobs/{'0' * 32}"
        assert client.get(path).json()["error"] == "there is no such job"
        assert client.get(path, headers=VI).json()["error"] == "không có lượt tạo này"


def _example(name: str) -> str:
    """A value that may stand in a sentence: what is named by a word, a number, or anything."""
    return "a picture" if name.startswith("what_") else "12" if name.startswith("number_") else f"‹{name}›"


def test_every_fixed_sentence_is_found_again_with_its_values() -> None:
    t = Translator("vi")
    for key, text in catalogue("en").items():
        if key.startswith(PREFIX) and t.texts[key] != text:
            names = re.findall(r"\{([a-z_]+)\}", text)
            values = {name: _example(name) for name in names}
            assert said(t, filled(text, values)) != filled(text, values), key


@pytest.mark.parametrize(
    ("english", "vietnamese"),
    [
        ("me.jpg is empty (0 bytes): choose the file again", "me.jpg trống (0 byte): hãy chọn lại tệp"),
        ("clips of the corpus mead", "video của kho dữ liệu mead"),
        (
            "there is no face in the picture; use one that shows a face from the front",
            "không có khuôn mặt trong ảnh; hãy dùng ảnh chụp khuôn mặt từ phía trước",
        ),
        # it only looks like "{name} is no {kind}: {remedy}"
        ("There is no face in it: take another one", "There is no face in it: take another one"),
        (
            "me.png is no picture; its content is text: choose a PNG, JPEG, WebP or HEIC file",
            "me.png không phải là ảnh; nội dung của nó là văn bản: hãy chọn tệp PNG, JPEG, WebP hoặc HEIC",
        ),
        ("a sentence that nobody has translated", "a sentence that nobody has translated"),
        ("", ""),
    ],
)  # fmt: skip
def test_a_sentence_in_vietnamese(english: str, vietnamese: str) -> None:
    assert said(Translator("vi"), english) == vietnamese
    assert said(Translator("en"), english) == english


def test_the_page_for_a_studio_that_is_away_is_of_nobody_and_in_both_languages(tmp_path: Path) -> None:
    with studio(tmp_path, users=True) as (client, _db, _settings):
        found = Page(client.get("/offline").text)
        assert "The studio does not answer" in found.text
        assert "Xưởng không trả lời" in found.text
        assert found.faults() == []
        assert not found.all("nav")
        worker = client.get("/offline-worker.js")
        assert worker.headers["content-type"].startswith("text/javascript")
        assert f'VERSION = "{version()}"' in worker.text
        for path in ("css/base.css", "css/rest.css", "js/frame.js"):
            assert f'"{path}"' in worker.text
            assert client.get(f"/static/{version()}/{path}").status_code == 200


def test_the_style_of_the_3d_viewer_is_the_one_that_the_policy_allows() -> None:
    (viewer,) = SHARED.values()
    styles = re.findall(r"<style>(.*?)</style>", viewer.read_text(encoding="utf-8"), flags=re.DOTALL)
    digests = [base64.b64encode(hashlib.sha256(one.encode()).digest()).decode() for one in styles]
    assert [one for one in digests if f"'sha256-{one}'" in CONTENT_SECURITY_POLICY]
    assert "unsafe-inline" not in CONTENT_SECURITY_POLICY
