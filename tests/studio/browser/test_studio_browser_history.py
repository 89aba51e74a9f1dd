"""The history in a browser: searching, stars, the bin, and a zip of several results."""

from __future__ import annotations

import zipfile

import pytest
from browser_making import Visits, done
from playwright.sync_api import expect

pytestmark = pytest.mark.ui


def test_results_are_found_by_words_makers_and_stars(visits: Visits) -> None:
    page = visits.open("/history")
    expect(page.locator(".empty")).to_contain_text("Nothing has been made yet.")
    for text in ("a girl dances", "a panda bows", "Cô gái nhảy múa"):
        done(page, "follow", text=text, pose="dance")
    done(page, "shapes", text=["a red circle moves left"])
    page.reload()
    tiles = page.locator(".tile")
    expect(tiles).to_have_count(4)
    page.wait_for_function("() => [...document.querySelectorAll('.tile img')].every((one) => one.naturalWidth > 0)")
    tiles.first.locator("a.tile-picture").hover()
    page.wait_for_function("() => document.querySelector('.tile video')?.currentTime > 0")

    page.locator("#words").fill("nhay mua")
    expect(tiles).to_have_count(1)
    expect(tiles).to_contain_text("Cô gái nhảy múa")
    assert "words=nhay" in page.url
    page.locator("#words").fill("")
    expect(tiles).to_have_count(4)
    page.locator('select[name="system"]').select_option("shapes")
    expect(tiles).to_have_count(1)
    page.locator('select[name="system"]').select_option("")
    expect(tiles).to_have_count(4)

    tiles.filter(has_text="a panda bows").locator("[data-star]").click()
    expect(page.locator("#history-said")).to_have_text("Starred.")
    page.get_by_role("link", name="Starred").click()
    expect(tiles).to_have_count(1)
    expect(tiles).to_contain_text("a panda bows")


def test_results_are_downloaded_binned_restored_and_repeated(visits: Visits) -> None:
    page = visits.open("/history")
    page.on("dialog", lambda dialog: dialog.accept())
    for text in ("a ball rolls", "a robot runs", "a fox sleeps"):
        done(page, "follow", text=text, pose="dance")
    page.goto("/history")
    tiles = page.locator(".tile")
    before = tiles.count()
    for text in ("a ball rolls", "a robot runs"):
        tiles.filter(has_text=text).locator("[data-choose-one]").check()
    expect(page.locator("[data-chosen-count]")).to_have_text("2 chosen")
    with page.expect_download() as download:
        page.locator("[data-zip]").click()
    with zipfile.ZipFile(download.value.path()) as archive:
        assert archive.testzip() is None
        assert len([one for one in archive.namelist() if one.endswith(".mp4")]) == 2

    page.locator('[data-bulk="delete"]').click()
    expect(tiles).to_have_count(before - 2)
    page.goto("/history?bin=1")
    expect(tiles).to_have_count(2)
    tiles.filter(has_text="a robot runs").locator("[data-choose-one]").check()
    page.locator('[data-bulk="restore"]').click()
    expect(tiles).to_have_count(1)
    page.locator("[data-empty-bin]").click()
    expect(page.locator(".empty")).to_have_text("The bin is empty.")
    page.goto("/history")
    expect(tiles).to_have_count(before - 1)

    tiles.filter(has_text="a robot runs").locator("a.tile-picture").click()
    expect(page.locator("h1")).to_have_text("a robot runs")
    page.wait_for_function("() => document.querySelector('#job video')?.videoWidth > 0")
    first = page.url
    page.locator("[data-do=redo]").click()
    page.wait_for_url(lambda url: "/jobs/" in url and url != first)
    page.wait_for_function("() => document.querySelector('#job').dataset.state === 'done'")
    page.locator("[data-do=delete]").click()
    page.wait_for_url("**/history")
    expect(tiles).to_have_count(before - 1)


def test_new_results_are_counted_and_shown_when_they_are_asked_for(visits: Visits) -> None:
    page = visits.open("/history")
    done(page, "follow", text="a hen rests", pose="dance")
    page.goto("/history")
    tiles, fresh = page.locator(".tile"), page.locator("[data-fresh]")
    before = tiles.count()
    place = tiles.first.bounding_box()
    expect(fresh).to_be_hidden()
    done(page, "follow", text="a cat sleeps", pose="dance")
    expect(fresh).to_have_text("1 new result – show it")
    done(page, "shapes", text=["a green circle moves left"])
    expect(fresh).to_have_text("2 new results – show them")
    assert tiles.count() == before
    assert tiles.first.bounding_box() == place
    tiles.filter(has_text="a hen rests").locator("[data-choose-one]").check()
    fresh.click()
    expect(tiles).to_have_count(before + 2)
    expect(tiles.first).to_contain_text("a green circle moves left")
    expect(fresh).to_be_hidden()
    expect(page.locator("[data-chosen-count]")).to_have_text("1 chosen")
    expect(page).to_have_url(f"{visits.address}/history")


def test_a_new_result_counts_where_it_fits_what_is_looked_for(visits: Visits) -> None:
    page = visits.open("/history?words=circle", language="vi")
    fresh = page.locator("[data-fresh]")
    with page.expect_response("**/api/v1/jobs?*"):
        done(page, "follow", text="a dog barks", pose="dance")
    expect(fresh).to_be_hidden()
    done(page, "shapes", text=["a yellow circle moves left"])
    expect(fresh).to_have_text("1 kết quả mới – hiển thị")
    done(page, "shapes", text=["a white circle moves left"])
    expect(fresh).to_have_text("2 kết quả mới – hiển thị")


def test_tabs_that_nobody_looks_at_leave_the_studio_to_the_others(visits: Visits) -> None:
    page = visits.open("/pipeline")
    for _ in range(6):  # as many as a browser opens connections
        hidden = visits.watched(page.context.new_page())
        hidden.add_init_script("Object.defineProperty(Document.prototype, 'hidden', {get: () => !window.looked})")
        hidden.goto("/history")
    page.goto("/history")
    job = done(page, "follow", text="a fox wakes up", pose="dance")
    expect(page.locator("[data-fresh]")).to_have_text("1 new result – show it")
    hidden.evaluate("() => { window.looked = true; document.dispatchEvent(new Event('visibilitychange')); }")
    expect(hidden.locator("[data-fresh]")).to_have_text("1 new result – show it")
    hidden.locator("[data-fresh]").click()
    expect(hidden.locator(f".tile[data-job='{job['id']}']")).to_be_visible()
