"""Attacks in a real browser: texts that would be scripts, and other web sites that try to drive the studio."""

from __future__ import annotations

import http.server
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from mien.studio.database.tables import File, Job, Setting, Token, User
from mien.studio.people.accounts import create_person
from mien.studio.people.tokens import create_token
from tests.studio.browser.served_making import Watched, served
from tests.studio.pages.rest_making import PICTURE, add_job, add_picture

pytestmark = [pytest.mark.ui, pytest.mark.slow]

PASSWORD = "mot mat khau dai"

SCRIPT = (
    """"'></textarea></title></script><img src=x onerror="window.ran=1"><svg/onload=window.ran=1>"""
    """{{7*7}}${window.ran=1}"""
)


def sign_in(page: Any, address: str, name: str) -> None:
    """Sign a browser in by the page."""
    page.goto(f"{address}/sign-in?next=/people")
    page.fill("[name=name]", name)
    page.fill("[name=password]", PASSWORD)
    page.click("[type=submit]")
    page.wait_for_url(f"{address}/people")


@pytest.mark.parametrize("language", ["en", "vi"])
def test_no_text_is_ever_a_script(tmp_path: Path, chromium: Any, language: str) -> None:
    with served(tmp_path, users=True) as (address, db, settings):
        person = create_person(db, "anna", PASSWORD, admin=True)
        create_token(db, person.id, SCRIPT[:60], ["read"])
        add_picture(db, settings, person.id, SCRIPT[:120])
        hostile = {"title": SCRIPT, "words": SCRIPT, "notes": [SCRIPT], "model": SCRIPT, "reason": SCRIPT}
        jobs = [add_job(db, settings, number, person.id, **hostile) for number in range(6) if number != 1]
        with db.write() as session:
            for job in session.scalars(select(Job)):
                texts = [SCRIPT] if job.system == "shapes" else SCRIPT
                job.request = {**job.request, "text": texts, "language": SCRIPT, SCRIPT: SCRIPT}
                job.facts = {**job.facts, "width": SCRIPT, SCRIPT: SCRIPT}
                job.stage = job.unit = job.stage and SCRIPT[:16]
        watched = Watched(chromium, language=language)
        page, asked = watched.page, list[str]()
        page.on("request", lambda request: asked.append(request.url))
        sign_in(page, address, "anna")
        paths = [
            "/",
            "/people",
            "/admin",
            "/history",
            "/history?words=" + "%22%3E%3Cimg%20src=x%20onerror=ran=1%3E",
            "/pipeline",
        ]
        paths += [f"/jobs/{job.id}" for job in jobs] + [f"/make/{job.system}?job={job.id}" for job in jobs]
        paths += [
            f"/make/talk?text={SCRIPT}",
            "/history?cursor=%3Cscript%3E",
            "/nothing/%3Cimg%20src=x%20onerror=ran=1%3E",
        ]
        for path in paths:
            page.goto(f"{address}{path}")
            page.wait_for_timeout(250)
            assert page.evaluate("window.ran") is None, path
            assert not page.locator("img[onerror], svg[onload]").count(), path
        assert not [one for one in watched.wrong if "Content Security Policy" in one]
        assert not [one for one in asked if not one.startswith((address, "blob:", "data:"))]


@contextmanager
def another_site(page: str) -> Iterator[str]:
    """A web site on another port of this machine, whose only page is `page`."""

    class Site(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            content = page.encode()
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Site)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join(10)


