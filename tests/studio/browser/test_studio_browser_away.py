"""A studio that goes away: killed in the middle of a job, or gone when it is asked; the page recovers by itself."""

from __future__ import annotations

import pytest
from browser_making import Studio, Visits, asked, make, shown_state
from playwright.sync_api import Route, expect

pytestmark = [pytest.mark.ui, pytest.mark.crash]

OFFLINE = ("ERR_CONNECTION_REFUSED", "ERR_INCOMPLETE_CHUNKED_ENCODING", "ERR_CONNECTION_RESET", "ERR_EMPTY_RESPONSE",
           "ERR_CONTENT_LENGTH_MISMATCH")  # fmt: skip
"""What Chromium says of a server that is killed: before an answer, or in the middle of one of either kind."""


def test_a_job_ends_though_server_and_worker_are_killed(visits: Visits, studio: Studio) -> None:
    visits.expect(*OFFLINE)
    page = visits.open("/make/follow")
    make(page, "follow", "a girl dances for 60 steps")
    expect(shown_state(page, "Running").locator("img.preview")).to_be_visible()
    studio.kill()
    expect(page.locator("#connection")).to_contain_text("Nothing is lost: what was running goes on, or is made again")
    studio.start()
    expect(page.locator("#connection")).to_be_hidden()
    result = shown_state(page, "Done", "a girl dances for 60 steps")
    expect(result.locator("video")).to_be_visible()
    (job,) = asked(page, "/api/v1/jobs?system=follow")["jobs"]
    assert job["state"] == "done"


def test_what_is_asked_of_a_studio_that_is_gone_is_said_and_not_lost(visits: Visits, studio: Studio) -> None:
    visits.expect(*OFFLINE)
    page = visits.open("/make/shapes")
    typed = page.locator('[data-field="text"] input').first
    typed.fill("a red circle moves left")
    studio.kill()
    page.locator("#make-it").click()
    wrong = page.locator("#wrong-form")
    expect(wrong).to_contain_text("The studio does not answer. Check that “mien serve")
    expect(wrong).to_contain_text(f"--folder {studio.folder}")
    expect(typed).to_have_value("a red circle moves left")
    studio.start()
    page.locator("#make-it").click()
    shown_state(page, "Done", "a red circle moves left")
    expect(wrong).to_be_hidden()


def test_what_is_typed_before_the_scripts_are_there_is_not_lost(visits: Visits, studio: Studio) -> None:
    page = visits.open("/history")
    held: list[Route] = []
    page.route("**/js/make.js", lambda route: held.append(route))
    page.goto("/make/follow", wait_until="commit")
    page.locator("#in-text").fill("a girl waves early")
    expect(page.locator("#make-it")).to_be_disabled()
    held[0].continue_()
    page.locator("#make-it").click()
    shown_state(page, "Done", "a girl waves early")
    assert page.url == f"{studio.address}/make/follow"
