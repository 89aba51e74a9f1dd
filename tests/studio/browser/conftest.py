"""Fixtures of the browser tests: one Chromium and one studio with quick makers for each file of tests."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import pytest
from _pytest.runner import runtestprotocol
from browser_making import Studio, Visits, headless_chromium, running_studio
from playwright.sync_api import Browser

QUICK = "quick_making:SYSTEMS"


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item, nextitem: pytest.Item | None) -> bool:
    """Try a test once more where it fails, and say so: on a loaded machine a click may come too early."""
    item.ihook.pytest_runtest_logstart(nodeid=item.nodeid, location=item.location)
    reports = runtestprotocol(item, log=False, nextitem=nextitem)
    if any(one.failed for one in reports):
        print(f"{item.nodeid} failed, and is tried once more", file=sys.stderr)
        item._initrequest()  # type: ignore[attr-defined]
        reports = runtestprotocol(item, log=False, nextitem=nextitem)
    for one in reports:
        item.ihook.pytest_runtest_logreport(report=one)
    item.ihook.pytest_runtest_logfinish(nodeid=item.nodeid, location=item.location)
    return True


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
