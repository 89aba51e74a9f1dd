"""Requests that another web site makes a browser send."""

from __future__ import annotations

import asyncio

import pytest
from accounts_making import a_request
from starlette.requests import Request

from mien.studio.people.csrf import check_change, form_token, same_origin
from mien.studio.people.errors import CrossSiteError
from mien.studio.people.identity import LOCAL, Person

OWN = {"origin": "http://studio.test:8765", "sec_fetch_site": "same-origin"}
ANNA = Person("a" * 32, "anna", False, frozenset(("read", "make")), session="s", csrf="c" * 64)
SCRIPT = Person("a" * 32, "anna", False, frozenset(("read", "make")), token=True)

FROM_ELSEWHERE = [
    {"origin": "http://evil.test"},
    {"origin": "null"},
    {"origin": "http://studio.test:9999"},
    {"origin": "http://studio.test.evil.test:8765"},
    {"origin": "http://studio.test:8765@evil.test"},
    {"origin": "file://studio.test:8765"},
    {"origin": "http://[::1"},
    {"sec_fetch_site": "cross-site"},
    {"sec_fetch_site": "same-site"},
    {"origin": "http://studio.test:8765", "sec_fetch_site": "cross-site"},
]


@pytest.mark.parametrize("headers", FROM_ELSEWHERE)
@pytest.mark.parametrize("person", [LOCAL, ANNA, None])
def test_a_change_from_another_site_is_refused(headers: dict[str, str], person: Person | None) -> None:
    right = {"x_csrf_token": ANNA.csrf}
    for method in ("POST", "PUT", "PATCH", "DELETE"):
        with pytest.raises(CrossSiteError, match="another web site"):
            check_change(a_request(method, **headers, **right), person)


@pytest.mark.parametrize("headers", FROM_ELSEWHERE)
def test_reading_and_tokens_are_not_concerned(headers: dict[str, str]) -> None:
    check_change(a_request("GET", **headers), ANNA)
    check_change(a_request("HEAD", **headers), LOCAL)
    check_change(a_request("POST", **headers), SCRIPT)


def test_without_accounts_a_change_needs_no_token() -> None:
    check_change(a_request("POST", **OWN), LOCAL)
    check_change(a_request("POST"), LOCAL)  # curl


def test_a_cookie_needs_the_token_of_its_session() -> None:
    check_change(a_request("POST", **OWN, x_csrf_token=ANNA.csrf), ANNA)
    check_change(a_request("POST", **OWN), ANNA, ANNA.csrf)
    with pytest.raises(CrossSiteError, match="X-CSRF-Token is missing"):
        check_change(a_request("POST", **OWN), ANNA)
    with pytest.raises(CrossSiteError, match="earlier session"):
        check_change(a_request("POST", **OWN, x_csrf_token="d" * 64), ANNA)
    with pytest.raises(CrossSiteError, match="earlier session"):
        check_change(a_request("POST", x_csrf_token="\xff"), ANNA)


@pytest.mark.parametrize(
    ("origin", "host", "same"),
    [
        ("http://localhost:8765", "localhost:8765", True),
        ("https://studio.test", "studio.test", True),
        ("https://studio.test", "studio.test:443", True),
        ("http://studio.test", "studio.test:80", True),
        ("http://[::1]:8765", "[::1]:8765", True),
        ("http://LOCALHOST:8765", "localhost:8765", True),
        ("http://studio.test", "studio.test:443", False),
        ("http://localhost:8765", "", False),
        ("", "localhost:8765", False),
        ("http://:8765", ":8765", False),
    ],
)
def test_an_origin_is_compared_by_host_and_port(origin: str, host: str, same: bool) -> None:
    assert same_origin(origin, host) is same


@pytest.mark.parametrize(
    ("kind", "body", "token"),
    [
        ("application/x-www-form-urlencoded", b"csrf=abc&x=1", "abc"),
        ("application/x-www-form-urlencoded; charset=utf-8", b"x=1", None),
        ("application/x-www-form-urlencoded", b"\xff%zz&&==", None),
        ("application/json", b'{"csrf": "abc"}', None),
        ("text/plain", b"csrf=abc", None),
    ],
)
def test_the_token_of_a_form_is_its_field_csrf(kind: str, body: bytes, token: str | None) -> None:
    async def receive() -> dict[str, object]:
        return {"type": "http.request", "body": body, "more_body": False}

    request = Request(a_request("POST", content_type=kind).scope, receive)  # type: ignore[arg-type]
    assert asyncio.run(form_token(request)) == token
