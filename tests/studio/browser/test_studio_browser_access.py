"""Every page as axe-core sees it: nothing that keeps people out, in both languages and both themes.

The pages are looked at in English on light ground and in Vietnamese on dark ground: colours know nothing of languages.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from browser_making import Visits, done, make
from playwright.sync_api import Page

pytestmark = pytest.mark.ui

AXE = (Path(__file__).parent / "vendor" / "axe-4.14.1.min.js").read_text()
BAD = ("serious", "critical")


def barriers(page: Page) -> list[str]:
    """What axe-core finds serious or critical in the page as it is."""
    page.evaluate(AXE)  # as the debugger does it, which the page's policy does not stop
    found: dict[str, Any] = page.evaluate("() => axe.run(document, {resultTypes: ['violations']})")
    return [
        f"{page.url} {one['id']} ({one['impact']}): {node['target']} {node.get('failureSummary', '')}"
        for one in found["violations"]
        if one["impact"] in BAD
        for node in one["nodes"]
    ]


@pytest.mark.parametrize(("language", "theme"), [("en", "light"), ("vi", "dark")])
def test_no_page_has_a_barrier(visits: Visits, language: str, theme: str) -> None:
    visits.expect("status of 404")
    page = visits.open("/make/follow", language=language, color_scheme=theme)
    video = done(page, "follow", text=f"a girl dances {theme}", pose="dance")
    head = done(page, "sculpt", text=f"an old man {theme}", output=".glb")
    failed = done(page, "shapes", state="failed", text=[f"a red circle will refuse {theme}"])
    addresses = (
        *("/make/move", "/make/talk", "/make/sculpt", "/make/shapes", "/history", "/history?bin=1", "/pipeline"),
        *("/people", "/admin", "/nothing", *(f"/jobs/{one['id']}" for one in (video, head, failed))),
    )
    found = []
    for address in addresses:
        page.goto(address)
        page.evaluate("() => document.querySelectorAll('details').forEach((one) => { one.open = true; })")
        found += barriers(page)
    page.goto("/history")
    page.locator("[data-choose-one]").first.check()
    found += barriers(page)
    page.goto("/make/follow")
    page.locator("#make-it").click()
    page.locator('[data-field="text"] .wrong').wait_for()
    found += barriers(page)
    make(page, "follow", "a girl dances for 600 steps")
    page.locator("#result-body img.preview").wait_for()
    found += barriers(page)
    page.locator("#result-body .acts button").first.click()
    page.locator("#result-body .notice").wait_for()
    found += barriers(page)
    assert found == []
