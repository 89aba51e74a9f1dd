"""The editors of the form in a browser: feelings over time as a curve, and movements on a time line."""

from __future__ import annotations

import pytest
from browser_making import Visits, asked, field, make, shown_state
from playwright.sync_api import Page, expect

from mien.studio.pages.catalogue import catalogue

pytestmark = pytest.mark.ui


def sent(page: Page, maker: str, name: str) -> str:
    """The text that the last job of a maker has as its file `name`."""
    (job,) = asked(page, f"/api/v1/jobs?system={maker}&most=1")["jobs"]
    answer = page.request.get(f"/api/v1/files/{job['request'][name].removeprefix('file:')}/content")
    return answer.text()


def test_a_curve_is_drawn_by_mouse_and_keys(visits: Visits) -> None:
    page = visits.open("/make/talk")
    page.locator("[data-sample]").first.click()
    expect(field(page, "image").locator("[data-facts]")).to_contain_text("×")
    page.locator('.segment:has(input[value="emotion_track"])').click()
    track = field(page, "emotion_track")
    curve = track.locator("[data-curve]")
    curve.scroll_into_view_if_needed()
    box = curve.bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + box["width"] * 40 / 600, box["y"] + box["height"] * 160 / 190)
    page.mouse.click(box["x"] + box["width"] * 315 / 600, box["y"] + box["height"] * 86 / 190)
    points = track.locator("[data-point]")
    expect(points).to_have_count(2)
    text = track.locator("textarea")
    expect(text).to_have_value("0: neutral\n3: happy 0.5")
    points.nth(1).press("ArrowUp")
    expect(text).to_have_value("0: neutral\n3: happy 0.55")
    expect(points.nth(1)).to_be_focused()
    text.fill("0: neutral\n2: sad 0.4")
    track.locator("[data-emotion]").select_option("SAD")
    expect(points.nth(1)).to_have_attribute("aria-valuenow", "40")
    page.reload()
    expect(text).to_have_value("0: neutral\n2: sad 0.4")
    make(page, "talk", "So it goes.")
    shown_state(page, "Done", "So it goes.")
    assert sent(page, "talk", "emotion_track").strip() == "0: neutral\n2: sad 0.4"


def test_movements_are_put_on_a_time_line(visits: Visits) -> None:
    visits.expect("status of 4")
    page = visits.open("/make/move")
    page.locator('.segment:has(input[value="script"])').click()
    script = field(page, "script")
    words = script.locator('.script-row input[type="text"]')
    words.nth(0).fill("nods twice")
    words.nth(1).fill("smiles")
    script.locator("[data-add-row]").click()
    words.nth(2).fill("shakes the head")
    script.locator(".script-row").nth(1).get_by_role("button").click()
    expect(script.locator("[data-timeline] span")).to_have_text(["0.0 · nods twice", "5.0 · shakes the head"])
    page.locator("#make-it").click()
    shown_state(page, "Done")
    assert sent(page, "move", "script").splitlines() == ["0: nods twice", "5: shakes the head", "6: end"]
    page.get_by_role("button", name="Edit again").click()
    expect(words.nth(1)).to_have_value("shakes the head")


@pytest.mark.parametrize(
    ("language", "sentence"),
    [("vi-VN", catalogue("vi")["js.english_only"]), ("en-US", catalogue("en")["js.english_only"])],
)
def test_a_time_line_in_vietnamese_is_refused_at_once(visits: Visits, language: str, sentence: str) -> None:
    page = visits.open("/make/move", language=language)
    page.locator('.segment:has(input[value="script"])').click()
    field(page, "script").locator('.script-row input[type="text"]').nth(0).fill("gật đầu hai lần")
    page.locator("#make-it").click()
    expect(field(page, "script").locator(".wrong")).to_have_text(sentence)
    assert not [one for one in asked(page, "/api/v1/jobs")["jobs"] if "gật" in one["title"]]
