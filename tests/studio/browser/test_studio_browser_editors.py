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
    shown_state(page, "Done", "nods twice · shakes the head")
    assert sent(page, "move", "script").splitlines() == ["0: nods twice", "5: shakes the head", "6: end"]
    words.nth(1).fill("laughs")
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


def test_wrong_times_are_said_at_the_field_in_words_about_its_rows(visits: Visits) -> None:
    page = visits.open("/make/move")
    page.locator('.segment:has(input[value="script"])').click()
    script = field(page, "script")
    times, words = script.locator('.script-row input[type="number"]'), script.locator('.script-row input[type="text"]')
    words.nth(0).fill("nods twice")
    words.nth(1).fill("smiles")
    wrong = script.locator(".wrong")
    for time, sentence in (
        ("0", "Row 2: its time 0 must come at least 0.4 seconds after 0, the row before it."),
        ("-1", "Row 2: its time must be from 0 to 3,600 seconds."),
        ("", "Row 2: give it a time in seconds."),
        ("7.5", "It ends at 6, but the last row begins at 7.5: the end must come at least 0.4 seconds later. "
         "Leave it empty to end by itself."),
    ):  # fmt: skip
        times.nth(1).fill(time)
        page.locator("#make-it").click()
        expect(wrong).to_have_text(sentence)
        expect(
            script.locator("[data-end]" if time == "7.5" else ".script-row:nth-child(2) input >> nth=0")
        ).to_be_focused()
    script.locator("[data-end]").fill("")
    expect(wrong).to_be_hidden()
    script.locator("[data-end]").fill("8")
    script.locator("[data-add-row]").click()
    expect(script.locator("[data-end]")).to_have_value("11.5")
    assert asked(page, "/api/v1/jobs?system=move&state=waiting")["jobs"] == []


def test_a_refusal_of_the_studio_names_the_row_and_no_file(visits: Visits) -> None:
    visits.expect("status of 4")
    page = visits.open("/make/move")
    page.locator('.segment:has(input[value="script"])').click()
    script = field(page, "script")
    words = script.locator('.script-row input[type="text"]')
    words.nth(1).fill("end")  # the row before it says nothing
    page.locator("#make-it").click()
    expect(script.locator(".wrong")).to_have_text("Row 2: it ends before anything is done")


def test_what_is_wrong_with_feelings_is_said_in_words_about_their_lines(visits: Visits) -> None:
    page = visits.open("/make/talk")
    page.locator('.segment:has(input[value="emotion_track"])').click()
    track = field(page, "emotion_track")
    text, wrong, said = track.locator("textarea"), track.locator(".wrong"), track.locator("[data-said]")
    text.fill("0: neutral\n1:30: happy")
    expect(track.locator("[data-point]")).to_have_count(2)
    for line, sentence in (
        ("0: happy", "Line 2: its time 0 must come after 0."),
        ("-1: happy", "Line 2: its time must be 0 or later."),
        (": happy", "Line 2: the time is missing. Write it before the colon."),
        ("1: happy 1.5", "Line 2: the strength must be from 0 to 1, not 1.5."),
        ("1: happy 0.8, sad 0.5", "Line 2: the feelings add up to more than 1. Lower one of them."),
        ("1: merry", "Line 2: “merry” is no feeling. Choose from angry, disgusted, afraid, happy, neutral, sad."),
    ):
        text.fill(f"0: neutral\n{line}")
        expect(said).to_have_text("The text cannot be read yet: the curve is the one before.")
        expect(track.locator(".curve.stale")).to_have_count(1)
        text.blur()
        expect(wrong).to_have_text(sentence)
    text.fill("0: happy 0.3, sad 0.7")
    expect(wrong).to_be_hidden()
    expect(track.locator(".curve.stale")).to_have_count(0)
    track.locator("[data-point]").press("ArrowUp")
    expect(said).to_contain_text("No more than 30% of “Happy” here")
    expect(text).to_have_value("0: happy 0.3, sad 0.7")


def test_an_empty_curve_is_missing_and_drops_no_feeling(visits: Visits) -> None:
    page = visits.open("/make/talk")
    page.locator(".chip[data-example='0']").click()
    expect(field(page, "image").locator("[data-facts]")).to_contain_text("×")
    page.locator('.segment:has(input[value="emotion_track"])').click()
    page.locator("#make-it").click()
    expect(field(page, "emotion_track").locator(".wrong")).to_contain_text("This is still missing")


def test_an_empty_curve_is_where_the_keys_go(visits: Visits) -> None:
    page = visits.open("/make/talk")
    page.locator(".chip[data-example='0']").click()
    expect(field(page, "image").locator("[data-facts]")).to_contain_text("×")
    page.locator('.segment:has(input[value="emotion_track"])').click()
    page.locator("#make-it").click()
    track = field(page, "emotion_track")
    expect(track.locator(".wrong")).not_to_be_empty()
    expect(track.locator(":focus")).to_have_count(1)
