"""A studio with jobs in all states, for the tests of the pages of history, results, pipeline and people."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from fastapi.testclient import TestClient
from PIL import Image

from mien.studio.api.app import create_app
from mien.studio.database.engine import Database
from mien.studio.database.tables import File, Job, new_id
from mien.studio.files.place import result_folder, upload_path, upload_preview
from mien.studio.history.folding import fold
from mien.studio.settings import Settings
from tests.studio.pages.html_making import Page

Running = tuple[TestClient, Database, Settings]
"""What `studio` gives."""

HOST = "127.0.0.1:8765"
PICTURE = "0123456789abcdef0123456789abcdef"
"""Id of an uploaded picture."""

DAY = 86_400.0

ROWS: tuple[tuple[str, str, str, str, dict[str, Any]], ...] = (
    ("talk", "done", "Hello, I have never said this before.", ".mp4", {"emotion": "HAP", "image": f"file:{PICTURE}"}),
    ("sculpt", "done", "an old man with a white beard and round glasses", ".glb", {"variants": 1}),
    ("move", "running", "nod twice, then look to the left", ".mp4", {"seconds": 4.0, "mark": True}),
    ("follow", "failed", "một cô gái áo đỏ trên bãi biển", ".mp4", {"pose": "dance", "language": "vi"}),
    ("shapes", "cancelled", "a red circle rolls down", ".gif", {"copies": 2}),
    ("move", "waiting", "shake your head", ".npz", {}),
    ("sculpt", "done", "a young woman with short red hair", ".json", {"variants": 3}),
    ("shapes", "done", "a blue square jumps over a yellow ball", ".gif", {}),
)


def picture(path: Path, number: int, side: int = 320) -> None:
    """A small picture of one colour."""
    colours = ((196, 120, 92), (86, 128, 150), (120, 150, 110), (160, 130, 170))
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", (side, side), colours[number % len(colours)]).save(path)


def add_job(db: Database, settings: Settings, number: int = 0, owner: str = "", **values: Any) -> Job:
    """A job of the row `number`, with the files of a result where it is done; `values`: other columns."""
    system, state, text, output, more = ROWS[number % len(ROWS)]
    now = time.time() - number * 1_900
    started = now + 3 if state in ("running", "done", "failed") else None
    job = Job(
        id=new_id(), owner=owner, system=system, state=state, title=text, words=fold(f"{text} {system}"),
        request={"text": [text] if system == "shapes" else text, "seed": 7, **more}, output=output, created=now,
        position=float(number), started=started, ended=None if started is None or state == "running" else now + 15,
        attempt=1 if started else 0, worker="w" if state == "running" else None, lease_until=now + 1e6,
    )  # fmt: skip
    if state == "running":
        job.stage, job.done, job.total, job.unit, job.rate = "rendering", 30, 120, "frames", 24.5
    if state == "failed":
        job.reason = "there is no face in the picture: take one in which the face is large"
    for name, value in values.items():
        setattr(job, name, value)
    if job.state == "done":
        _write_result(settings, job, number)
    with db.write() as session:
        session.add(job)
    return job


def _glb() -> bytes:
    """An empty scene as binary glTF 2.0, which a viewer reads without complaint."""
    chunk = json.dumps({"asset": {"version": "2.0"}, "scene": 0, "scenes": [{"nodes": []}]}).encode()
    chunk += b" " * (-len(chunk) % 4)
    header = b"glTF" + (2).to_bytes(4, "little") + (20 + len(chunk)).to_bytes(4, "little")
    return header + len(chunk).to_bytes(4, "little") + b"JSON" + chunk


def _write_result(settings: Settings, job: Job, number: int) -> None:
    folder = result_folder(settings.folder, job.id)
    picture(folder / "thumb.jpg", number)
    (folder / f"result{job.output}").write_bytes(_glb() if job.output == ".glb" else b"content of a result")
    (folder / "request.json").write_text(json.dumps(job.request), encoding="utf-8")
    job.result = {"file": f"result{job.output}", "thumb": "thumb.jpg", "request": "request.json"}
    if job.system == "sculpt":
        picture(folder / "front.png", number)
        (folder / "person.json").write_text("{}", encoding="utf-8")
        job.result |= {"picture": "front.png", "person": "person.json"}
    job.bytes = sum(path.stat().st_size for path in folder.iterdir())
    job.facts = {"width": 512, "height": 512, "seconds": 4.2, "fps": 25, "cold": False}
    job.model = f"{job.system} 0123456789ab"


def add_picture(db: Database, settings: Settings, owner: str = "", name: str = "my portrait.jpg") -> None:
    """The uploaded picture that the first row names."""
    path = upload_path(settings.folder, PICTURE, ".jpg")
    picture(path, 0)
    picture(upload_preview(settings.folder, PICTURE), 0, 64)
    with db.write() as session:
        session.add(
            File(
                id=PICTURE, owner=owner, name=name, kind="picture", suffix=".jpg", media_type="image/jpeg",
                bytes=path.stat().st_size, sha256="0" * 64,
            )
        )  # fmt: skip


@contextmanager
def studio(folder: Path, **settings: Any) -> Iterator[tuple[TestClient, Database, Settings]]:
    """A client of a running studio, its database and settings."""
    made = Settings(folder=folder, **settings)
    with TestClient(create_app(made), base_url=f"http://{HOST}", follow_redirects=False) as client:
        yield client, client.app.state.studio.db, made  # type: ignore[attr-defined]


def filled(db: Database, settings: Settings, owner: str = "", count: int = len(ROWS)) -> list[Job]:
    """`count` jobs, the first one the newest."""
    return [add_job(db, settings, number, owner) for number in range(count)]


def page(client: TestClient, path: str, **headers: str) -> Page:
    """A page of the studio, which is there."""
    answer = client.get(path, headers=headers)
    assert answer.status_code == 200, answer.text
    return Page(answer.text)
