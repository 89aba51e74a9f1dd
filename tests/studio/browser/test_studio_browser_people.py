"""A shared studio in a browser: signing in and out, and two people who see nothing of each other."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator

import pytest
from browser_making import ROOT, Studio, Visits, asked, environment, make, running_studio, shown_state
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.ui

PASSWORD = "three quiet words"


@pytest.fixture(scope="module")
def studio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Studio]:
    """A studio with accounts of ann, an administrator, and ben."""
    folder = tmp_path_factory.mktemp("shared")
    for name, *options in (("ann", "--admin"), ("ben",)):
        command = [sys.executable, "-m", "mien", "users", "add", name, *options, "--folder", str(folder)]
        subprocess.run(command, env=environment(), cwd=ROOT, input=f"{PASSWORD}\n", text=True, check=True, timeout=120)
    with running_studio(folder, "quick_making:SYSTEMS", "--users") as running:
        yield running


def sign_in(page: Page, name: str, password: str = PASSWORD) -> None:
    page.locator('input[name="name"]').fill(name)
    page.locator('input[name="password"]').fill(password)
    page.keyboard.press("Enter")


def test_two_people_see_their_own(visits: Visits) -> None:
    visits.expect("status of 4")
    ann = visits.open("/make/follow")
    expect(ann).to_have_url(re.compile("/sign-in"))
    sign_in(ann, "ann", "wrong words")
    expect(ann.locator("[data-said]")).to_contain_text("Name and password do not fit.")
    sign_in(ann, "ann")
    expect(ann.locator("#maker")).to_be_visible()
    make(ann, "follow", "a secret of ann dances")
    shown_state(ann, "Done", "a secret of ann dances")
    (job,) = asked(ann, "/api/v1/jobs")["jobs"]

    ben = visits.open("/sign-in")
    sign_in(ben, "ben")
    expect(ben.locator("#maker")).to_be_visible()
    ben.goto("/history")
    expect(ben.locator(".empty")).to_contain_text("Nothing has been made yet.")
    ben.goto(f"/jobs/{job['id']}")
    assert "a secret of ann" not in ben.content()
    assert ben.request.get(job["files"]["file"]["url"]).status == 404
    assert ben.request.get("/admin").status in (403, 404)
    ben.goto("/make/follow")
    expect(ben.locator("#pause")).to_have_count(0)
    make(ben, "follow", "a figure of ben walks")
    shown_state(ben, "Done", "a figure of ben walks")
    assert [one["title"] for one in asked(ann, "/api/v1/jobs")["jobs"]] == ["a secret of ann dances"]

    ann.goto("/admin")
    expect(ann.locator("[data-person]")).to_have_count(2)
    ann.goto("/people")
    ann.locator('[data-token-form] input[name="name"]').fill("nightly")
    ann.locator('[data-token-form] [type="submit"]').click()
    expect(ann.locator("#secret")).to_have_text(re.compile("^mien_"))
    token = ann.locator("#secret").inner_text()
    with_token = visits.browser.new_context(extra_http_headers={"Authorization": f"Bearer {token}"})
    assert [one["id"] for one in with_token.request.get(f"{visits.address}/api/v1/jobs").json()["jobs"]] == [job["id"]]
    with_token.close()
    ann.locator("[data-sign-out]").click()
    ann.wait_for_url("**/sign-in")
    ann.goto("/history")
    expect(ann).to_have_url(re.compile("/sign-in"))


def test_no_password_gets_into_an_address(visits: Visits) -> None:
    visits.expect("ERR_FAILED")
    page = visits.open("/sign-in")
    page.route("**/js/account.js", lambda route: route.abort())
    page.reload()
    button = page.locator('[data-sign-in] [type="submit"]')
    expect(button).to_be_disabled()
    page.locator('input[name="name"]').fill("ann")
    page.locator('input[name="password"]').fill(PASSWORD)
    page.keyboard.press("Enter")
    assert page.locator("[data-sign-in]").get_attribute("method") == "post"
    assert PASSWORD.split()[0] not in page.url
    page.unroute("**/js/account.js")
    page.reload()
    expect(button).to_be_enabled()
