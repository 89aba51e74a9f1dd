"""Fixtures of the browser tests: one Chromium and one studio with quick makers for each file of tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from browser_making import Studio, Visits, headless_chromium, running_studio
from playwright.sync_api import Browser

QUICK = "quick_making:SYSTEMS"


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """A headless Chromium. Playwright runs a loop of asyncio as long as it is open, so it ends with each file."""
    with headless_chromium() as browser:
        yield browser


@pytest.fixture(scope="module")
def studio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Studio]:
    """A studio with quick makers and one worker."""
    with running_studio(tmp_path_factory.mktemp("studio"), QUICK) as running:
        yield running


@pytest.fixture
def visits(chromium: Browser, studio: Studio) -> Iterator[Visits]:
    """Visits to the studio; errors and warnings in the console of a page fail the test."""
    made = Visits(chromium, studio.address)
    yield made
    assert made.close() == []


@pytest.fixture(autouse=True)
def closed_pages(request: pytest.FixtureRequest) -> Iterator[None]:
    """No page is left open after its test: it would go on asking a studio that is gone."""
    yield
    if "chromium" in request.fixturenames:
        for one in request.getfixturevalue("chromium").contexts:
            one.close()
