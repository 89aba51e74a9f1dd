"""What a form waits for, and what comes too late to count: files, texts, and pictures that are still on their way."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from browser_making import Visits, asked, choose_file, done, field, make, picture, posted, shown_state, wait_for
from playwright.sync_api import Page, Route, expect

pytestmark = pytest.mark.ui


class Held:
    """The requests of a page to a path from now on, the first of which is not answered until the test does it."""

    def __init__(self, page: Page, path: str) -> None:
        self.page = page
        self.routes: list[Route] = []
        page.route(path, self._asked)

    def _asked(self, route: Route) -> None:
        self.routes.append(route)
        if len(self.routes) > 1:
            route.continue_()

    def first(self) -> Route:
        """The first one, once it is there."""
        wait_for(lambda: self.page.wait_for_timeout(50) or self.routes)
        return self.routes[0]


def script_job(page: Page, *lines: str) -> dict[str, Any]:
    """A job of `move` with a time line."""
    text = {"name": "script.txt", "mimeType": "text/plain", "buffer": "\n".join(lines).encode()}
    csrf = page.locator('meta[name="csrf-token"]').get_attribute("content")
    answer = page.request.post("/api/v1/files", multipart={"file": text}, headers={"X-CSRF-Token": csrf or ""})
    assert answer.ok, answer.text()
    return done(page, "move", script=answer.json()["value"])


def test_no_job_is_made_without_the_file_that_is_refused_meanwhile(visits: Visits, tmp_path: Path) -> None:
    visits.expect("status of 422")
    page = visits.open("/make/follow")
    upload = Held(page, "**/api/v1/files?*")
    false = tmp_path / "dance.json"
    false.write_text("{}")
    choose_file(page, "pose", false)
    make(page, "follow", "a girl dances as in the file")
    expect(page.locator("#make-it")).to_be_disabled()
    upload.first().fulfill(status=422, json={"error": "there are no poses in it", "field": None})
    expect(field(page, "pose").locator(".wrong")).to_have_text("there are no poses in it")
    expect(page.locator("#make-it")).to_be_enabled()
    assert asked(page, "/api/v1/jobs?system=follow&q=file")["jobs"] == []


@pytest.mark.parametrize("change", ["remove", "replace", "edit", "example"])
def test_a_form_that_is_changed_while_it_waits_for_an_upload_is_not_sent(
    visits: Visits, tmp_path: Path, change: str
) -> None:
    page = visits.open("/make/talk")
    upload = Held(page, "**/api/v1/files?*")
    sent: list[str] = []
    page.on("request", lambda one: sent.append(one.url) if one.method == "POST" else None)
    expect(page.locator("#make-it")).to_be_enabled()  # the scripts are there
    choose_file(page, "image", picture(tmp_path / "own.png"))
    first = upload.first()
    page.locator("#in-text").fill("hello there")
    page.locator("#make-it").click()
    expect(page.locator("#make-it")).to_be_disabled()
    expect(page.locator("#waiting")).to_contain_text("Waiting for the upload")
    if change == "remove":
        field(page, "image").locator("[data-remove]").click()
    elif change == "replace":
        choose_file(page, "image", picture(tmp_path / "other.png"))
    elif change == "edit":
        page.locator("#in-text").fill("hello again")
    else:
        page.locator(".chip[data-example='0']").click()
    expect(page.locator("#waiting")).to_contain_text("Nothing was started")
    expect(page.locator("#make-it")).to_be_enabled()
    if change == "edit":
        first.continue_()
        expect(field(page, "image").locator("[data-facts]")).to_contain_text("64 × 64")
    page.wait_for_timeout(500)  # in which a late request would be sent
    assert [one for one in sent if one.endswith("/api/v1/talk")] == []


def test_a_form_that_waits_for_an_upload_is_sent_when_that_is_there(visits: Visits, tmp_path: Path) -> None:
    page = visits.open("/make/talk")
    upload = Held(page, "**/api/v1/files?*")
    expect(page.locator("#make-it")).to_be_enabled()  # the scripts are there
    choose_file(page, "image", picture(tmp_path / "own.png"))
    page.locator("#in-text").fill("hello there")
    page.locator("#in-text").press("Control+Enter")
    expect(page.locator("#waiting")).to_be_visible()
    page.locator("#in-text").blur()  # a text that is left is not changed
    with page.expect_response("**/api/v1/talk") as made:
        upload.first().continue_()
    assert made.value.ok, made.value.text()
    assert made.value.json()["request"]["image"].startswith("file:")
    expect(page.locator("#waiting")).to_be_hidden()


def test_a_form_that_is_sent_waits_for_the_time_line_that_was_brought(visits: Visits) -> None:
    page = visits.open("/make/move")
    job = script_job(page, "0: nods twice", "5: shakes the head")
    content = Held(page, "**/content")
    page.goto(f"/make/move?from={job['id']}")
    page.locator("#make-it").click()
    expect(page.locator("#make-it")).to_be_disabled()
    with page.expect_response("**/api/v1/move") as made:
        content.first().continue_()
    assert made.value.ok, made.value.text()
    assert made.value.json()["title"] == job["title"]


def test_a_time_line_that_comes_late_replaces_nothing_that_was_written(visits: Visits) -> None:
    page = visits.open("/make/move")
    job = script_job(page, "0: smiles", "2: laughs")
    content = Held(page, "**/content")
    page.goto(f"/make/move?from={job['id']}")
    words = field(page, "script").locator('.script-row input[type="text"]')
    words.nth(0).fill("nods once")
    first = content.first()
    with page.expect_response("**/content"):
        first.continue_()
    page.locator("#make-it").click()
    shown_state(page, "Done", "nods once")
    expect(words.nth(0)).to_have_value("nods once")


def test_a_photo_of_ones_own_stays_while_it_is_uploaded(visits: Visits, tmp_path: Path) -> None:
    page = visits.open("/make/talk")
    upload = Held(page, "**/api/v1/files?*")
    choose_file(page, "image", picture(tmp_path / "own.png"))
    first = upload.first()
    page.locator(".chip[data-example='0']").click()
    expect(page.locator("#in-text")).not_to_have_value("")
    first.continue_()
    expect(field(page, "image").locator("[data-facts]")).to_contain_text("64 × 64")
    assert len(upload.routes) == 1


def test_a_file_that_is_asked_for_is_kept_with_the_draft(visits: Visits) -> None:
    page = visits.open("/make/sculpt")
    job = done(page, "sculpt", text="an old man with a beard", output=".png")
    value = posted(page, f"/api/v1/jobs/{job['id']}/use", {"as": "talk.image"})["values"]["image"]
    answer = Held(page, "**/api/v1/files/*")
    page.goto(f"/make/talk?image={value}")
    answer.first()
    page.goto("/history")
    page.goto("/make/talk")
    expect(field(page, "image").locator("[data-name]")).to_contain_text("an old man with a beard")


def test_of_two_files_of_mien_the_one_that_was_given_last_fills_the_form(visits: Visits, tmp_path: Path) -> None:
    page = visits.open("/make/follow")
    files = []
    for text in ("a panda waves", "a robot bows"):
        job = done(page, "follow", text=text, pose="wave", output=".gif")
        files.append(tmp_path / f"{text}.gif")
        files[-1].write_bytes(page.request.get(job["files"]["file"]["url"]).body())
    answer = Held(page, "**/api/v1/files/open")
    page.locator("#open-file").set_input_files(str(files[0]))
    first = answer.first()
    page.locator("#open-file").set_input_files(str(files[1]))
    expect(page.locator("#in-text")).to_have_value("a robot bows")
    with page.expect_response("**/api/v1/files/open"):
        first.continue_()
    page.wait_for_timeout(500)  # in which the late answer would be shown
    expect(page.locator("#in-text")).to_have_value("a robot bows")


def test_the_button_of_a_job_stays_while_others_go_on(visits: Visits) -> None:
    page = visits.open("/make/follow")
    first = posted(page, "/api/v1/follow", {"text": "a girl dances for 600 steps"})
    make(page, "follow", "a robot dances for 600 steps")
    result = shown_state(page, "Waiting", "a robot dances for 600 steps")
    button = result.get_by_role("button", name="Cancel")
    button.hover()
    page.mouse.down()
    for _ in range(2):  # the page asks for the queue, and shows what it hears
        with page.expect_response("**/api/v1/queue"):
            pass
    page.mouse.up()
    shown_state(page, "Cancelled", "a robot dances for 600 steps")
    posted(page, f"/api/v1/jobs/{first['id']}/cancel")


def test_a_star_does_not_begin_the_video_again(visits: Visits) -> None:
    page = visits.open("/make/follow")
    make(page, "follow", "a girl waves to everyone")
    result = shown_state(page, "Done", "a girl waves to everyone")
    video = result.locator("video").element_handle()
    result.get_by_role("button", name="Star").click()
    expect(result.locator("[data-star][aria-pressed=true]")).to_be_visible()
    assert page.evaluate("video => video.isConnected", video)
    result.locator("[data-star]").click()
    expect(result.locator("[data-star][aria-pressed=false]")).to_be_visible()


def test_a_page_of_a_job_whose_events_are_refused_at_first_shows_its_end(visits: Visits) -> None:
    visits.expect("status of 503")
    page = visits.open("/make/follow")
    posted(page, "/api/v1/queue/pause")
    job = posted(page, "/api/v1/follow", {"text": "a girl who waits"})
    refused: list[Route] = []

    def refuse(route: Route) -> None:
        refused.append(route)
        route.fulfill(status=503, json={"error": "too many pages watch at once: close some", "field": None})

    page.route("**/api/v1/events", refuse)
    with page.expect_response("**/api/v1/events"):
        page.goto(f"/jobs/{job['id']}")
    page.unroute("**/api/v1/events")
    posted(page, "/api/v1/queue/resume")
    expect(page.locator("#job")).to_have_attribute("data-state", "done")
    expect(page.locator("#job video")).to_be_visible()
    assert refused
