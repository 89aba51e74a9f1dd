"""Many results as one zip, written while it is sent."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

from fastapi.testclient import TestClient

from mien.studio.api.app import create_app
from mien.studio.database.tables import Job
from mien.studio.files.place import result_folder
from mien.studio.files.zip import BLOCK, Entry, entries, stream_zip
from mien.studio.settings import Settings

FIRST, SECOND, OTHER = "1" * 32, "2" * 32, "3" * 32
RESULT = {"file": "result.mp4", "captions": "result.vtt", "request": "request.json", "thumb": "thumb.jpg"}


def _job(folder: Path, job_id: str, owner: str = "", title: str = "he says: 'hello / xin chào'") -> Job:
    target = result_folder(folder, job_id)
    target.mkdir(parents=True)
    for name in RESULT.values():
        (target / name).write_bytes(f"{job_id[0]} {name}".encode())
    return Job(id=job_id, owner=owner, system="talk", title=title, request={}, output=".mp4", state="done",
               result=RESULT, created=1_790_000_000.0, ended=1_790_000_060.0)  # fmt: skip


def test_a_zip_holds_what_belongs_to_each_result(tmp_path: Path) -> None:
    jobs = [_job(tmp_path, FIRST), _job(tmp_path, SECOND)]
    content = b"".join(stream_zip(entries(tmp_path, jobs)))
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
        names = archive.namelist()
        assert len(names) == len(set(names)) == 6  # not the thumbnails
        first = next(name for name in names if "11111111/" in name and name.endswith("result.mp4"))
        assert archive.read(first) == b"1 result.mp4"
        assert archive.getinfo(first).date_time[0] == 2026
    for name in names:
        folder, _, rest = name.partition("/")
        assert "/" not in rest
        assert not {"\\", ":", "'", ".."} & {folder, *folder}
        assert "xin chào" in folder


def test_a_large_file_is_sent_in_blocks(tmp_path: Path) -> None:
    path = tmp_path / "large"
    path.write_bytes(bytes(range(256)) * (3 * BLOCK // 256))
    parts = list(stream_zip([Entry("a/large", path, 0.0)]))
    assert max(map(len, parts)) < 2 * BLOCK
    with zipfile.ZipFile(io.BytesIO(b"".join(parts))) as archive:
        assert archive.read("a/large") == path.read_bytes()
        assert archive.getinfo("a/large").date_time[0] == 1980


def test_a_file_that_is_removed_meanwhile_is_named(tmp_path: Path) -> None:
    files = entries(tmp_path, [_job(tmp_path, FIRST), _job(tmp_path, SECOND)])
    files[1].path.unlink()
    with zipfile.ZipFile(io.BytesIO(b"".join(stream_zip(files)))) as archive:
        assert archive.read("missing.txt").decode() == files[1].name + "\n"
        assert len(archive.namelist()) == len(files)


def test_the_api_zips_ones_own_results_only(tmp_path: Path) -> None:
    with TestClient(create_app(Settings(folder=tmp_path)), base_url="http://127.0.0.1:8765") as client:
        db = client.app.state.studio.db  # type: ignore[attr-defined]
        with db.write() as session:
            session.add_all([_job(tmp_path, FIRST), _job(tmp_path, OTHER, "someone")])
            session.add(Job(id=SECOND, system="talk", title="hi", request={}, output=".mp4", state="failed"))
        answer = client.get("/api/v1/history/zip", params={"ids": f"{FIRST},{SECOND},{FIRST}"})
        assert answer.status_code == 200
        assert answer.headers["content-type"] == "application/zip"
        assert answer.headers["content-disposition"].startswith('attachment; filename="mien ')
        with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
            assert len(archive.namelist()) == 4
            assert archive.read("missing.txt").decode() == f"talk hi {SECOND[:8]}: failed\n"
        for ids, status in ((OTHER, 404), (f"{FIRST},{OTHER}", 404), ("x", 404), ("../..", 404), ("", 422), (",", 422),
                            (SECOND, 422), (",".join(f"{n:032x}" for n in range(202)), 422)):  # fmt: skip
            refused = client.get("/api/v1/history/zip", params={"ids": ids})
            assert refused.status_code == status, ids[:40]
            assert refused.json()["error"]
            asked = client.get("/api/v1/history/zip", params={"ids": ids, "check": "1"})
            assert (asked.status_code, asked.json()) == (status, refused.json())
        checked = client.get("/api/v1/history/zip", params={"ids": f"{FIRST},{SECOND}", "check": "1"})
        assert (checked.status_code, checked.json()) == (200, {"left_out": 1})
        checked = client.get("/api/v1/history/zip", params={"ids": FIRST, "check": "1"})
        assert (checked.status_code, checked.content) == (204, b"")
