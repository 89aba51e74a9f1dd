"""Filters, steps back and actions of the history, whatever comes first; lists that change while a button is pressed."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from browser_making import wait_for

from mien.studio.people.accounts import create_person
from mien.studio.pipeline.prefect import Deployment, PipelineRun, Prefect
from tests.studio.browser.served_making import Watched, served
from tests.studio.pages.rest_making import filled

pytestmark = [pytest.mark.ui, pytest.mark.slow]


def tiles(page: Any, count: int) -> None:
    """Wait until the page shows so many results."""
    page.wait_for_function("count => document.querySelectorAll('.tile').length === count", arg=count)


def waited(page: Any, routes: list[Any]) -> Any:
    """The first request that is held, once it is there."""
    wait_for(lambda: page.wait_for_timeout(50) or routes)
    return routes[0]


def test_an_answer_to_what_was_asked_before_a_step_back_changes_nothing(tmp_path: Path, chromium: Any) -> None:
    with served(tmp_path) as (address, db, settings):
        jobs = filled(db, settings, count=30)
        watched = Watched(chromium)
        page = watched.page
        page.goto(f"{address}/history")
        page.fill("#words", "beard")
        page.wait_for_url(lambda url: "words=beard" in url)
        held: list[Any] = []
        page.route(re.compile("system="), lambda route: held.append(route))
        page.select_option("[name=system]", jobs[1].system)
        late = waited(page, held)
        page.evaluate("history.back()")
        page.wait_for_url(f"{address}/history")
        with page.expect_response(lambda answer: answer.url == f"{address}/history"):
            late.continue_()
        tiles(page, 24)
        page.wait_for_timeout(300)  # in which an address would be pushed
        assert page.url == f"{address}/history"
        assert page.input_value("#words") == page.input_value("[name=system]") == ""
        page.go_forward()
        page.wait_for_url(lambda url: url.endswith("words=beard"))
        tiles(page, 4)
        assert watched.wrong == []


def test_an_action_on_several_results_ends_though_others_are_shown_meanwhile(tmp_path: Path, chromium: Any) -> None:
    with served(tmp_path) as (address, db, settings):
        filled(db, settings, count=8)
        watched = Watched(chromium)
        page = watched.page
        page.goto(f"{address}/history")
        asked: list[str] = []
        held: list[Any] = []
        for words in ("never said", "white beard", "blue square"):
            page.check(f".tile:has-text('{words}') [data-choose-one]", force=True)
        second = page.get_attribute(".tile:has-text('white beard')", "data-job")

        def hold(route: Any) -> None:
            asked.append(route.request.url)
            if second in route.request.url:
                held.append(route)
            else:
                route.continue_()

        page.route("**/delete", hold)
        page.dblclick("[data-bulk=delete]")
        late = waited(page, held)
        page.fill("#words", "white beard")
        tiles(page, 1)
        with page.expect_navigation():  # no result is left on the page
            late.continue_()
        assert len(asked) == len(set(asked)) == 3
        page.goto(f"{address}/history?bin=1")
        tiles(page, 3)
        assert watched.wrong == []


def test_a_filter_that_is_chosen_before_the_scripts_are_there_counts(tmp_path: Path, chromium: Any) -> None:
    with served(tmp_path) as (address, db, settings):
        jobs = filled(db, settings, count=8)
        watched = Watched(chromium)
        page = watched.page
        held: list[Any] = []
        page.route("**/vendor/htmx*", lambda route: held.append(route))
        page.goto(f"{address}/history", wait_until="commit")
        page.select_option("[name=system]", jobs[3].system)
        waited(page, held).continue_()
        page.wait_for_url(lambda url: f"system={jobs[3].system}" in url)
        tiles(page, sum(one.system == jobs[3].system for one in jobs))
        assert watched.wrong == []


def test_a_run_is_cancelled_though_the_list_is_asked_for_while_its_button_is_pressed(
    tmp_path: Path, chromium: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = PipelineRun("7d3f2a52-0c3b-4a7e-9b1e-0d5c6f7a8b90", "calm-crow", "running", "", None, None, None, 1.0, (), (),
                      "", "", ())  # fmt: skip
    asked: list[int] = []
    cancelled: list[str] = []

    def runs(_self: Prefect) -> list[PipelineRun]:
        asked.append(1)
        return [replace(run, seconds=float(10 * len(asked)))]  # no list is like the one before

    def cancel(_self: Prefect, id: Any) -> PipelineRun:
        cancelled.append(str(id))
        return replace(run, state="cancelling")

    monkeypatch.setattr(Prefect, "deployment", lambda _self: Deployment("d", True, ("shapes",), ("shapes.lr",)))
    monkeypatch.setattr(Prefect, "runs", runs)
    monkeypatch.setattr(Prefect, "cancel", cancel)
    with served(tmp_path) as (address, _db, _settings):
        watched = Watched(chromium)
        page = watched.page
        page.goto(f"{address}/pipeline")
        page.hover("[data-cancel-run]")
        page.mouse.down()
        with page.expect_response("**/pipeline/runs"):
            pass
        page.wait_for_timeout(200)  # in which it would be drawn
        page.mouse.up()
        page.wait_for_selector(".toast")
        assert cancelled == [run.id]
        with page.expect_response("**/pipeline/runs"):
            page.focus("[data-cancel-run]")
        page.wait_for_selector("[data-cancel-run]:focus")
        assert watched.wrong == []


def test_a_form_that_leaves_the_page_is_sent_once(tmp_path: Path, chromium: Any) -> None:
    with served(tmp_path, users=True) as (address, db, _settings):
        create_person(db, "lan", "mot mat khau dai", admin=True)
        page = chromium.new_context(service_workers="block").new_page()  # that of the offline page would hide requests
        page.goto(f"{address}/sign-in?next=/admin")
        page.fill("[name=name]", "lan")
        page.fill("[name=password]", "mot mat khau dai")
        page.click("[type=submit]")
        page.wait_for_url(f"{address}/admin")
        page.fill("[data-add] [name=name]", "minh")
        page.fill("[data-add] [name=password]", "another long password")
        posted: list[str] = []
        page.on("request", lambda one: posted.append(one.url) if one.url.endswith("/people") else None)
        held: list[Any] = []
        page.route(f"{address}/admin", lambda route: held.append(route))
        page.evaluate("setInterval(() => document.querySelector('[data-add] [type=submit]').click(), 10)")
        late = waited(page, held)
        page.wait_for_timeout(300)
        late.continue_()
        page.wait_for_selector("tr[data-name=minh]")
        assert len(posted) == 1


def test_a_folder_with_a_long_name_does_not_widen_a_page(tmp_path: Path, chromium: Any) -> None:
    with served(tmp_path / ("folder" * 12)) as (address, _db, _settings):
        watched = Watched(chromium, width=375)
        for path in ("/admin", "/people", "/make/follow"):
            watched.page.goto(f"{address}{path}")
            assert not watched.too_wide(), path
