"""Answers and events come in any order: what a page shows is the newest of them, and what is pressed counts."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from browser_making import Visits, asked, done, ended, field, make, picture, posted, shown_state, wait_for
from playwright.sync_api import APIResponse, Page, Route, expect

pytestmark = pytest.mark.ui


def late_answers(page: Page, path: str) -> Callable[[], None]:
    """From now on the studio answers at once, and the page gets the answers when what is returned is called."""
    held: list[tuple[Route, APIResponse]] = []
    given: list[bool] = []

    def heard(route: Route) -> None:
        if given:
            route.continue_()
        else:
            held.append((route, route.fetch()))

    def give() -> None:
        given.append(True)
        for route, answer in held:
            route.fulfill(response=answer)

    page.route(path, heard)
    return give


def test_a_late_answer_about_the_queue_does_not_bring_a_job_back_that_has_ended(visits: Visits) -> None:
    page = visits.open("/make/follow")
    make(page, "follow", "a girl dances for 15 steps")
    shown_state(page, "Running", "a girl dances for 15 steps")
    with page.expect_request("**/api/v1/queue"):
        give = late_answers(page, "**/api/v1/queue")
        posted(page, "/api/v1/queue/pause")  # the counts change, so that the page asks for the queue
    shown_state(page, "Done")
    with page.expect_response("**/api/v1/queue"):
        give()
    posted(page, "/api/v1/queue/resume")
    expect(page.locator("#jobs li")).to_have_count(0)
    shown_state(page, "Done", "a girl dances for 15 steps")


def test_a_job_that_ends_before_the_answer_to_its_request_comes_is_shown_as_done(visits: Visits) -> None:
    page = visits.open("/make/follow")
    expect(page.locator("#jobs")).to_be_attached()
    give = late_answers(page, "**/api/v1/follow")
    with page.expect_request("**/api/v1/follow"):
        make(page, "follow", "a girl who is quick")
    job = wait_for(lambda: asked(page, "/api/v1/jobs?system=follow&most=1&q=quick")["jobs"])[0]
    ended(page, job["id"])
    page.wait_for_timeout(1000)  # the event of its end
    give()
    shown_state(page, "Done", "a girl who is quick")
    expect(page.locator("#jobs li")).to_have_count(0)


def test_what_happens_before_the_events_come_is_asked_for(visits: Visits) -> None:
    page = visits.open("/history")
    held: list[Route] = []
    page.route("**/api/v1/events", lambda route: held.append(route))
    page.goto("/make/follow")
    make(page, "follow", "a girl who was early")
    shown_state(page, "Waiting", "a girl who was early")
    job = asked(page, "/api/v1/jobs?system=follow&most=1")["jobs"][0]
    ended(page, job["id"])
    held[0].continue_()
    shown_state(page, "Done", "a girl who was early")


def test_a_button_of_the_queue_stays_while_jobs_go_on(visits: Visits) -> None:
    page = visits.open("/make/follow")
    first = posted(page, "/api/v1/follow", {"text": "a girl dances for 600 steps"})
    for text in ("a red robot", "a blue robot"):
        posted(page, "/api/v1/follow", {"text": text})
    rows = page.locator("#jobs li")
    expect(rows).to_have_count(3)
    button = rows.nth(2).locator('[data-action="cancel_job"]')
    bar = rows.nth(0).locator("progress").element_handle()
    page.wait_for_function("bar => bar.value > 0", arg=bar)
    page.wait_for_timeout(1000)  # what was asked for when the jobs came has been drawn
    button.hover()
    page.mouse.down()
    posted(page, "/api/v1/queue/pause")
    expect(page.locator("#paused")).to_be_visible()
    page.wait_for_timeout(1000)  # the page has asked for the queue, and drawn it
    page.mouse.up()
    expect(rows).to_have_count(2)
    posted(page, "/api/v1/queue/cancel")
    posted(page, "/api/v1/queue/resume")
    ended(page, first["id"], "cancelled")
    expect(rows).to_have_count(0)


def test_a_form_that_is_sent_waits_for_the_file_that_was_brought(visits: Visits, tmp_path: Path) -> None:
    page = visits.open("/make/sculpt")
    job = done(page, "sculpt", text="an old man with a beard", output=".png")
    value = posted(page, f"/api/v1/jobs/{job['id']}/use", {"as": "talk.image"})["values"]["image"]
    give = late_answers(page, "**/api/v1/files/*")
    page.goto(f"/make/talk?image={value}")
    make(page, "talk", "Good morning.")
    expect(page.locator("#make-it")).to_be_disabled()
    give()
    shown_state(page, "Done", "Good morning.")
    assert asked(page, "/api/v1/jobs?system=talk&most=1")["jobs"][0]["request"]["image"] == value

    # a file of one's own that is taken meanwhile is not replaced by the late answer
    give = late_answers(page, "**/api/v1/files/*")
    page.goto(f"/make/talk?image={value}")
    page.locator("#in-image").set_input_files(str(picture(tmp_path / "own.png")))
    expect(field(page, "image").locator("[data-facts]")).to_contain_text("64 × 64")
    give()
    make(page, "talk", "Good evening.")
    shown_state(page, "Done", "Good evening.")
    assert asked(page, "/api/v1/jobs?system=talk&most=1")["jobs"][0]["request"]["image"] != value


def test_another_tab_shows_the_order_that_was_changed(visits: Visits) -> None:
    page = visits.open("/make/shapes")
    posted(page, "/api/v1/queue/pause")
    for colour in ("red", "green", "blue"):
        posted(page, "/api/v1/shapes", {"text": [f"a {colour} circle moves left"]})
    other = visits.watched(page.context.new_page())
    other.goto("/make/shapes")
    titles = other.locator("#jobs .title span")
    expect(titles).to_have_text([f"a {colour} circle moves left" for colour in ("red", "green", "blue")])
    last = asked(page, "/api/v1/queue")["jobs"][-1]
    posted(page, f"/api/v1/jobs/{last['id']}/move", {"to": "first"})
    expect(titles).to_have_text([f"a {colour} circle moves left" for colour in ("blue", "red", "green")])
    expect(other.locator("#jobs .state").nth(1)).to_contain_text("2")
    posted(page, "/api/v1/queue/cancel")
    posted(page, "/api/v1/queue/resume")
