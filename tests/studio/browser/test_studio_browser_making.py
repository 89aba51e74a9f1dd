"""From the form to the result in a browser: jobs that are made, cancelled, ordered, repeated and used further."""

from __future__ import annotations

from pathlib import Path

import pytest
from browser_making import Visits, asked, field, make, posted, pressed, shown_state
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.ui


def plays(page: Page) -> None:
    """The video of the result goes on."""
    video = page.locator("#result-body video").element_handle()
    page.evaluate("video => { video.muted = true; return video.play(); }", video)
    page.wait_for_function("video => video.currentTime > 0.1 && video.videoWidth > 0", arg=video)


def test_an_example_is_made_and_plays(visits: Visits) -> None:
    page = visits.open("/make/follow")
    page.locator(".chip[data-example='0']").click()
    title = pressed(page, "follow")["title"]
    shown_state(page, "Done", title)
    plays(page)
    expect(page.locator("#jobs li")).to_have_count(0)
    page.reload()
    shown_state(page, "Done", title)


def test_a_running_job_shows_itself_and_is_cancelled(visits: Visits) -> None:
    page = visits.open("/make/follow")
    make(page, "follow", "a girl dances for 600 steps")
    result = shown_state(page, "Running")
    expect(result.locator("img.preview")).to_be_visible()
    expect(result.locator("[data-count]")).to_contain_text("of 600 frames")
    bar = result.locator("progress")
    page.wait_for_function("bar => bar.value > 0", arg=bar.element_handle())
    result.get_by_role("button", name="Cancel").click()
    shown_state(page, "Cancelled")
    expect(page.locator("#jobs li")).to_have_count(0)
    make(page, "follow", "a girl waves")
    shown_state(page, "Done", "a girl waves")


def test_another_one_differs_by_its_seed_only(visits: Visits) -> None:
    page = visits.open("/make/move")
    make(page, "move", "nods twice")
    shown_state(page, "Done", "nods twice")
    (first,) = asked(page, "/api/v1/jobs?system=move")["jobs"]
    page.get_by_role("button", name="Another one").click()
    page.wait_for_function(
        "id => !document.querySelector('.result-head') || sessionStorage['shown.move'] !== id", arg=first["id"]
    )
    shown_state(page, "Done", "nods twice")
    second, other = asked(page, "/api/v1/jobs?system=move")["jobs"]
    assert other["id"] == first["id"]
    assert second["request"].pop("seed") != first["request"].pop("seed", 0)
    assert second["request"] == first["request"]


def test_what_is_refused_is_said(visits: Visits) -> None:
    page = visits.open("/make/follow")
    page.locator("#make-it").click()
    expect(field(page, "text").locator(".wrong")).to_have_text("Describe the figure, or give a picture of it.")
    make(page, "follow", "a girl who will refuse")
    result = shown_state(page, "Failed")
    expect(result.locator(".notice.bad")).to_contain_text("has no figure: name who is in it")
    result.get_by_role("button", name="Edit again").click()
    expect(page.locator("#in-text")).to_have_value("a girl who will refuse")


def test_the_queue_is_paused_and_put_in_order(visits: Visits) -> None:
    page = visits.open("/make/shapes")
    page.locator("#pause").click()
    expect(page.locator("#paused")).to_be_visible()
    for colour in ("red", "green", "blue"):
        posted(page, "/api/v1/shapes", {"text": [f"a {colour} circle moves left"]})
    titles = page.locator("#jobs .title span")
    expect(titles).to_have_text(["a red circle moves left", "a green circle moves left", "a blue circle moves left"])
    page.locator("#jobs li").nth(2).get_by_role("button", name="Earlier").click()
    expect(titles).to_have_text(["a red circle moves left", "a blue circle moves left", "a green circle moves left"])
    page.reload()
    expect(titles).to_have_text(["a red circle moves left", "a blue circle moves left", "a green circle moves left"])
    page.on("dialog", lambda dialog: dialog.accept())
    page.locator("#jobs li").nth(0).locator('[data-action="cancel_job"]').click()
    expect(titles).to_have_text(["a blue circle moves left", "a green circle moves left"])
    page.locator("#cancel-all").click()
    expect(titles).to_have_count(0)
    page.locator("#pause").click()
    expect(page.locator("#paused")).to_be_hidden()


def test_a_sculpted_head_talks_and_a_figure_follows_it(visits: Visits) -> None:
    page = visits.open("/make/sculpt")
    make(page, "sculpt", "an old man with a beard", ".png")
    shown_state(page, "Done", "an old man with a beard")
    page.get_by_role("button", name="Let it talk (photo)").click()
    page.wait_for_url("**/make/talk")
    expect(field(page, "image").locator("[data-name]")).to_contain_text("an old man with a beard")
    make(page, "talk", "Good morning.")
    shown_state(page, "Done", "Good morning.")
    page.get_by_role("button", name="Let a figure follow it").click()
    page.wait_for_url("**/make/follow")
    expect(field(page, "pose").locator("[data-name]")).to_contain_text("Good morning.")
    make(page, "follow", "a robot speaks")
    shown_state(page, "Done", "a robot speaks")
    job = asked(page, "/api/v1/jobs?system=follow&most=1")["jobs"][0]
    assert job["request"]["pose"].startswith("file:")


def test_a_motion_is_talked_with(visits: Visits) -> None:
    page = visits.open("/make/move")
    make(page, "move", "shakes the head", ".npz")
    shown_state(page, "Done", "shakes the head")
    page.get_by_role("button", name="Talk with this motion").click()
    page.wait_for_url("**/make/talk")
    # the form says where the result went, and no older result is shown beside it
    expect(page.locator(".toast")).to_contain_text("The result is now in")
    expect(page.locator("[data-field=motion]")).to_be_in_viewport()
    expect(page.locator("#result-body .empty")).to_be_visible()
    expect(field(page, "motion").locator("[data-name]")).to_contain_text("shakes the head")
    page.locator("[data-sample]").first.click()
    expect(field(page, "image").locator("[data-name]")).to_be_visible()
    make(page, "talk", "No, never.")
    shown_state(page, "Done", "No, never.")
    assert asked(page, "/api/v1/jobs?system=talk&most=1")["jobs"][0]["request"]["motion"].startswith("file:")


def test_a_file_of_mien_fills_the_form(visits: Visits, tmp_path: Path) -> None:
    page = visits.open("/make/follow")
    page.locator('label:has(input[name="pose"][value="wave"])').click()
    make(page, "follow", "a panda waves in the snow", ".gif")
    shown_state(page, "Done", "a panda waves in the snow")
    job = asked(page, "/api/v1/jobs?system=follow&most=1")["jobs"][0]
    kept = tmp_path / "kept.gif"
    kept.write_bytes(page.request.get(job["files"]["file"]["url"]).body())
    page.goto("/make/talk")
    page.locator("#open-file").set_input_files(str(kept))
    page.wait_for_url("**/make/follow")
    expect(page.locator("#in-text")).to_have_value("a panda waves in the snow")
    expect(page.locator('input[name="pose"][value="wave"]')).to_be_checked()
    expect(page.locator('input[name="output"][value=".gif"]')).to_be_checked()
    foreign = tmp_path / "foreign.txt"
    foreign.write_text("nothing of mien")
    visits.expect("status of 4")
    page.locator("#open-file").set_input_files(str(foreign))
    expect(page.locator(".toast")).to_be_visible()
