"""People apart: with the ids of what is another person's, no route of the API and no page gives or changes anything."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from accounts_making import BASE, Served, an_account, served
from fastapi.testclient import TestClient
from PIL import Image

from mien.studio.files.place import result_folder
from mien.studio.queue.claim import claim, finish
from mien.studio.queue.workers import register
from mien.studio.settings import Limits

SECRET = "vermilion"
"""In everything of Anna's that a page or an answer could show."""

OPEN = {"/api/v1/health", "/api/v1/sign-in", "/api/v1/sign-out"}
"""What a stranger may ask for."""


@dataclass(frozen=True)
class Apart:
    """Anna's browser with what is hers, and those of Bob and of an administrator."""

    anna: TestClient
    bob: TestClient
    root: TestClient
    stranger: TestClient
    ids: dict[str, str]
    paths: dict[str, Any]


@pytest.fixture(scope="module")
def apart(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Apart]:
    folder = tmp_path_factory.mktemp("apart")
    with served(folder, limits=Limits(requests_each_minute=10**9)) as studio:
        user = an_account(studio.db, "anna")
        an_account(studio.db, "bob")
        an_account(studio.db, "root", admin=True)
        anna, bob, root = (studio.browser(name) for name in ("anna", "bob", "root"))
        ids = {**owned(studio, folder, anna), "person": user.id}
        stranger = TestClient(studio.app, base_url=BASE, follow_redirects=False)
        yield Apart(anna, bob, root, stranger, ids, anna.get("/api/openapi.json").json()["paths"])


def owned(studio: Served, folder: Path, anna: TestClient) -> dict[str, str]:
    """Ids of a file, a token, a job that is done and one that waits."""
    picture = io.BytesIO()
    Image.new("RGB", (64, 64)).save(picture, "PNG")
    file = anna.post("/api/v1/files", files={"file": (f"{SECRET}.png", picture.getvalue())}).json()
    done = anna.post("/api/v1/sculpt", json={"text": f"a {SECRET} man"}).json()
    worker = register(studio.db)
    job = claim(studio.db, worker)
    assert job is not None
    result = result_folder(folder, job.id)
    result.mkdir(parents=True)
    for name in ("sculpt.glb", "person.json", "front.png", "preview-00001.jpg"):
        (result / name).write_bytes(SECRET.encode())
    names = {"file": "sculpt.glb", "person": "person.json", "picture": "front.png"}
    assert finish(studio.db, job.id, worker, job.attempt, "done", result=names)
    waiting = anna.post("/api/v1/move", json={"text": f"nods {SECRET}"}).json()
    token = anna.post("/api/v1/me/tokens", json={"name": SECRET, "scopes": ["read"]}).json()
    return {"file": file["id"], "job": done["id"], "waiting": waiting["id"], "token": token["id"]}


LEFT_OUT = r"/events|/me/password|/sign-out"
"""Routes that never end, that count wrong passwords, and that end the session."""

FOR_ADMINISTRATORS = r"|/people.*|/queue/(pause|resume)"
"""Routes by which administrators change what is everyone's, see test_studio_people_routes."""


def asked(apart: Apart, client: TestClient, but: str = LEFT_OUT) -> Iterator[tuple[str, httpx.Response]]:
    """The answers to every route and method, with each of Anna's jobs, her file and her token, in paths and bodies."""
    file, job = f"file:{apart.ids['file']}", apart.ids["waiting"]
    bodies: tuple[Any, ...] = (
        {}, {"to": "first"}, {"before": job}, {"as": "talk.image"}, {"text": "nods", "person": file},
        {"text": "Hello", "image": file}, {"text": "older", "edit": file}, {"pose": file}, {"pose": file, "look": file},
        {"seed": 5},
    )  # fmt: skip
    for path, methods in apart.paths.items():
        if re.fullmatch(f"/api/v1({but})", path):
            continue
        for one in (apart.ids["job"], job):
            values = {"job_id": one, "file_id": apart.ids["file"], "token": apart.ids["token"], "role": "file"}
            address = re.sub(r"\{(\w+)\}", lambda found, values=values: values.get(found[1], apart.ids["person"]), path)  # type: ignore[misc]
            for method in methods:
                for body in bodies if method == "post" else (None,):
                    query = {"ids": one, "q": SECRET} if method == "get" else None
                    yield path, client.request(method, address, json=body, params=query)


@pytest.mark.parametrize("who", ["bob", "root"])
def test_ids_of_another_person_give_and_change_nothing(apart: Apart, who: str) -> None:
    client: TestClient = getattr(apart, who)
    before = [apart.anna.get(f"/api/v1/jobs/{apart.ids[one]}").json() for one in ("job", "waiting")]
    for path, answer in asked(apart, client, LEFT_OUT + (FOR_ADMINISTRATORS if who == "root" else "")):
        assert SECRET not in answer.text, (path, answer.text)
        assert answer.status_code < 500 or answer.status_code == 503, (path, answer.text)
        if "{" in path:
            assert answer.status_code >= 400, (path, answer.text)
    for page in ("/", "/history", f"/history?words={SECRET}", f"/jobs/{apart.ids['job']}", "/people", "/pipeline"):
        assert SECRET not in client.get(page).text.replace(f'value="{SECRET}"', ""), page
    assert [apart.anna.get(f"/api/v1/jobs/{apart.ids[one]}").json() for one in ("job", "waiting")] == before
    assert apart.anna.get(f"/api/v1/files/{apart.ids['file']}").status_code == 200
    assert len(apart.anna.get("/api/v1/me/tokens").json()) == 1


def test_a_stranger_is_let_in_nowhere(apart: Apart) -> None:
    for path, answer in asked(apart, apart.stranger):
        if path not in OPEN:
            assert answer.status_code == 401, (path, answer.text)
    for page in ("/", "/make/talk", "/history", f"/jobs/{apart.ids['job']}", "/people", "/admin", "/pipeline"):
        answer = apart.stranger.get(page)
        assert (answer.status_code, answer.headers["location"].partition("?")[0]) == (303, "/sign-in"), page


def test_a_stranger_learns_only_that_the_studio_is_well(tmp_path: Path) -> None:
    with served(tmp_path / "studio") as studio:
        assert studio.client.get("/api/v1/health").json() == {"status": "ok"}
