"""A studio as real processes, and visits to it by a headless Chromium."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil
import pytest
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Locator, Page, expect, sync_playwright

ROOT = Path(__file__).parents[3]
HERE = Path(__file__).parent
PROGRAMS = ("chromium", "chromium-browser", "google-chrome")
FAKE_DEVICES = ("--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream")
UNHEARD = ("GL Driver Message",)
"""What a Chromium without a graphics card says of itself."""

SECONDS = 45.0
"""What is waited for has happened after this time, or never will."""

expect.set_options(timeout=SECONDS * 1000)


@contextmanager
def headless_chromium() -> Iterator[Browser]:
    """The Chromium of this machine; the test is skipped aloud where there is none."""
    program = next(filter(None, map(shutil.which, PROGRAMS)), None)
    if program is None:
        pytest.skip(f"none of {', '.join(PROGRAMS)} is installed (apt-get install chromium): no page is tried")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox", *FAKE_DEVICES])
        yield browser
        browser.close()


class Studio:
    """`mien serve` with its workers, in a folder; it can be killed and started again at the same address."""

    def __init__(self, folder: Path, systems: str | None, *options: str, cwd: Path = ROOT) -> None:
        self.folder, self.cwd = folder, cwd
        self.port = free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        own = ["--folder", str(folder), "--port", str(self.port), "--limit", "free_bytes=0"]
        self.command = [sys.executable, "-m", "mien", "serve", *own, *options]
        if systems is not None:
            self.command += ["--systems", systems]
        self.process: subprocess.Popen[str] | None = None

    def start(self) -> None:
        """Start it, and wait until it answers."""
        self.process = subprocess.Popen(
            self.command, env=environment(), cwd=self.cwd, stdout=subprocess.PIPE, text=True
        )
        assert self.process.stdout is not None
        killer = threading.Timer(120, self.process.kill)
        killer.start()
        line = self.process.stdout.readline()
        killer.cancel()
        assert self.address in line, f"the studio did not start: {line!r}"

    def family(self) -> list[psutil.Process]:
        """The processes that the server has started."""
        assert self.process is not None
        return psutil.Process(self.process.pid).children(recursive=True)

    def kill(self) -> None:
        """End the server and its workers at once, as the system does where memory runs out."""
        assert self.process is not None
        for one in (*self.family(), self.process):
            one.send_signal(signal.SIGKILL)
        self.process.wait(SECONDS)

    def stop(self) -> None:
        """End it as Ctrl-C does; nothing of it is left."""
        if self.process is None or self.process.poll() is not None:
            return
        family = self.family()
        self.process.terminate()
        try:
            self.process.wait(30)
        finally:
            self.process.kill()
            for one in family:
                if one.is_running():
                    one.kill()


def free_port() -> int:
    """A port that nothing listens at."""
    with socket.create_server(("127.0.0.1", 0)) as found:
        return int(found.getsockname()[1])


def environment() -> dict[str, str]:
    """That of this process, in which the studio finds the quick makers."""
    paths = [str(ROOT), str(HERE), os.environ.get("PYTHONPATH", "")]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, paths)), "OMP_NUM_THREADS": "1"}


@contextmanager
def running_studio(folder: Path, systems: str | None, *options: str, cwd: Path = ROOT) -> Iterator[Studio]:
    """A studio that answers; all its processes are gone afterwards."""
    studio = Studio(folder, systems, *options, cwd=cwd)
    try:
        studio.start()
        yield studio
    finally:
        studio.stop()


SLOW_MACHINE = "rAF timed out in updateSource"
"""What model-viewer says of a machine that draws too slowly, and goes on: about the machine, not about the page."""


class Visits:
    """Pages of a studio in a browser, and whatever their console said that is a fault."""

    def __init__(self, browser: Browser, address: str) -> None:
        self.browser, self.address = browser, address
        self.faults: list[str] = []
        self.expected = [*UNHEARD, "Service Worker registration blocked by Playwright"]
        self.contexts: list[BrowserContext] = []

    def open(self, path: str = "/", *, language: str = "en", size: tuple[int, int] = (1280, 900), **more: Any) -> Page:
        """A page in a browser of its own, without cookies. more: options of playwright's `new_context`.

        Without the service worker of the offline page: where there is one, playwright does not route every request.
        """
        more.setdefault("service_workers", "block")
        context = self.browser.new_context(
            base_url=self.address, locale=language, viewport={"width": size[0], "height": size[1]}, **more
        )
        context.set_default_timeout(SECONDS * 1000)
        self.contexts.append(context)
        page = self.watched(context.new_page())
        page.goto(path)
        return page

    def watched(self, page: Page) -> Page:
        """The page, whose errors count from now on."""
        page.on("console", self._said)
        page.on("pageerror", lambda error: self.faults.append(f"{page.url}: {error}"))
        return page

    def expect(self, *texts: str) -> None:
        """Errors that hold one of these texts are part of what is tried, such as `status of 422`."""
        self.expected.extend(texts)

    def _said(self, message: ConsoleMessage) -> None:
        if SLOW_MACHINE in message.text:
            return
        if message.type in ("error", "warning"):
            self.faults.append(f"{message.location.get('url', '')}: {message.text}")

    def close(self) -> list[str]:
        """Close all pages. Gives what their consoles said and nobody expected."""
        for one in self.contexts:
            one.close()
        return [one for one in self.faults if not any(text in one for text in self.expected)]


# ——— what tests do on a page


def choose_file(page: Page, field: str, *files: Path) -> None:
    """Give a field of the form a file, as the file dialog does."""
    page.locator(f"#in-{field}").set_input_files([str(one) for one in files])


def field(page: Page, name: str) -> Locator:
    """A field of the makers' form, with its label and messages."""
    return page.locator(f'[data-field="{name}"]')


