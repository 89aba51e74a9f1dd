"""What is done before the scripts of a page are there, what is pressed twice, and pages that a browser shows again."""

from __future__ import annotations

from pathlib import Path

import pytest
from browser_making import Visits, asked, choose_file, field, make, picture, shown_state, wait_for
from playwright.sync_api import Page, Route, expect

pytestmark = pytest.mark.ui


def open_without_scripts(page: Page, path: str, script: str) -> Route:
    """Open a page whose script does not come until the route is continued."""
    held: list[Route] = []
    page.route(f"**/{script}", lambda route: held.append(route))
    page.goto(path, wait_until="commit")
    page.locator("#toasts").wait_for(state="attached")
    return wait_for(lambda: page.wait_for_timeout(50) or held)[0]


def test_what_is_typed_before_the_scripts_are_there_is_not_replaced_by_a_draft(visits: Visits) -> None:
    page = visits.open("/make/follow")
    page.locator("#in-text").fill("a girl of the draft")
    page.locator('label:has(input[name="pose"][value="wave"])').click()
    script = open_without_scripts(page, "/make/follow", "js/make.js")
    page.locator("#in-text").fill("a girl waves early")
    script.continue_()
    expect(page.locator("#make-it")).to_be_enabled()
    expect(page.locator("#in-text")).to_have_value("a girl waves early")
    expect(page.locator('input[name="pose"][value="wave"]')).to_be_checked()


def test_what_is_pressed_and_chosen_before_the_scripts_are_there_counts(visits: Visits, tmp_path: Path) -> None:
    page = visits.open("/history")
    script = open_without_scripts(page, "/make/talk", "js/make.js")
    choose_file(page, "image", picture(tmp_path / "early.png"))
    page.locator("[data-theme-switch]").click()
    page.locator(".chip[data-example='0']").click()
    script.continue_()
    expect(field(page, "image").locator("[data-name]")).to_have_text("early.png")
    expect(page.locator("#in-text")).not_to_have_value("")
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    page.locator("#make-it").click()
    shown_state(page, "Done")


def test_a_job_that_is_asked_for_twice_at_once_is_made_once(visits: Visits) -> None:
    page = visits.open("/make/move")
    make(page, "move", "nods thrice")
    shown_state(page, "Done", "nods thrice")
    with page.expect_response("**/redo"):
        page.get_by_role("button", name="Another one").dblclick()
    page.wait_for_function("() => document.querySelector('#jobs').children.length === 0")
    shown_state(page, "Done", "nods thrice")
    assert len(asked(page, "/api/v1/jobs?system=move")["jobs"]) == 2


def test_a_camera_that_is_pressed_twice_is_opened_once(visits: Visits) -> None:
    page = visits.open("/make/talk", permissions=["camera", "microphone"])
    photo = field(page, "image")
    photo.locator("[data-camera]").dblclick()
    expect(photo.locator("video")).to_have_count(1)
    photo.get_by_role("button", name="Take the photo").click()
    expect(photo.locator("[data-name]")).to_have_text("photo.jpg")
    expect(photo.locator("[data-recorder]")).to_be_hidden()


@pytest.mark.parametrize("path", ["/make/follow", "/history"])
def test_a_page_that_the_browser_has_kept_is_asked_for_again(visits: Visits, path: str) -> None:
    page = visits.open(path)
    page.evaluate("() => { window.kept = true; }")
    with page.expect_navigation():
        page.evaluate("() => window.dispatchEvent(new PageTransitionEvent('pageshow', {persisted: true}))")
    assert page.evaluate("() => window.kept") is None
