"""The page of the history: what it lists, filters, pages and says."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest

from tests.studio.pages.html_making import Page
from tests.studio.pages.rest_making import DAY, ROWS, Running, add_job, filled, page, studio

PART = {"HX-Request": "true"}
EVIL = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>"


def titles(found: Page) -> list[str]:
    return [given["title"] for given in found.all("a", "title", tabindex="-1")]


def test_every_job_is_listed_with_its_state_the_newest_first(running: Running) -> None:
    client, db, settings = running
    filled(db, settings)
    found = page(client, "/history")
    assert titles(found) == [text for _system, _state, text, *_rest in ROWS]
    assert {"Running", "Failed", "Cancelled", "Waiting"} <= set(found.text.split())
    assert len([one for one in found.all("img") if one["src"].endswith("/files/thumb")]) == 4
    assert found.faults() == []


def test_an_empty_history_says_what_to_do(running: Running) -> None:
    found = page(running[0], "/history")
    assert "Nothing has been made yet." in found.text
    assert "The bin is empty." in page(running[0], "/history?bin=1").text
    assert "Nothing has a star yet" in page(running[0], "/history?starred=1").text


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("words=beard", [1]),
        ("words=HEAD+shake", [5]),
        ("words=co+gai+do", [3]),
        ("system=sculpt", [1, 6]),
        ("state=failed", [3]),
        ("system=shapes&state=done", [7]),
        ("words=%25", []),
        ("starred=1", [0]),
    ],
)
def test_filters(running: Running, query: str, expected: list[int]) -> None:
    client, db, settings = running
    for number in range(len(ROWS)):
        add_job(db, settings, number, starred=number == 0)
    assert titles(page(client, f"/history?{query}")) == [ROWS[number][2] for number in expected]


def test_what_makes_no_sense_in_the_address_is_left_out(running: Running) -> None:
    client, db, settings = running
    filled(db, settings, count=2)
    for query in ("system=none", "state=x", "day=2026-99-99", "zone=abc", "cursor=zzz"):
        assert len(titles(page(client, f"/history?{query}"))) == 2, query


def test_a_filter_keeps_its_values_and_says_how_many_fit(running: Running) -> None:
    client, db, settings = running
    filled(db, settings)
    found = page(client, "/history?words=head&system=move")
    assert found.all("input", name="words")[0]["value"] == "head"
    assert [one["value"] for one in found.all("option", "selected")] == ["move"]
    assert "One result" in found.text
    assert "Nothing fits." in page(client, "/history?words=nothinglikethis").text


def test_htmx_gets_a_part_and_the_next_ones_follow_the_last(running: Running) -> None:
    client, db, settings = running
    filled(db, settings, count=30)
    first = Page(client.get("/history?system=", headers=PART).text)
    assert first.all("html") == []
    assert len(first.all("li", "data-job")) == 24
    (more,) = first.all("button", "hx-get")
    second = Page(client.get(more["hx-get"], headers=PART).text)
    ids = [one["data-job"] for one in first.all("li", "data-job") + second.all("li", "data-job")]
    assert len(ids) == len(set(ids)) == 30
    assert second.all("button", "hx-get") == []
    assert second.all("div", id="results") == []
    # going back in the browser asks for the whole page
    assert page(client, "/history", **PART, **{"HX-History-Restore-Request": "true"}).all("html")


def test_the_next_ones_are_filtered_alike(running: Running) -> None:
    client, db, settings = running
    for number in range(60):
        add_job(db, settings, number % 2)
    (more,) = page(client, "/history?words=beard&system=sculpt").all("button", "hx-get")
    assert "words=beard" in more["hx-get"]
    assert "system=sculpt" in more["hx-get"]
    rest = Page(client.get(more["hx-get"], headers=PART).text)
    assert set(titles(rest)) == {ROWS[1][2]}


def test_the_bin_says_how_long_things_stay(running: Running) -> None:
    client, db, settings = running
    now = time.time()
    add_job(db, settings, 0, deleted=now - 3 * DAY)
    add_job(db, settings, 1, deleted=now - 6.9 * DAY)
    add_job(db, settings, 2)
    found = page(client, "/history?bin=1")
    assert titles(found) == [ROWS[0][2], ROWS[1][2]]
    assert "Removed in 4 days" in found.text
    assert "Removed today" in found.text
    assert found.all("button", data_bulk="restore")
    assert found.all("button", data_bulk="purge")
    assert not found.all("button", data_bulk="delete")
    assert titles(page(client, "/history")) == [ROWS[2][2]]


def test_a_prompt_is_never_read_as_html(running: Running) -> None:
    client, db, settings = running
    add_job(db, settings, 0, title=EVIL)
    found = page(client, "/history")
    assert titles(found) == [EVIL]
    assert found.faults() == []
    assert not found.all("img", src="x")
    typed: dict[str, Any] = {"words": EVIL}
    searched = Page(client.get("/history", params=typed).text)
    assert searched.all("input", name="words")[0]["value"] == EVIL
    assert searched.faults() == []


def test_vietnamese(running: Running) -> None:
    client, db, settings = running
    filled(db, settings)
    found = page(client, "/history", **{"Accept-Language": "vi"})
    assert found.all("html", lang="vi")
    assert "Lịch sử" in found.text
    assert "Đang chờ" in found.text
    assert "All makers" not in found.text


def test_people_see_their_own_only(tmp_path: Path) -> None:
    with studio(tmp_path, users=True) as (client, db, settings):
        from tests.studio.pages.people_pages_making import signed_in

        lan = signed_in(client, db, "lan")
        add_job(db, settings, 0, owner=lan.id)
        other = add_job(db, settings, 1, owner="f" * 32)
        assert titles(page(client, "/history")) == [ROWS[0][2]]
        assert client.get(f"/jobs/{other.id}").status_code == 404
