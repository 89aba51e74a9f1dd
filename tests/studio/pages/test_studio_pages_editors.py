"""The form in a real browser: examples, alternatives, the editors of feelings and of a time line, drafts, faults."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
import uvicorn

from mien.studio.api.app import create_app, server_options
from mien.studio.settings import Settings
from mien.talking.generate.emotion_track import parse_emotion_track

playwright = pytest.importorskip("playwright.sync_api")

CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")

pytestmark = [
    pytest.mark.ui,
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed: .ci/run installs it"),
]


COPIED = """() => {
  window.copied = new Promise((done) => { navigator.clipboard.writeText = async (text) => done(text); });
}"""


@contextmanager
def server(folder: Path) -> Iterator[str]:
    settings = Settings(folder=folder)
    own = uvicorn.Server(
        uvicorn.Config(create_app(settings), port=0, log_level="warning", **server_options(settings))
    )  # fmt: skip
    thread = Thread(target=own.run)
    thread.start()
    try:
        while not own.started:
            assert thread.is_alive()
            thread.join(0.05)
        yield f"http://127.0.0.1:{own.servers[0].sockets[0].getsockname()[1]}"
    finally:
        own.should_exit = True
        thread.join(30)


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with server(tmp_path_factory.mktemp("studio")) as found:
        yield found


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with playwright.sync_playwright() as driver:
        started = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield started
        started.close()


@contextmanager
def opened(browser: Any, address: str, path: str, **options: Any) -> Iterator[Any]:
    """A page that has been loaded; what it writes to the console as an error, and faults of its scripts, fail."""
    context = browser.new_context(**{"locale": "en-US", "viewport": {"width": 1280, "height": 900}, **options})
    page = context.new_page()
    faults: list[str] = []
    page.on("console", lambda one: faults.append(one.text) if one.type == "error" else None)
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.goto(address + path)
    page.wait_for_selector("#result-body *")
    yield page
    assert faults == []
    context.close()


def asked(page: Any) -> dict[str, Any]:
    """The request that the form would send, from its command for curl."""
    page.evaluate(COPIED)
    page.click("#copy-curl")
    text = page.evaluate("window.copied")
    found: dict[str, Any] = json.loads(text.split("-d '", 1)[1].rstrip("'").replace("'\\''", "'"))
    return found


def test_an_example_fills_the_form_and_only_the_chosen_alternative_is_sent(browser: Any, address: str) -> None:
    with opened(browser, address, "/make/move") as page:
        page.click("[data-example='1']")
        assert asked(page) == {"text": "shakes his head slowly and frowns", "seconds": 4, "output": ".mp4"}
        page.click("text=On a time line")
        assert page.is_hidden("[data-field=seconds]")
        assert asked(page) == {"output": ".mp4"}
        page.click("text=In words")
        assert page.input_value("#in-text") == "shakes his head slowly and frowns"


def test_the_time_line_is_sent_as_a_file_and_kept_as_a_draft(browser: Any, address: str) -> None:
    with opened(browser, address, "/make/move") as page:
        page.click("text=On a time line")
        for number, text in enumerate(("nods twice", "it's a smile")):
            page.locator(".script-row").nth(number).locator("input[type=text]").fill(text)
        file = asked(page)["script"].removeprefix("file:")
        assert (
            page.request.get(f"{address}/api/v1/files/{file}/content").text()
            == "0: nods twice\n3: it's a smile\n6: end\n"
        )
        page.goto(f"{address}/make/talk")
        page.goto(f"{address}/make/move")
        assert page.locator(".script-row input[type=text]").nth(1).input_value() == "it's a smile"


def test_the_feelings_are_drawn_by_keyboard_and_are_what_the_maker_reads(browser: Any, address: str) -> None:
    with opened(browser, address, "/make/talk") as page:
        page.click("text=Changes over time")
        page.focus("[data-curve]")
        page.keyboard.press("Enter")
        for key in ("ArrowUp", "ArrowUp", "Enter", "ArrowRight", "ArrowDown"):
            page.keyboard.press(key)
        page.select_option("[data-emotion]", "SAD")
        page.focus("[data-point='1']")
        page.keyboard.press("ArrowUp")
        track = parse_emotion_track(page.input_value("#in-emotion_track"))
        assert track.times.tolist() == [0.0, 1.1]
        assert track.description() == "0: HAP 0.6; 1.1: HAP 0.55, SAD 0.05"
        page.fill("#in-emotion_track", "0: angry 0.4\n2: neutral\n")
        assert page.locator("[data-point]").count() == 2


def test_a_point_of_the_curve_is_dragged(browser: Any, address: str) -> None:
    with opened(browser, address, "/make/talk") as page:
        page.click("text=Changes over time")
        page.fill("#in-emotion_track", "1: happy 0.2")
        handle = page.locator("[data-point='0']")
        handle.scroll_into_view_if_needed()
        box = handle.bounding_box()
        page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        page.mouse.down()
        page.mouse.move(box["x"] + 120, box["y"] - 50, steps=4)
        page.mouse.up()
        track = parse_emotion_track(page.input_value("#in-emotion_track"))
        assert track.times[0] > 1.5
        assert track.weights[0].max() > 0.3


def test_what_is_missing_is_said_at_its_field(browser: Any, address: str) -> None:
    with opened(browser, address, "/make/shapes") as page:
        page.click("#make-it")
        assert page.is_visible("#wrong-text")
        assert page.evaluate("document.activeElement.closest('[data-field]').dataset.field") == "text"
        page.locator("[data-lines] input").fill("a red circle")
        assert page.is_hidden("#wrong-text")


def test_vietnamese_is_refused_where_only_english_is_read(browser: Any, address: str) -> None:
    phone = {"locale": "vi-VN", "viewport": {"width": 375, "height": 812}, "color_scheme": "dark"}
    with opened(browser, address, "/make/sculpt", **phone) as page:
        page.fill("#in-text", "ông già đeo kính")
        page.click("#make-it")
        assert "tiếng Anh" in page.inner_text("#wrong-text")
        assert page.evaluate("document.documentElement.scrollWidth") == 375


def test_values_in_the_address_fill_the_form(browser: Any, address: str) -> None:
    with opened(browser, address, "/make/follow?pose=wave&text=a+robot&size=512") as page:
        assert asked(page) == {"pose": "wave", "text": "a robot", "size": 512, "output": ".mp4"}
        assert page.locator("details.more").get_attribute("open") is not None
        assert page.url.endswith("/make/follow")


def test_the_theme_is_switched_and_kept(browser: Any, address: str) -> None:
    with opened(browser, address, "/", color_scheme="light") as page:
        page.click("[data-theme-switch]")
        page.reload()
        assert page.get_attribute("html", "data-theme") == "dark"
