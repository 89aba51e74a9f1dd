"""History, results, pipeline and people in a browser: nothing serious for axe, no error in the console, all works."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from mien.studio.people.accounts import create_person
from mien.studio.pipeline.prefect import Deployment, Prefect
from tests.studio.browser.served_making import Watched, served
from tests.studio.pages.rest_making import ROWS, add_job, add_picture, filled

pytestmark = [pytest.mark.ui, pytest.mark.slow]

PASSWORD = "mot mat khau dai"


@pytest.mark.parametrize(("width", "scheme", "language"), [(1280, "light", "en"), (375, "dark", "vi")])
def test_nothing_serious_on_any_page(
    tmp_path: Path, chromium: Any, monkeypatch: pytest.MonkeyPatch, width: int, scheme: str, language: str
) -> None:
    monkeypatch.setattr(Prefect, "deployment", lambda _self: Deployment("d", True, ("shapes",), ("shapes.lr",)))
    monkeypatch.setattr(Prefect, "runs", lambda _self: [])
    with served(tmp_path, users=True) as (address, db, settings):
        lan = create_person(db, "lan", PASSWORD, admin=True)
        create_person(db, "minh", PASSWORD)
        add_picture(db, settings, lan.id)
        jobs = filled(db, settings, lan.id)
        add_job(db, settings, 1, lan.id, deleted=jobs[0].created)
        watched = Watched(chromium, width, scheme, language)
        page, wrong = watched.page, watched.wrong
        page.goto(f"{address}/history")
        assert watched.serious() == []
        sign_in(page)
        # a GLB of this studio holds no scene, so that its viewer would complain
        paths = ["/history", "/history?bin=1", "/history?words=none", "/people", "/admin", "/pipeline"]
        paths += [f"/jobs/{job.id}" for job in jobs if job.output != ".glb"]
        for path in paths:
            page.goto(f"{address}{path}")
            page.wait_for_timeout(150)
            assert watched.serious() == [], path
            assert not watched.too_wide(), path
        page.goto(f"{address}/nothing")
        assert watched.serious() == []
        assert [one for one in wrong if "404" not in one] == []


def sign_in(page: Any, name: str = "lan") -> None:
    """Fill in and send the page for signing in."""
    page.fill("[name=name]", name)
    page.fill("[name=password]", PASSWORD)
    page.click("[type=submit]")
    page.wait_for_url(lambda url: "sign-in" not in url)


def tiles(page: Any, count: int) -> None:
    """Wait until the page shows so many results."""
    expect(page.locator(".tile")).to_have_count(count, timeout=15_000)


def test_the_history_is_searched_starred_deleted_and_restored(tmp_path: Path, chromium: Any) -> None:
    with served(tmp_path) as (address, db, settings):
        jobs = filled(db, settings, count=30)
        watched = Watched(chromium)
        page = watched.page
        page.goto(f"{address}/history")
        page.click(".more button")
        tiles(page, 30)
        page.fill("#words", "beard")
        tiles(page, 4)
        assert "words=beard" in page.url
        assert "zone" not in page.url
        page.fill("#words", "")
        tiles(page, 24)
        first = page.locator(f".tile[data-job='{jobs[0].id}']")
        first.hover()
        first.locator("[data-star]").click()
        page.wait_for_selector(f".tile[data-job='{jobs[0].id}'] [data-star][aria-pressed=true]")
        for job in jobs[:2]:
            page.check(f"[data-choose-one][value='{job.id}']", force=True)
        assert page.inner_text("[data-chosen-count]") == "2 chosen"
        assert page.get_attribute("[data-zip]", "href") == f"/api/v1/history/zip?ids={jobs[0].id},{jobs[1].id}"
        page.click("[data-bulk=delete]")
        tiles(page, 22)
        assert page.inner_text("#history-said") == "2 moved to the bin."
        page.goto(f"{address}/history?bin=1")
        tiles(page, 2)
        page.check(f"[data-choose-one][value='{jobs[0].id}']", force=True)
        page.click("[data-bulk=restore]")
        tiles(page, 1)
        page.on("dialog", lambda asked: asked.accept())
        page.click("[data-empty-bin]")
        page.wait_for_selector("text=The bin is empty.")
        page.goto(f"{address}/history?starred=1")
        tiles(page, 1)
        assert watched.wrong == []


def test_a_zip_that_cannot_be_made_leaves_the_page_where_it_is(tmp_path: Path, chromium: Any) -> None:
    with served(tmp_path) as (address, db, settings):
        waiting = add_job(db, settings, 0, state="cancelled")
        watched = Watched(chromium)
        page = watched.page
        page.goto(f"{address}/history")
        page.check(f"[data-choose-one][value='{waiting.id}']", force=True)
        page.click("[data-zip]")
        page.wait_for_selector(".toast >> text=none of these jobs has a result: choose finished ones")
        assert page.url == f"{address}/history"
        assert [one for one in watched.wrong if "422" not in one] == []


def test_going_back_in_the_history_says_nothing_in_the_console(tmp_path: Path, chromium: Any) -> None:
    with served(tmp_path) as (address, db, settings):
        jobs = filled(db, settings, count=30)
        watched = Watched(chromium)
        page = watched.page
        page.goto(f"{address}/history")
        page.fill("#words", "beard")
        tiles(page, 4)
        page.select_option("[name=system]", jobs[1].system)
        page.wait_for_url(lambda url: "system=" in url)
        with page.expect_response(re.compile("words=beard$")):  # there were four before, too
            page.go_back()
        tiles(page, 4)
        page.go_back()
        tiles(page, 24)
        page.go_forward()
        tiles(page, 4)
        page.locator(".tile-picture").first.click()
        page.wait_for_selector("#job")
        page.go_back()
        tiles(page, 4)
        assert watched.wrong == []


def test_two_steps_back_at_once_show_the_results_of_the_second(tmp_path: Path, chromium: Any) -> None:
    with served(tmp_path) as (address, db, settings):
        jobs = filled(db, settings, count=30)
        watched = Watched(chromium)
        page = watched.page
        page.goto(f"{address}/history")
        page.fill("#words", "beard")
        tiles(page, 4)
        page.select_option("[name=system]", jobs[1].system)
        page.wait_for_url(lambda url: "system=" in url)

        held: list[Any] = []  # what the first step asks for
        page.route(re.compile("words=beard"), lambda route: held.append(route))
        page.evaluate("history.back()")
        page.wait_for_url(lambda url: "system=" not in url)
        page.evaluate("history.back()")
        page.wait_for_url(f"{address}/history")
        page.wait_for_timeout(500)  # in which the second step is answered, where it need not wait for the first
        for route in held:
            route.continue_()
        page.wait_for_timeout(500)
        tiles(page, 24)
        assert page.input_value("#words") == ""
        assert page.url == f"{address}/history"
        page.go_forward()
        page.wait_for_url(lambda url: "words=beard" in url)
        assert page.input_value("#words") == "beard"
        assert watched.wrong == []


def test_after_going_back_the_results_can_still_be_starred_and_chosen(tmp_path: Path, chromium: Any) -> None:
    with served(tmp_path) as (address, db, settings):
        jobs = filled(db, settings, count=30)
        watched = Watched(chromium)
        page = watched.page
        page.goto(f"{address}/history")
        page.fill("#words", "beard")
        tiles(page, 4)
        page.go_back()
        tiles(page, 24)
        first = page.locator(f".tile[data-job='{jobs[0].id}']")
        first.hover()
        first.locator("[data-star]").click()
        page.wait_for_selector(f".tile[data-job='{jobs[0].id}'] [data-star][aria-pressed=true]")
        page.check(f"[data-choose-one][value='{jobs[1].id}']", force=True)
        page.click("[data-bulk=delete]")
        tiles(page, 23)
        page.fill("#words", "beard")
        page.wait_for_url(lambda url: "words=beard" in url)
        assert watched.wrong == []


def test_a_clip_plays_under_the_pointer_and_by_the_keyboard(tmp_path: Path, chromium: Any) -> None:
    with served(tmp_path) as (address, db, settings):
        job = add_job(db, settings, 0)
        with db.write() as session:
            session.merge(job).result = {**job.result, "clip": "clip.mp4"}
        write_clip(settings.folder / "results" / job.id / "clip.mp4")
        watched = Watched(chromium)
        page = watched.page
        page.goto(f"{address}/history")
        assert page.locator(".tile video").count() == 0
        page.hover(".tile-picture")
        page.wait_for_selector(".tile video")
        assert page.evaluate("document.querySelector('.tile video').muted")
        page.mouse.move(0, 0)
        page.wait_for_selector(".tile video", state="detached")
        page.focus(".tile-picture")
        page.wait_for_selector(".tile video")
        page.emulate_media(reduced_motion="reduce")
        page.focus("#words")
        page.wait_for_selector(".tile video", state="detached")
        page.focus(".tile-picture")
        assert page.locator(".tile video").count() == 0
        assert watched.wrong == []


def write_clip(path: Path) -> None:
    """Half a second of one colour."""
    import imageio_ffmpeg

    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-loglevel", "error", "-f", "lavfi", "-i", "color=c=teal:s=64x64:d=0.5"]
    subprocess.run([*command, "-pix_fmt", "yuv420p", str(path)], check=True, timeout=30)


def test_a_result_is_starred_used_made_again_and_deleted(tmp_path: Path, chromium: Any) -> None:
    with served(tmp_path) as (address, db, settings):
        job = add_job(db, settings, 1, output=".png")
        watched = Watched(chromium)
        page = watched.page
        page.goto(f"{address}/jobs/{job.id}")
        page.click("[data-do=star]")
        page.wait_for_selector("[data-do=unstar]")
        page.click("[data-do=redo]")
        page.wait_for_selector("[data-do=cancel]")
        assert job.id not in page.url.split("?")[0]
        page.click("[data-do=cancel]")
        page.wait_for_selector("[data-do=retry]")
        page.goto(f"{address}/jobs/{job.id}")
        page.click("[data-use='talk.image']")
        page.wait_for_url("**/make/talk")
        page.goto(f"{address}/jobs/{job.id}")
        page.click("[data-again]")
        page.wait_for_url("**/make/sculpt")
        expect(page.locator("#in-text")).to_have_value(ROWS[1][2])
        page.goto(f"{address}/jobs/{job.id}")
        page.click("[data-do=delete]")
        page.wait_for_url("**/history")
        assert page.locator(f".tile[data-job='{job.id}']").count() == 0
        assert watched.wrong == []


def test_an_administrator_manages_people_and_tokens(tmp_path: Path, chromium: Any) -> None:
    with served(tmp_path, users=True) as (address, db, _settings):
        create_person(db, "lan", PASSWORD, admin=True)
        watched = Watched(chromium)
        page = watched.page
        page.goto(f"{address}/admin")
        page.fill("[name=name]", "lan")
        page.fill("[name=password]", "something else")
        page.click("[type=submit]")
        page.wait_for_selector("text=Name and password do not fit.")
        sign_in(page)
        assert page.url == f"{address}/admin"
        page.fill("[data-add] [name=name]", "minh")
        page.fill("[data-add] [name=password]", "short")
        page.fill("[data-add] [name=password]", "another long password")
        page.click("[data-add] [type=submit]")
        page.wait_for_selector("tr[data-name=minh]")
        page.click("tr[data-name=minh] [data-open=limits]")
        page.fill("#dialog-limits [name=minutes]", "30")
        page.click("#dialog-limits [type=submit]")
        page.wait_for_selector("tr[data-name=minh][data-seconds='1800.0']")
        page.click("tr[data-name=minh] [data-disable]")
        page.wait_for_selector("text=disabled")
        page.click("tr[data-name=minh] [data-open=delete]")
        page.fill("#dialog-delete [name=confirm]", "lan")
        page.click("#dialog-delete [type=submit]")
        page.wait_for_selector("text=The name is not the same")
        page.fill("#dialog-delete [name=confirm]", "minh")
        page.click("#dialog-delete [type=submit]")
        page.wait_for_selector("tr[data-name=minh]", state="detached")
        page.goto(f"{address}/people")
        page.fill("[data-token-form] [name=name]", "nightly")
        page.click("[data-token-form] [type=submit]")
        page.wait_for_selector("#secret:visible")
        token = page.inner_text("#secret")
        assert token.startswith("mien_")
        answer = page.request.get(f"{address}/api/v1/me", headers={"Authorization": f"Bearer {token}"})
        assert answer.json()["name"] == "lan"
        page.click("[data-sign-out]")
        page.wait_for_url("**/sign-in*")
        assert [one for one in watched.wrong if "401" not in one] == []


def test_a_studio_that_does_not_answer_has_a_page_that_says_so(tmp_path: Path, chromium: Any) -> None:
    watched = Watched(chromium, offline=True)
    with served(tmp_path) as (address, _db, _settings):
        watched.page.goto(f"{address}/history")
        watched.page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    watched.page.goto(f"{address}/history")
    assert "The studio does not answer" in watched.page.inner_text("h1")
    assert "Xưởng không trả lời" in watched.page.inner_text("main")
    assert watched.serious() == []
