"""From the form to the result in a browser: jobs that are made, cancelled, repeated and used further."""

from __future__ import annotations

import pytest
from browser_making import Visits, asked, make, shown_state
from playwright.sync_api import expect

pytestmark = pytest.mark.ui


def test_an_example_is_made_and_plays(visits: Visits) -> None:
    page = visits.open("/make/follow")
    page.locator(".chip[data-example='0']").click()
    page.locator("#make-it").click()
    result = shown_state(page, "done")
    video = result.locator("video")
    assert page.evaluate("video => video.play().then(() => true)", video.element_handle())
    page.wait_for_function("video => video.currentTime > 0.1 && video.videoWidth > 0", arg=video.element_handle())
    expect(page.locator("#jobs li")).to_have_count(0)
