"""The routes of people, and that one person never sees what is another's."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from accounts_making import BASE, PASSWORD, Served, an_account, served
from fastapi.testclient import TestClient
from jobs_making import fill

from mien.studio.database.tables import File, User
from mien.studio.files.place import result_folder, upload_path
from mien.studio.people.accounts import set_disabled
from mien.studio.people.throttle import TRIES
from mien.studio.queue.events import after, emit


@pytest.fixture
def studio(tmp_path: Path) -> Iterator[Served]:
    with served(tmp_path / "studio") as found:
        yield found


@pytest.fixture
def anna(studio: Served) -> User:
    return an_account(studio.db, "anna", admin=True)


@pytest.fixture
def bob(studio: Served, anna: User) -> User:
    assert anna.admin, "there is always an administrator"
    return an_account(studio.db, "bob")


@pytest.mark.usefixtures("anna")
def test_signing_in_gives_a_cookie_that_scripts_and_other_sites_cannot_use(studio: Served) -> None:
    assert studio.client.get("/api/v1/me").status_code == 401
    answer = studio.client.post("/api/v1/sign-in", json={"name": "ANNA", "password": PASSWORD})
    assert answer.status_code == 200
    assert answer.json()["person"]["name"] == "anna"
    assert "password" not in answer.json()["person"]
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith("mien_session=")
    for word in ("HttpOnly", "SameSite=lax", "Max-Age=2592000", "Path=/"):
        assert word in cookie
    assert "Secure" not in cookie
    me = studio.client.get("/api/v1/me").json()
    assert (me["name"], me["users"], me["csrf"]) == ("anna", True, answer.json()["csrf"])
    assert me["quota"]["bytes_limit"] == 5_000_000_000


def test_behind_https_the_cookie_is_sent_by_https_only(tmp_path: Path) -> None:
    with served(tmp_path, secure=True) as studio:
        an_account(studio.db)
        answer = studio.client.post("/api/v1/sign-in", json={"name": "anna", "password": PASSWORD})
        assert "Secure" in answer.headers["set-cookie"]


@pytest.mark.usefixtures("anna")
def test_a_session_planted_before_is_not_the_one_after(studio: Served) -> None:
    planted = studio.browser("anna").cookies["mien_session"]
    victim = TestClient(studio.app, base_url=BASE, cookies={"mien_session": planted})
    victim.post("/api/v1/sign-in", json={"name": "anna", "password": PASSWORD})
    thief = TestClient(studio.app, base_url=BASE, cookies={"mien_session": planted})
    assert thief.get("/api/v1/me").status_code == 401


@pytest.mark.usefixtures("anna")
def test_signing_out_ends_the_session_itself(studio: Served) -> None:
    browser = studio.browser("anna")
    kept = browser.cookies["mien_session"]
    assert browser.post("/api/v1/sign-out", headers={"X-CSRF-Token": ""}).status_code == 403
    assert browser.post("/api/v1/sign-out").status_code == 204
    assert "mien_session" not in browser.cookies
    assert TestClient(studio.app, base_url=BASE, cookies={"mien_session": kept}).get("/api/v1/me").status_code == 401


@pytest.mark.usefixtures("anna")
def test_after_ten_wrong_passwords_there_is_a_pause(studio: Served) -> None:
    wrong = {"name": "anna", "password": "wrong"}
    answers = [studio.client.post("/api/v1/sign-in", json=wrong).status_code for _ in range(TRIES)]
    assert answers == [401] * TRIES
    answer = studio.client.post("/api/v1/sign-in", json={"name": "anna", "password": PASSWORD})
    assert answer.status_code == 429
    assert 0 < int(answer.headers["retry-after"]) <= 300
    assert "too many wrong passwords" in answer.json()["error"]
    elsewhere = TestClient(studio.app, base_url=BASE, client=("10.0.0.9", 5000))
    assert elsewhere.post("/api/v1/sign-in", json={"name": "anna", "password": PASSWORD}).status_code == 200


@pytest.mark.parametrize("headers", [{"Origin": "http://evil.test"}, {"Sec-Fetch-Site": "cross-site"}])
@pytest.mark.usefixtures("anna")
def test_another_site_can_neither_sign_in_nor_change(studio: Served, headers: dict[str, str]) -> None:
    answer = studio.client.post("/api/v1/sign-in", json={"name": "anna", "password": PASSWORD}, headers=headers)
    assert answer.status_code == 403
    assert "set-cookie" not in answer.headers
    browser = studio.browser("anna")
    assert browser.post("/api/v1/shapes", json={"text": ["a red circle"]}, headers=headers).status_code == 403
    del browser.headers["X-CSRF-Token"]
    answer = browser.post("/api/v1/shapes", json={"text": ["a red circle"]})
    assert (answer.status_code, answer.json()["error"].partition(" is")[0]) == (403, "the header X-CSRF-Token")


def test_without_accounts_another_site_cannot_drive_the_studio_either(tmp_path: Path) -> None:
    with served(tmp_path, users=False) as studio:
        body = {"text": ["a red circle"]}
        for headers in ({"Origin": "http://evil.test"}, {"Origin": "null"}, {"Sec-Fetch-Site": "same-site"}):
            assert studio.client.post("/api/v1/shapes", json=body, headers=headers).status_code == 403
        assert studio.client.post("/api/v1/shapes", json=body, headers={"Origin": BASE}).status_code == 202
        assert studio.client.post("/api/v1/shapes", json=body).status_code == 202
        for way in ("sign-in", "people", "me/tokens"):
            answer = studio.client.post(f"/api/v1/{way}", json={"name": "a", "password": "b" * 12})
            assert answer.status_code in (409, 422), answer.text
        assert studio.client.get("/api/v1/me").json()["users"] is False


def test_a_tokens_scopes_are_enforced(studio: Served, anna: User) -> None:
    reader, maker = studio.script(anna, "read"), studio.script(anna, "read", "make")
    body = {"text": ["a red circle"]}
    refused = reader.post("/api/v1/shapes", json=body)
    assert (refused.status_code, "'make'" in refused.json()["error"]) == (403, True)
    assert maker.post("/api/v1/shapes", json=body, headers={"Origin": "http://elsewhere.test"}).status_code == 202
    assert reader.get("/api/v1/jobs").status_code == 200
    for client in (reader, maker):
        assert client.get("/api/v1/people").status_code == 403
    assert studio.script(anna, "admin").get("/api/v1/people").status_code == 200
    assert studio.script(anna, "admin").get("/api/v1/jobs").status_code == 403


def test_a_token_makes_no_tokens_and_changes_no_password(studio: Served, anna: User) -> None:
    script = studio.script(anna, "read", "make", "pipeline", "admin")
    for method, way, body in (
        ("post", "me/tokens", {"scopes": ["read"]}),
        ("post", "me/password", {"old": PASSWORD, "new": "another good one"}),
        ("get", "me/tokens", None),
        ("post", "me/sessions/end", None),
    ):
        answer = script.request(method, f"/api/v1/{way}", json=body)
        assert (answer.status_code, "a token cannot" in answer.json()["error"]) == (403, True)


@pytest.mark.usefixtures("bob")
def test_a_token_is_shown_once_and_ends_when_deleted(studio: Served) -> None:
    browser = studio.browser("bob")
    made = browser.post("/api/v1/me/tokens", json={"name": "script", "scopes": ["read"], "days": 1})
    assert made.status_code == 201
    secret = made.json()["token"]
    assert secret not in browser.get("/api/v1/me/tokens").text
    script = TestClient(studio.app, base_url=BASE, headers={"Authorization": f"Bearer {secret}"})
    assert script.get("/api/v1/me").json()["scopes"] == ["read"]
    refused = browser.post("/api/v1/me/tokens", json={"scopes": ["read", "admin"]})
    assert (refused.status_code, refused.json()["field"]) == (403, "scopes")
    assert browser.delete(f"/api/v1/me/tokens/{made.json()['id']}").status_code == 204
    assert script.get("/api/v1/me").status_code == 401
    assert browser.delete(f"/api/v1/me/tokens/{made.json()['id']}").status_code == 404


@pytest.mark.usefixtures("bob")
def test_changing_the_password_needs_the_present_one(studio: Served) -> None:
    browser, other = studio.browser("bob"), studio.browser("bob")
    assert [one["current"] for one in browser.get("/api/v1/me/sessions").json()] == [False, True]
    answer = browser.post("/api/v1/me/password", json={"old": "wrong", "new": "another good one"})
    assert (answer.status_code, answer.json()["field"]) == (422, "old")
    answer = browser.post("/api/v1/me/password", json={"old": PASSWORD, "new": "short"})
    assert (answer.status_code, answer.json()["field"]) == (422, "password")
    assert browser.post("/api/v1/me/password", json={"old": PASSWORD, "new": "another good one"}).status_code == 204
    assert browser.get("/api/v1/me").status_code == 200
    assert other.get("/api/v1/me").status_code == 401


def test_administrators_make_change_and_delete_people(studio: Served, anna: User) -> None:
    browser = studio.browser("anna")
    made = browser.post("/api/v1/people", json={"name": "Cường", "password": PASSWORD})
    assert (made.status_code, made.json()["name"]) == (201, "cường")
    person = made.json()["id"]
    taken = browser.post("/api/v1/people", json={"name": "CƯỜNG", "password": PASSWORD})
    assert (taken.status_code, taken.json()["field"]) == (422, "name")
    changed = browser.patch(f"/api/v1/people/{person}", json={"waiting": 3, "bytes": 10}).json()
    assert (changed["waiting"], changed["bytes"], changed["seconds_each_day"]) == (3, 10, None)
    changed = browser.patch(f"/api/v1/people/{person}", json={"bytes": None, "admin": True}).json()
    assert (changed["waiting"], changed["bytes"], changed["admin"]) == (3, None, True)
    fill(studio.db, 2, person, bytes=7)
    listed = {one["name"]: one["usage"] for one in browser.get("/api/v1/people").json()}
    assert listed == {"anna": {"jobs": 0, "open": 0, "bytes": 0}, "cường": {"jobs": 2, "open": 0, "bytes": 14}}
    assert browser.delete(f"/api/v1/people/{person}").status_code == 204
    assert browser.patch(f"/api/v1/people/{person}", json={}).status_code == 404
    refused = browser.delete(f"/api/v1/people/{anna.id}")
    assert (refused.status_code, "last administrator" in refused.json()["error"]) == (422, True)


def test_a_person_who_is_no_administrator_sees_no_people(studio: Served, bob: User, anna: User) -> None:
    browser = studio.browser("bob")
    assert browser.get("/api/v1/people").status_code == 403
    assert browser.patch(f"/api/v1/people/{bob.id}", json={"admin": True}).status_code == 403
    assert browser.delete(f"/api/v1/people/{anna.id}").status_code == 403


def test_a_disabled_person_is_out_at_once(studio: Served, bob: User) -> None:
    browser, script = studio.browser("bob"), studio.script(bob, "read")
    assert (browser.get("/api/v1/jobs").status_code, script.get("/api/v1/jobs").status_code) == (200, 200)
    set_disabled(studio.db, bob.id, True)
    assert (browser.get("/api/v1/jobs").status_code, script.get("/api/v1/jobs").status_code) == (401, 401)


def test_what_is_another_persons_does_not_exist(studio: Served, anna: User, bob: User, tmp_path: Path) -> None:
    folder = tmp_path / "studio"
    job = fill(studio.db, 1, anna.id, result={"file": "result.gif"})[0]
    result_folder(folder, job).mkdir(parents=True)
    (result_folder(folder, job) / "result.gif").write_bytes(b"GIF89a")
    file = File(
        owner=anna.id, name="a.txt", kind="text", suffix=".txt", media_type="text/plain", bytes=1, sha256="", facts={}
    )
    with studio.db.write() as session:
        session.add(file)
        emit(session, job, anna.id, "changed")
    upload_path(folder, file.id, ".txt").parent.mkdir(exist_ok=True)
    upload_path(folder, file.id, ".txt").write_bytes(b"x")
    his, hers = studio.browser("bob"), studio.browser("anna")
    gets = [f"jobs/{job}", f"jobs/{job}/files/file", f"files/{file.id}"]
    posts: list[tuple[str, Any]] = [
        (f"jobs/{job}/{action}", None) for action in ("cancel", "retry", "redo", "star", "unstar", "delete", "restore")
    ] + [(f"jobs/{job}/move", {"to": "first"}), (f"jobs/{job}/use", {"as": "talk.image"})]
    for way in gets:
        assert hers.get(f"/api/v1/{way}").status_code == 200, way
        assert his.get(f"/api/v1/{way}").status_code == 404, way
    for way, body in posts:
        assert his.post(f"/api/v1/{way}", json=body).status_code == 404, way
    assert his.delete(f"/api/v1/jobs/{job}").status_code == 404
    assert his.delete(f"/api/v1/files/{file.id}").status_code == 404
    assert his.post("/api/v1/move", json={"text": "nod", "person": f"file:{file.id}"}).status_code == 422
    assert his.get("/api/v1/jobs").json()["jobs"] == []
    assert after(studio.db, 0, bob.id) == []
    assert hers.get(f"/api/v1/jobs/{job}").json()["starred"] is False


def test_where_there_is_no_account_the_command_is_named(studio: Served, tmp_path: Path) -> None:
    answer = studio.client.post("/api/v1/sign-in", json={"name": "anna", "password": PASSWORD})
    assert answer.status_code == 409
    assert f"mien users add NAME --folder {tmp_path / 'studio'} --admin" in answer.json()["error"]


@pytest.mark.usefixtures("anna")
@pytest.mark.parametrize("name", ["\0", "\ud800", "x" * 201, "'--", {"a": 1}, None])
def test_no_name_breaks_the_sign_in(studio: Served, name: Any) -> None:
    body = json.dumps({"name": name, "password": "\ud800\0" if name else ""})
    answer = studio.client.post("/api/v1/sign-in", content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code in (400, 401, 422), answer.text
