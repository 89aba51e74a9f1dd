"""The studio's disk is full for real, with its database on it: it says so, and goes on when there is room."""

from __future__ import annotations

import io
import json
import time
import urllib.error
import urllib.request
import uuid
from contextlib import closing
from pathlib import Path

import psutil
import pytest
from disk_making import small_disk
from fleet_making import Fleet, fleet
from PIL import Image
from sqlalchemy import select

from mien.studio.database.engine import Database
from mien.studio.database.tables import Job
from mien.studio.settings import Settings
from mien.studio.worker.space import NO_SPACE
from tests.studio.worker.worker_making import children_of, wait_for

pytestmark = [pytest.mark.crash, pytest.mark.slow, pytest.mark.ui]

NO_ROOM = (507, "there is no room for uploads on the studio's disk: make room there, then send the file again")


def test_on_a_full_disk_everything_waits_and_goes_on_by_itself(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", 24) as disk:
        settings = Settings(folder=disk.folder / "studio")
        limits = {"free_bytes": 2_000_000}
        with (
            fleet(settings, tmp_path / "journal", **limits) as studio,
            closing(Database.open(settings.database_url)) as db,
        ):
            studio.start_server()
            before = [asked(studio, number) for number in range(6)]
            wait_for(lambda: states(db)[before[0]] == "done")
            disk.fill()  # to the last byte, in the middle of a job: the database cannot be written
            assert upload(studio) == NO_ROOM
            wait_for(lambda: studio.ask("queue")["no_space"])
            during = asked_or_refused(studio, 100)
            disk.free(1_500_000)  # less than what is to be left free
            wait_for(lambda: not studio.ask("queue")["running"])
            waiting = studio.ask("queue")["jobs"]
            assert waiting
            assert {(job["state"], job["reason"]) for job in waiting} == {("waiting", NO_SPACE)}
            assert upload(studio) == NO_ROOM
            kill_workers(studio)  # new ones start on the full disk
            time.sleep(1.5)
            assert studio.ask("queue")["no_space"]
            disk.free()
            wait_for(lambda: set(states(db).values()) == {"done"})
            assert set(states(db)) == {*before, *filter(None, [during])}
            assert upload(studio)[0] == 201
            wait_for(lambda: not studio.ask("queue")["no_space"])
            with db.session() as session:
                assert set(session.scalars(select(Job.deaths))) == {0}
            assert not list((settings.folder / "work").iterdir())
            assert not list((settings.folder / "incoming").iterdir())


def asked(studio: Fleet, number: int) -> str:
    return str(studio.ask("shapes", {"text": ["a red circle"], "seed": number})["id"])


def asked_or_refused(studio: Fleet, number: int) -> str | None:
    """A job that is asked for on the full disk: it waits, or is refused for now in a sentence."""
    try:
        return asked(studio, number)
    except urllib.error.HTTPError as error:
        said = (error.code, int(error.headers["Retry-After"]) > 0, json.load(error)["error"])
    assert said == (503, True, "the studio's disk is full: make room on it, and what waits goes on by itself")
    return None


def kill_workers(studio: Fleet) -> None:
    assert studio.server is not None
    for one in children_of(studio.server.pid):
        try:
            if "worker" in one.cmdline():
                one.kill()
        except psutil.NoSuchProcess:
            continue


def upload(studio: Fleet) -> tuple[int, str]:
    """Upload a small picture; the status and the sentence of an error."""
    picture, border = io.BytesIO(), uuid.uuid4().hex
    Image.new("RGB", (64, 64), "red").save(picture, "PNG")
    head = f'--{border}\r\nContent-Disposition: form-data; name="file"; filename="a.png"\r\n\r\n'
    body = head.encode() + picture.getvalue() + f"\r\n--{border}--\r\n".encode()
    headers = {"Content-Type": f"multipart/form-data; boundary={border}"}
    request = urllib.request.Request(f"{studio.address}/api/v1/files", body, headers)
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.status, ""
    except urllib.error.HTTPError as error:
        return error.code, json.load(error)["error"]


def states(db: Database) -> dict[str, str]:
    with db.session() as session:
        return {job.id: job.state for job in session.scalars(select(Job))}