SITE = """<!doctype html><title>another site</title>
<form id=form method=post target=frame enctype=text/plain><input id=field></form><iframe name=frame></iframe><script>
const studio = "ADDRESS", job = "JOB", picture = "PICTURE", read = [];
const frame = document.querySelector("iframe");
const changes = [
  ["POST", "/api/v1/shapes", '{"text":["a red circle"]}'],
  ["POST", "/api/v1/queue/pause", ""],
  ["POST", "/api/v1/queue/cancel", ""],
  ["POST", `/api/v1/jobs/${job}/delete`, ""],
  ["DELETE", `/api/v1/files/${picture}`, ""],
  ["POST", "/api/v1/people", '{"name":"eve","password":"eve eve eve one two","admin":true}'],
  ["POST", "/api/v1/me/tokens", '{"scopes":["admin"]}'],
  ["POST", "/api/v1/history/empty-bin", ""],
  ["POST", "/api/v1/sign-out", ""],
];
const types = ["text/plain", "application/json", "application/x-www-form-urlencoded"];
const nothing = () => {};

async function fetches() {
  for (const [method, path, body] of changes) {
    for (const mode of ["cors", "no-cors"]) {
      for (const type of types) {
        for (const credentials of ["include", "omit"]) {
          const headers = {"Content-Type": type};
          await fetch(studio + path, {method, mode, credentials, headers, body: body || undefined}).catch(nothing);
        }
      }
    }
    navigator.sendBeacon(studio + path, new Blob([body], {type: "text/plain"}));
  }
  const upload = new FormData();
  upload.append("file", new Blob(["1: nods"]), "a.txt");
  const options = {method: "POST", mode: "no-cors", credentials: "include", body: upload};
  await fetch(studio + "/api/v1/files", options).catch(nothing);
}

async function forms() {
  for (const [, path, body] of changes) {
    form.action = studio + path;
    field.name = body.slice(0, -1) + ',"x":"'; // with the sign = between name and value it is JSON
    field.value = '"}';
    await new Promise((done) => {
      frame.onload = done;
      form.submit();
      setTimeout(done, 1000);
    });
  }
}

async function reads() {
  for (const path of ["/api/v1/jobs", "/api/v1/me", `/api/v1/files/${picture}/content`, "/", "/history"]) {
    for (const mode of ["cors", "no-cors"]) {
      const answer = await fetch(studio + path, {mode, credentials: "include"}).catch(nothing);
      if (await answer?.text()) read.push(path);
    }
  }
  await new Promise((done) => {
    const events = new EventSource(studio + "/api/v1/events", {withCredentials: true});
    events.onopen = () => { read.push("events"); done(); };
    events.onerror = () => { events.close(); done(); };
  });
  await new Promise((done) => {
    const image = new Image();
    image.onload = () => { read.push("image"); done(); };
    image.onerror = done;
    image.src = `${studio}/api/v1/files/${picture}/preview`;
  });
}

async function all() {
  await fetches();
  await forms();
  await reads();
  return read;
}
</script>"""


@pytest.mark.parametrize("users", [False, True])
def test_another_site_can_neither_change_nor_read_anything(tmp_path: Path, chromium: Any, users: bool) -> None:
    with served(tmp_path, users=users) as (address, db, settings):
        owner = create_person(db, "anna", PASSWORD, admin=True).id if users else ""
        add_picture(db, settings, owner)
        job = add_job(db, settings, 5, owner)
        watched = Watched(chromium)
        if users:
            sign_in(watched.page, address, "anna")
        before = state(db)
        page = SITE.replace("ADDRESS", address).replace("JOB", job.id).replace("PICTURE", PICTURE)
        with another_site(page) as site:
            for place in (site, site.replace("127.0.0.1", "localhost")):
                watched.page.goto(place)
                assert watched.page.evaluate("all()") == [], place
        assert state(db) == before
        if users:
            watched.page.goto(f"{address}/people")
            assert watched.page.url == f"{address}/people"  # still signed in


def state(db: Any) -> str:
    """Everything that the attacks would change."""
    with db.session() as session:
        jobs = [(one.id, one.state, one.deleted, one.starred) for one in session.scalars(select(Job).order_by(Job.id))]
        counts = [session.scalar(select(func.count()).select_from(kind)) for kind in (File, Token, User, Setting)]
    return json.dumps([jobs, counts])