def make(page: Page, maker: str, text: str | None = None, output: str | None = None) -> None:
    """Submit a maker's form with a text; it is open in the page afterwards."""
    if not page.url.split("?")[0].endswith(f"/make/{maker}"):
        page.goto(f"/make/{maker}")
    if text is not None:
        page.locator("#in-text").fill(text)
    if output is not None:
        page.locator(f'input[name="output"][value="{output}"]').check(force=True)
    page.locator("#make-it").click()


def pressed(page: Page, maker: str) -> dict[str, Any]:
    """Submit the form as it is. Gives the job that is made of it, beside which the page may still show another one."""
    with page.expect_response(lambda one: one.request.method == "POST" and one.url.endswith(f"/{maker}")) as made:
        page.locator("#make-it").click()
    return dict(made.value.json())


def shown_state(page: Page, state: str, title: str | None = None) -> Locator:
    """The result in the makers' page, once its job has this state, by the words of its badge."""
    result = page.locator("#result-body")
    if title is not None:
        expect(result.locator(".result-head h3")).to_have_text(title)
    expect(result.locator(".result-head .badge")).to_have_text(state)
    return result


def wait_for(condition: Callable[[], Any], seconds: float = SECONDS) -> Any:
    """What `condition` gives as soon as it is true; fails after `seconds`."""
    deadline = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.05)
    return found


def asked(page: Page, path: str) -> Any:
    """The JSON that the studio answers to this page's person."""
    answer = page.request.get(path)
    assert answer.ok, answer.text()
    return answer.json()


def posted(page: Page, path: str, body: dict[str, Any] | None = None) -> Any:
    """The JSON that the studio answers to a POST of this page's script."""
    script = """async ([path, body]) => {
        const frame = await import(document.querySelector('script[src*="/js/frame.js"]').src);
        return frame.api(path, {method: "POST", body});
    }"""
    return page.evaluate(script, [path, body])


def done(page: Page, maker: str, *, state: str = "done", **values: Any) -> dict[str, Any]:
    """A job that is made by the API, once it has this state."""
    job = posted(page, f"/api/v1/{maker}", values)
    return ended(page, job["id"], state)


def ended(page: Page, job: str, state: str = "done", seconds: float = SECONDS) -> dict[str, Any]:
    """A job once it has ended, which must be in this state."""
    over = ("done", "failed", "cancelled")
    found = wait_for(lambda: (now := asked(page, f"/api/v1/jobs/{job}"))["state"] in over and now, seconds)
    assert found["state"] == state, found["reason"]
    return dict(found)


def picture(path: Path, side: int = 64, colour: tuple[int, int, int] = (180, 120, 90)) -> Path:
    """A picture of one colour."""
    Image.new("RGB", (side, side), colour).save(path)
    return path
