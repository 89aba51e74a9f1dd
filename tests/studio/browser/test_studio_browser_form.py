"""The form in a browser: files that are dropped and recorded, the keyboard, a phone, the dark, and Vietnamese."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest
from browser_making import Visits, choose_file, done, field, make, picture, pressed, shown_state
from playwright.sync_api import Page, Route, expect

from mien.studio.pages.catalogue import catalogue

pytestmark = pytest.mark.ui

VIETNAMESE = catalogue("vi")

PAGES = ("/make/talk", "/make/move", "/make/sculpt", "/make/follow", "/make/shapes", "/history", "/pipeline", "/people",
         "/admin", "/nothing")  # fmt: skip
"""Each page of the studio; the last one is an error."""

BEYOND = """() => {
    const clipped = (one) => {
        for (let up = one.parentElement; up && up !== document.body; up = up.parentElement)
            if (getComputedStyle(up).overflowX !== "visible") return true;
        return false;
    };
    return [...document.body.querySelectorAll("*")].filter((one) => {
        const box = one.getBoundingClientRect();
        return box.width > 0 && box.right > innerWidth + 1 && !clipped(one) && one.checkVisibility();
    }).map((one) => `${one.tagName} ${one.id} ${one.className} ${one.textContent.slice(0, 40)}`);
}"""
"""What stands out of the page at its right."""


def dropped(page: Page, target: str, path: Path, media_type: str) -> None:
    """Drop a file on an element."""
    content = base64.b64encode(path.read_bytes()).decode()
    transfer = page.evaluate_handle(
        """async ([content, name, type]) => {
            const bytes = Uint8Array.from(atob(content), (one) => one.charCodeAt(0));
            const transfer = new DataTransfer();
            transfer.items.add(new File([bytes], name, {type}));
            return transfer;
        }""",
        [content, path.name, media_type],
    )
    for kind in ("dragenter", "dragover", "drop"):
        page.locator(target).first.dispatch_event(kind, {"dataTransfer": transfer})


def test_a_photo_is_dropped(visits: Visits, tmp_path: Path) -> None:
    page = visits.open("/make/talk")
    photo = picture(tmp_path / "Bà nội.png", 96)
    dropped(page, '[data-field="image"] [data-zone]', photo, "image/png")
    zone = field(page, "image")
    expect(zone.locator("[data-name]")).to_have_text("Bà nội.png")
    expect(zone.locator("[data-facts]")).to_contain_text("96 × 96")
    page.reload()
    expect(zone.locator("[data-name]")).to_have_text("Bà nội.png")
    zone.locator("[data-remove]").click()
    expect(zone.locator("[data-held]")).to_be_hidden()


def test_what_is_no_picture_is_refused_and_a_newer_photo_stays(visits: Visits, tmp_path: Path) -> None:
    visits.expect("status of 4")
    page = visits.open("/make/talk")
    false = tmp_path / "false.png"
    false.write_text("words, and no picture\n" * 20)
    zone = field(page, "image")
    choose_file(page, "image", false)
    expect(zone.locator(".wrong")).to_contain_text("picture")
    expect(zone.locator("[data-held]")).to_be_hidden()

    held: list[Route] = []

    def hold_first(route: Route) -> None:
        if held:
            route.continue_()
        else:
            held.append(route)

    page.route("**/api/v1/files?*", hold_first)
    choose_file(page, "image", false)
    expect(zone.locator("[data-name]")).to_have_text("false.png")
    choose_file(page, "image", picture(tmp_path / "newer.png"))
    expect(zone.locator("[data-facts]")).to_contain_text("64 × 64")
    held[0].fulfill(status=422, json={"error": "this is no picture", "field": None})
    expect(zone.locator("[data-name]")).to_have_text("newer.png")
    expect(zone.locator("[data-held]")).to_be_visible()
    expect(zone.locator(".wrong")).to_be_hidden()


def test_the_camera_and_the_microphone_are_recorded(visits: Visits) -> None:
    page = visits.open("/make/talk", permissions=["camera", "microphone"])
    photo = field(page, "image")
    photo.locator("[data-camera]").click()
    photo.get_by_role("button", name="Take the photo").click()
    expect(photo.locator("[data-name]")).to_have_text("photo.jpg")
    expect(photo.locator("[data-facts]")).to_contain_text("×")
    page.locator('.segment:has(input[value="speech"])').click()
    voice = field(page, "speech")
    voice.locator("[data-microphone]").click()
    expect(voice.locator(".clock")).to_contain_text("1 s of")
    voice.get_by_role("button", name="Stop and use it").click()
    expect(voice.locator("[data-name]")).to_have_text("voice.webm")
    expect(voice.locator("audio")).to_be_visible()
    job = pressed(page, "talk")
    shown_state(page, "Done", job["title"])


def test_a_movement_is_recorded(visits: Visits) -> None:
    page = visits.open("/make/follow", permissions=["camera"])
    pose = field(page, "pose")
    pose.locator("[data-camera]").click()
    expect(pose.locator(".clock")).to_contain_text("1 s of")
    pose.get_by_role("button", name="Stop and use it").click()
    expect(pose.locator("[data-facts]")).to_contain_text("×")
    make(page, "follow", "a robot does the same")
    shown_state(page, "Done", "a robot does the same")


def test_the_keyboard_reaches_everything_and_submits(visits: Visits) -> None:
    page = visits.open("/make/follow")
    missed = """() => [
            ...document.querySelectorAll("a[href], button, input, select, textarea, summary, [tabindex='0']")
        ].filter((one) => one.checkVisibility() && !one.disabled && one.tabIndex >= 0 && !one.dataset.reached)
        .filter((one) => one.type !== "radio" || one.checked).map((one) => one.outerHTML.slice(0, 150))"""
    page.locator("details.more summary").click()
    page.evaluate("() => document.activeElement.blur()")
    page.locator("body").press("Tab")
    for _ in range(150):
        reached = page.evaluate("""() => {
            const one = document.activeElement;
            if (one === document.body || one.dataset.reached) return false;
            return one.dataset.reached = "yes";
        }""")
        page.keyboard.press("Tab")
        if not reached and not page.evaluate(missed):
            break
    assert page.evaluate(missed) == []
    page.locator("#in-text").focus()
    page.keyboard.type("a girl walks")
    page.keyboard.press("Control+Enter")
    shown_state(page, "Done", "a girl walks")
    page.locator("#in-text").fill("a girl runs")
    page.locator("#make-it").focus()
    page.keyboard.press("Enter")
    shown_state(page, "Done", "a girl runs")
    page.goto("/make/shapes")
    page.locator('[data-field="text"] input').first.fill("a red circle moves left")
    page.keyboard.press("Enter")
    shown_state(page, "Done", "a red circle moves left")


def test_a_phone_scrolls_in_one_direction_only(visits: Visits) -> None:
    visits.expect("status of 404")
    page = visits.open("/make/sculpt", size=(375, 740), is_mobile=True, has_touch=True)
    job = done(page, "follow", text="a girl dances with a very long name", pose="dance")
    for path in (*PAGES, f"/jobs/{job['id']}"):
        page.goto(path)
        assert page.evaluate(BEYOND) == [], path
        assert page.evaluate("() => document.documentElement.scrollWidth") <= 375, path


def test_on_a_phone_the_button_is_at_hand_and_no_message_covers_it(visits: Visits, tmp_path: Path) -> None:
    visits.expect("status of 4")
    page = visits.open("/make/talk", size=(375, 740), is_mobile=True, has_touch=True)
    button = page.locator("#make-it")
    expect(button).to_be_in_viewport()
    foreign = tmp_path / "foreign.txt"
    foreign.write_text("nothing of mien")
    page.locator("#open-file").set_input_files(str(foreign))
    toast = page.locator(".toast")
    expect(toast).to_be_visible()
    expect(button).to_be_in_viewport()
    message, make_it = toast.bounding_box(), button.bounding_box()
    assert message is not None
    assert make_it is not None
    assert message["y"] + message["height"] <= make_it["y"] or make_it["y"] + make_it["height"] <= message["y"]
    toast.get_by_role("button").tap()
    expect(toast).to_have_count(0)
    page.goto("/make/follow")
    page.locator(".chip[data-example='0']").tap()
    with page.expect_response("**/api/v1/follow") as made:
        page.locator("#make-it").tap()
    result = shown_state(page, "Done", made.value.json()["title"])
    expect(result.locator("video")).to_be_in_viewport()


def test_the_dark_is_chosen_and_kept(visits: Visits) -> None:
    brightness = """() => getComputedStyle(document.body).backgroundColor.match(/\\d+/g).map(Number)
        .reduce((sum, one) => sum + one) / 3"""
    page = visits.open("/", color_scheme="dark")
    assert page.evaluate(brightness) < 60
    page.locator("[data-theme-switch]").click()
    assert page.evaluate(brightness) > 200
    page.goto("/history")
    assert page.evaluate(brightness) > 200
    light = visits.open("/", color_scheme="light")
    assert light.evaluate(brightness) > 200
    light.locator("[data-theme-switch]").click()
    light.reload()
    assert light.evaluate(brightness) < 60


def test_a_job_is_made_in_vietnamese_and_refusals_are_too(visits: Visits, tmp_path: Path) -> None:
    visits.expect("status of 4")
    page = visits.open("/make/talk", language="vi-VN")
    expect(page.locator("html")).to_have_attribute("lang", "vi")
    expect(page.locator("#in-language")).to_have_value("")
    expect(page.locator("#in-language option:checked")).to_have_text(VIETNAMESE["unset.talk.language"])
    page.locator(".chip[data-example='0']").click()
    expect(field(page, "image").locator("[data-facts]")).to_contain_text("×")
    with page.expect_response("**/api/v1/talk") as made:
        page.locator("#make-it").click()
    assert made.value.json()["request"]["language"] == "vi"
    shown_state(page, VIETNAMESE["js.state.done"], made.value.json()["title"])

    false = tmp_path / "sai.png"
    false.write_text("words, and no picture\n" * 20)
    choose_file(page, "image", false)
    wrong = field(page, "image").locator(".wrong")
    expect(wrong).to_be_visible()
    assert any(one in wrong.inner_text() for one in "ảấậđệịộờợứừ"), wrong.inner_text()

    page.goto("/make/sculpt")
    expect(page.locator("#english-only")).to_be_visible()
    make(page, "sculpt", "một ông già có râu")
    expect(field(page, "text").locator(".wrong")).to_have_text(VIETNAMESE["js.english_only"])
    make(page, "sculpt", "an old man with a beard", ".png")
    shown_state(page, VIETNAMESE["js.state.done"], "an old man with a beard")

    page.goto("/make/follow")
    make(page, "follow", "cô gái nhảy múa 600 steps")
    result = shown_state(page, VIETNAMESE["js.state.running"])
    result.get_by_role("button", name=VIETNAMESE["js.cancel_job"]).click()
    shown_state(page, VIETNAMESE["js.state.cancelled"])
    page.locator("[data-language='en']").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
