"""The pictures of the studio in the README: a real studio with the models that are there, in a headless Chromium.

    python -m benchmarks.studio_pictures docs/images [--png FOLDER]

Writes studio_talk.webp, studio_history.webp, studio_dark.webp, studio_vi.webp and studio_phone.webp, each at most
80 kB. Everything in them is made by the examples of the forms. Takes a few minutes; needs Chromium and the trained
models.
"""

from __future__ import annotations

import argparse
import io
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import Browser, FilePayload, Page, ViewportSize, sync_playwright

from mien.makers.examples import EXAMPLES, SAMPLE
from mien.studio.pages.templates import STATIC

MOST_BYTES = 80_000
QUALITIES = (88, 82, 76, 70, 60, 50)
LONGEST_SECONDS = 600.0
WIDE, PHONE = (1360, 900), (390, 844)
PROGRAMS = ("chromium", "chromium-browser", "google-chrome")
ARGUMENTS = ["--no-sandbox", "--autoplay-policy=no-user-gesture-required"]

MADE = (
    ("shapes", 1), ("move", 0), ("sculpt", 0), ("follow", 2), ("sculpt", 1), ("follow", 1), ("move", 3), ("shapes", 2),
    ("follow", 3), ("talk", 4), ("follow", 7), ("talk", 0), ("follow", 0),
)  # fmt: skip
"""Maker and number of its example, in the order in which they are made: the history shows the last one first."""


@contextmanager
def studio(folder: Path) -> Iterator[str]:
    """The address of a studio that keeps its files in `folder`."""
    command = [sys.executable, "-m", "mien", "serve", "--port", "0", "--folder", str(folder), "--limit", "free_bytes=0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        line = process.stdout.readline()
        try:
            yield line.removeprefix("mien studio: ").partition(" ")[0].strip()
        finally:
            process.terminate()


def opened(browser: Browser, address: str, size: tuple[int, int], **more: Any) -> Page:
    """A page of the studio."""
    view = ViewportSize(width=size[0], height=size[1])
    return browser.new_context(base_url=address, viewport=view, **{"locale": "en", **more}).new_page()


def make_all(page: Page) -> dict[str, list[str]]:
    """Make the examples. Gives the ids of the jobs of each maker, the last one first; raises RuntimeError for one that

    fails.
    """
    photo = (STATIC / "samples" / "portrait.jpg").read_bytes()
    sent = FilePayload(name="portrait.jpg", mimeType="image/jpeg", buffer=photo)
    made: dict[str, list[str]] = {}
    for maker, number in MADE:
        example = EXAMPLES[maker][number]
        values = dict(example.values)
        if values.get("image") == SAMPLE:
            values["image"] = page.request.post("/api/v1/files", multipart={"file": sent}, timeout=120_000).json()[
                "value"
            ]
        body = {**values, **({"output": example.output} if example.output else {})}
        answer = page.request.post(f"/api/v1/{maker}", data=body)
        if not answer.ok:
            raise RuntimeError(f"{maker}: {answer.text()}")
        job = answer.json()
        end = time.monotonic() + LONGEST_SECONDS
        while job["state"] in ("waiting", "running") and time.monotonic() < end:
            time.sleep(0.5)
            job = page.request.get(f"/api/v1/jobs/{job['id']}").json()
        if job["state"] != "done":
            raise RuntimeError(f"{maker}: {job['state']}, {job['reason']}")
        made.setdefault(maker, []).insert(0, job["id"])
        print(f"{maker}: {example.label}", flush=True)
    return made


def shown(page: Page, maker: str, job: str, top: str | None = None, seconds: float = 1.2) -> None:
    """Open a maker's page filled with the request of a job that is shown beside it, its video at a time.

    top: the id of the element at the upper edge of the picture; None: the whole page from its beginning.
    """
    page.goto(f"/make/{maker}?from={job}&job={job}")
    page.wait_for_function("() => document.querySelector('#result-body .result-head')")
    page.wait_for_function("() => [...document.images].every((one) => one.complete)")
    if top is not None:  # a head is loaded as soon as it is in sight
        page.evaluate("top => document.getElementById(top).scrollIntoView({behavior: 'instant'})", top)
    if page.locator("#result-body .model").count():
        viewer = page.locator("#result-body model-viewer").element_handle()
        page.wait_for_function("viewer => viewer.loaded && viewer.modelIsVisible", arg=viewer)
    video = page.locator("#result-body video")
    if video.count():
        handle = video.element_handle()
        page.evaluate("video => video.play()", handle)
        page.wait_for_function("([video, at]) => video.currentTime >= at", arg=[handle, seconds])
        page.evaluate("video => video.pause()", handle)
        page.wait_for_timeout(1000)  # the browser takes the signs of loading away


def saved(page: Page, name: str, out: Path, png: Path | None) -> None:
    """Write a picture of the page. Raises RuntimeError where it cannot be made as small as it must be."""
    content = page.screenshot(animations="disabled")
    if png is not None:
        png.mkdir(parents=True, exist_ok=True)
        (png / f"{name}.png").write_bytes(content)
    for quality in QUALITIES:
        packed = io.BytesIO()
        Image.open(io.BytesIO(content)).convert("RGB").save(packed, "WEBP", quality=quality, method=6)
        if packed.tell() <= MOST_BYTES:
            (out / f"{name}.webp").write_bytes(packed.getvalue())
            print(f"{name}.webp: {packed.tell() / 1000:.0f} kB, quality {quality}")
            return
    raise RuntimeError(f"{name} has more than {MOST_BYTES} bytes")


def main() -> None:
    """Write the pictures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path)
    parser.add_argument("--png", type=Path, help="a folder that gets the pictures without loss too")
    options = parser.parse_args()
    program = next(filter(None, map(shutil.which, PROGRAMS)), None)
    if program is None:
        parser.error(f"none of {', '.join(PROGRAMS)} is installed")
    with (
        tempfile.TemporaryDirectory() as folder,
        studio(Path(folder)) as address,
        sync_playwright() as playwright,
        playwright.chromium.launch(executable_path=program, args=ARGUMENTS) as browser,
    ):
        page = opened(browser, address, WIDE)
        page.goto("/make/talk")
        made = make_all(page)
        shown(page, "talk", made["talk"][0])
        saved(page, "studio_talk", options.out, options.png)
        page.goto("/history")
        page.wait_for_load_state("networkidle")
        saved(page, "studio_history", options.out, options.png)
        page = opened(browser, address, WIDE, color_scheme="dark")
        shown(page, "follow", made["follow"][0])
        saved(page, "studio_dark", options.out, options.png)
        page = opened(browser, address, WIDE, locale="vi-VN")
        shown(page, "follow", made["follow"][1])
        saved(page, "studio_vi", options.out, options.png)
        page = opened(browser, address, PHONE, is_mobile=True, has_touch=True, device_scale_factor=1.5)
        shown(page, "sculpt", made["sculpt"][1], "result")
        saved(page, "studio_phone", options.out, options.png)


if __name__ == "__main__":
    main()
