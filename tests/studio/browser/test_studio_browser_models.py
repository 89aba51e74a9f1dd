"""The five real makers in a browser, with the models that are there: from an example to a result that plays."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from browser_making import Studio, Visits, asked, ended, running_studio, wait_for
from playwright.sync_api import Page, expect

from mien.bundled.place import find_model
from mien.makers.systems import SYSTEMS
from mien.systems.errors import RequestError

pytestmark = [pytest.mark.ui, pytest.mark.slow]

LONGEST_SECONDS = 400.0
"""Of one job on a machine that does other things meanwhile."""

PLAYS = "video => video.currentTime > 0.2 && video.videoWidth > 0"
SHOWN = "picture => picture.complete && picture.naturalWidth > 0"
TURNS = "viewer => viewer.loaded && viewer.modelIsVisible"

CASES = [
    ("talk", 0, ".mp4", "video", PLAYS),
    ("move", 0, ".mp4", "video", PLAYS),
    ("sculpt", 0, ".glb", "model-viewer", TURNS),
    ("follow", 0, ".mp4", "video", PLAYS),
    ("shapes", 0, ".gif", "img.played", SHOWN),
]
"""Maker, number of the example, the file that it gives, the element that shows it, and when that element plays."""


@pytest.fixture(scope="module")
def studio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Studio]:
    """A studio with the real makers."""
    with running_studio(tmp_path_factory.mktemp("real"), None) as running:
        yield running


def needed(maker: str) -> None:
    """Skip the test where the maker has no model."""
    model = SYSTEMS[maker].model
    try:
        model.check(find_model(model).folder, "--model")
    except RequestError as error:
        pytest.skip(f"{maker} has no model here, so it is not tried in a browser: {error}")


def played(page: Page, element: str, condition: str) -> None:
    """Wait until the element of the result shows what it holds."""
    shown = page.locator(f"#result-body {element}")
    expect(shown).to_be_visible(timeout=LONGEST_SECONDS * 1000)
    handle = shown.element_handle()
    page.evaluate("one => one.tagName === 'VIDEO' && (one.muted = true, one.play())", handle)
    page.wait_for_function(condition, arg=handle)


@pytest.mark.parametrize(
    ("maker", "example", "suffix", "element", "condition"), CASES, ids=[maker for maker, *_ in CASES]
)
def test_an_example_becomes_a_result_that_plays(
    visits: Visits, maker: str, example: int, suffix: str, element: str, condition: str
) -> None:
    needed(maker)
    page = visits.open(f"/make/{maker}")
    page.locator(f".chip[data-example='{example}']").click()
    page.locator(f'input[name="output"][value="{suffix}"]').check(force=True)
    page.locator("#make-it").click()
    jobs = wait_for(lambda: asked(page, f"/api/v1/jobs?system={maker}&most=1")["jobs"])
    job = ended(page, jobs[0]["id"], seconds=LONGEST_SECONDS)
    assert job["output"] == suffix
    played(page, element, condition)
    page.goto(f"/jobs/{job['id']}")
    shown = page.locator(f"#job {element.split('.')[0]}").first
    expect(shown).to_be_visible()
    if element == "video":
        page.wait_for_function("video => video.videoWidth > 0", arg=shown.element_handle())
