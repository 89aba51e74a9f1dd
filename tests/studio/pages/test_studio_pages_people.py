"""The pages of signing in, of one's account and of administrators."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from mien.studio.pages.account_pages import own_path
from mien.studio.people.accounts import create_person, set_disabled, set_limits
from mien.studio.people.tokens import create_token
from tests.studio.pages.html_making import Page
from tests.studio.pages.people_pages_making import PASSWORD, signed_in
from tests.studio.pages.rest_making import Running, filled, studio


@pytest.fixture
def shared(tmp_path: Path) -> Iterator[Running]:
    with studio(tmp_path, users=True) as made:
        yield made


def page(client: TestClient, path: str, **headers: str) -> Page:
    answer = client.get(path, headers=headers)
    assert answer.status_code == 200, answer.text
    found = Page(answer.text)
    assert found.faults() == []
    return found


@pytest.mark.parametrize("path", ["/history", "/pipeline", "/people", "/admin", "/jobs/" + "0" * 32])
def test_who_is_not_signed_in_goes_to_that_page_and_back(shared: Running, path: str) -> None:
    answer = shared[0].get(path)
    assert answer.status_code == 303
    assert answer.headers["location"] == f"/sign-in?next={path}"
    assert shared[0].get(path, headers={"HX-Request": "true"}).headers["hx-redirect"] == "/sign-in"
    found = page(shared[0], answer.headers["location"])
    assert found.all("form", data_next=path)
    assert not found.all("nav")


def test_only_a_studio_without_people_says_how_to_add_one(shared: Running) -> None:
    client, db, settings = shared
    assert f"mien users add NAME --folder {settings.folder}" in page(client, "/sign-in").text
    create_person(db, "lan", PASSWORD)
    assert str(settings.folder) not in page(client, "/sign-in").text


def test_who_is_signed_in_need_not_sign_in(shared: Running) -> None:
    client, db, _settings = shared
    signed_in(client, db, "lan")
    assert client.get("/sign-in?next=/history").headers["location"] == "/history"
    assert client.get("/sign-in?next=https://evil.example/").headers["location"] == "/"


@pytest.mark.parametrize(
    ("given", "path"),
    [
        ("/history?bin=1", "/history?bin=1"),
        ("//evil.example", "/"),
        ("/\\evil.example", "/"),
        ("https://evil.example", "/"),
        ("javascript:alert(1)", "/"),
        ("/a\r\nSet-Cookie: x=1", "/"),
        ("/sign-in?next=/sign-in", "/"),
        ("", "/"),
    ],
)
def test_only_paths_of_the_studio_are_gone_to(given: str, path: str) -> None:
    assert own_path(given) == path


def test_the_account_shows_what_is_used_tokens_and_sessions(shared: Running) -> None:
    client, db, settings = shared
    lan = signed_in(client, db, "lan")
    filled(db, settings, lan.id)
    set_limits(db, lan.id, 9, 600.0, 2_000_000_000)
    token, secret = create_token(db, lan.id, "nightly <b>batch</b>", ["read"], 30)
    found = page(client, "/people")
    assert "1 of 9" in found.text
    assert "2.0 GB" in found.text
    assert "nightly <b>batch</b>" in found.text
    assert found.all("tr", data_token=token.id)
    assert secret not in client.get("/people").text
    assert "this browser" in found.text
    assert {one["value"] for one in found.all("input", name="scopes")} == {"read", "make"}


def test_an_administrator_may_give_tokens_every_right(shared: Running) -> None:
    client, db, _settings = shared
    signed_in(client, db, "chi", admin=True)
    found = page(client, "/people")
    assert {one["value"] for one in found.all("input", name="scopes")} == {"read", "make", "pipeline", "admin"}


def test_the_admin_page_is_for_administrators(shared: Running) -> None:
    client, db, _settings = shared
    signed_in(client, db, "lan")
    answer = client.get("/admin")
    assert answer.status_code == 403
    found = Page(answer.text)
    assert "That is not for you" in found.text
    assert found.faults() == []
    assert not page(client, "/history").all("a", href="/admin")


def test_the_admin_page_shows_people_jobs_and_disk(shared: Running) -> None:
    client, db, settings = shared
    chi = signed_in(client, db, "chi", admin=True)
    lan = create_person(db, "lan", PASSWORD)
    set_limits(db, lan.id, 3, 600.0, None)
    set_disabled(db, lan.id, True)
    filled(db, settings, lan.id)
    found = page(client, "/admin")
    rows = {one["data-name"]: one for one in found.all("tr", "data-person")}
    assert rows["lan"]["data-waiting"] == "3"
    assert rows["lan"]["data-seconds"] == "600.0"
    assert rows["lan"]["data-bytes"] == ""
    assert "disabled" in found.text
    assert "4 done" in found.text
    assert "No worker is running." in found.text
    assert f"mien worker --folder {settings.folder}" in found.text
    assert len(found.all("button", data_open="delete")) == 1, "nobody deletes oneself here"
    assert rows.keys() == {"chi", "lan"}
    assert chi.id == rows["chi"]["data-person"]


def test_a_studio_without_accounts_says_how_to_have_them(tmp_path: Path) -> None:
    with studio(tmp_path) as (client, _db, settings):
        for path in ("/people", "/admin"):
            assert f"mien serve --folder {settings.folder} --users" in page(client, path).text
        assert client.get("/sign-in").headers["location"] == "/"


def test_vietnamese(shared: Running) -> None:
    client, db, _settings = shared
    signed_in(client, db, "chi", admin=True)
    for path, word in (("/people", "Mã truy cập API"), ("/admin", "Tiến trình làm việc"), ("/pipeline", "Mô hình")):
        assert word in page(client, path, **{"Accept-Language": "vi"}).text
