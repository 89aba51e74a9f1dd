"""Results by the API: parts of a file, headers that keep a browser safe, and names."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from api_making import Tried

from mien.studio.files.place import result_folder, work_folder
from mien.studio.queue.claim import claim, report
from mien.studio.queue.workers import register

CONTENT = bytes(range(256)) * 4


@pytest.fixture
def url(tried: Tried) -> str:
    """The address of a result."""
    tried.make("move", text="nods, then smiles")
    job = tried.finish({"file": ("result.mp4", CONTENT), "thumb": ("thumb.jpg", b"\xff\xd8")})
    return f"/api/v1/jobs/{job.id}/files/file"


def test_a_done_job_names_its_files(tried: Tried, url: str) -> None:
    job = tried.client.get(url.removesuffix("/files/file")).json()
    assert job["files"]["file"]["url"] == url
    assert job["files"]["file"]["bytes"] == len(CONTENT)
    assert job["files"]["file"]["media_type"] == "video/mp4"
    assert job["files"]["file"]["name"].endswith(".mp4")
    assert "nods" in job["files"]["file"]["name"]
    assert set(job["files"]) == {"file", "thumb"}


def test_a_file_is_sent_whole_or_in_part(tried: Tried, url: str) -> None:
    whole = tried.client.get(url)
    assert (whole.status_code, whole.content) == (200, CONTENT)
    assert whole.headers["accept-ranges"] == "bytes"
    part = tried.client.get(url, headers={"Range": "bytes=10-19"})
    assert (part.status_code, part.content) == (206, CONTENT[10:20])
    assert part.headers["content-range"] == f"bytes 10-19/{len(CONTENT)}"
    assert tried.client.get(url, headers={"Range": "bytes=-4"}).content == CONTENT[-4:]
    beyond = tried.client.get(url, headers={"Range": "bytes=5000-"})
    assert beyond.status_code == 416
    assert beyond.headers["content-range"] == f"bytes */{len(CONTENT)}"


def test_a_file_that_is_known_is_not_sent_again(tried: Tried, url: str) -> None:
    tag = tried.client.get(url).headers["etag"]
    again = tried.client.get(url, headers={"If-None-Match": f'"other", {tag}'})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["etag"] == tag
    assert tried.client.get(url, headers={"If-None-Match": '"other"'}).status_code == 200
    assert tried.client.get(url, headers={"Range": "bytes=0-1", "If-Range": '"other"'}).status_code == 200


def test_head_says_what_get_would_send(tried: Tried, url: str) -> None:
    answer = tried.client.head(url)
    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["content-length"] == str(len(CONTENT))


def test_a_file_is_shown_or_saved_under_a_safe_name(tried: Tried) -> None:
    tried.make("talk", text='"; rm -rf ~ <b>Xin chào</b>\r\nX: y', image=tried.upload("picture", "a.png", ".png"))
    job = tried.finish({"file": ("result.mp4", CONTENT)})
    answer = tried.client.get(f"/api/v1/jobs/{job.id}/files/file")
    named = answer.headers["content-disposition"]
    assert named.startswith("inline; filename=")
    assert not set("<>\r\n~") & set(named)
    assert "filename*=UTF-8''" in named
    saved = tried.client.get(f"/api/v1/jobs/{job.id}/files/file", params={"download": 1})
    assert saved.headers["content-disposition"].startswith("attachment; ")
    assert saved.headers["x-content-type-options"] == "nosniff"


def test_a_page_among_the_results_is_saved_and_never_runs(tried: Tried) -> None:
    tried.make("sculpt", text="an old man", output=".html")
    job = tried.finish({"file": ("result.html", b"<script>alert(1)</script>")})
    headers = tried.client.get(f"/api/v1/jobs/{job.id}/files/file").headers
    assert headers["content-disposition"].startswith("attachment; ")
    assert "sandbox" in headers["content-security-policy"]
    assert "script-src" not in headers["content-security-policy"]


def test_a_role_that_is_none_finds_nothing(tried: Tried, url: str) -> None:
    for role in ("%2e%2e", "%2e%2e%2fsecret", "..%5csecret", "FILE", "other", "file%00", "a" * 41):
        answer = tried.client.get(f"{url.removesuffix('/file')}/{role}")
        assert answer.status_code in (400, 404, 422), role
        assert CONTENT not in answer.content


def test_a_name_in_the_database_cannot_leave_the_folder(tried: Tried) -> None:
    tried.make()
    (tried.settings.folder / "results").mkdir()
    (tried.settings.folder / "results" / "secret.txt").write_text("secret")
    job = tried.finish({"file": ("../secret.txt", b"secret")})
    assert tried.client.get(f"/api/v1/jobs/{job.id}/files/file").status_code == 404


def test_a_file_that_was_removed_is_not_found(tried: Tried, url: str) -> None:
    job = url.split("/")[4]
    (result_folder(tried.settings.folder, job) / "result.mp4").unlink()
    assert tried.client.get(url).status_code == 404
    assert "file" not in tried.client.get(f"/api/v1/jobs/{job}").json()["files"]


def test_each_file_of_a_page_of_results_is_looked_at_once(tried: Tried, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(2):
        tried.make()
        tried.finish({"file": ("result.mp4", b"12"), "thumb": ("thumb.webp", b"1"), "clip": ("clip.mp4", b"123")})
    looks: list[str] = []
    stat = Path.stat

    def counted(path: Path, *, follow_symlinks: bool = True) -> os.stat_result:
        looks.extend([path.name] if "results" in path.parts else [])
        return stat(path, follow_symlinks=follow_symlinks)

    monkeypatch.setattr(Path, "stat", counted)
    shown = tried.client.get("/api/v1/jobs").json()["jobs"]
    assert [{role: one["bytes"] for role, one in job["files"].items()} for job in shown] == [
        {"file": 2, "thumb": 1, "clip": 3}
    ] * 2
    assert sorted(looks) == sorted(["result.mp4", "thumb.webp", "clip.mp4"] * 2)


def test_the_newest_preview_is_shown_while_it_is_made(tried: Tried) -> None:
    db, job_id = tried.studio.db, tried.make()["id"]
    worker = register(db)
    job = claim(db, worker)
    assert job is not None
    assert tried.client.get(f"/api/v1/jobs/{job_id}/preview").status_code == 404
    folder = work_folder(tried.settings.folder, job_id, job.attempt)
    folder.mkdir(parents=True)
    for number in (1, 2):
        (folder / f"preview-{number:05d}.jpg").write_bytes(b"\xff\xd8" + bytes([number]))
    report(db, job_id, worker, job.attempt, "frames", 10, 40, "frames", 5.0, preview=2)
    shown = tried.client.get(f"/api/v1/jobs/{job_id}").json()
    assert shown["preview"] == f"/api/v1/jobs/{job_id}/preview?n=2"
    assert shown["progress"] == {
        "stage": "frames", "done": 10, "total": 40, "unit": "frames", "rate": 5.0, "fraction": 0.25,
    }  # fmt: skip
    newest = tried.client.get(shown["preview"])
    assert (newest.content[-1], newest.headers["content-type"]) == (2, "image/jpeg")
    assert tried.client.get(f"/api/v1/jobs/{job_id}/preview", params={"n": 1}).content[-1] == 1
    assert tried.client.get(f"/api/v1/jobs/{job_id}/preview", params={"n": 0}).status_code == 422
    (folder / "preview-00002.jpg").unlink()
    gone = tried.client.get(shown["preview"])
    assert (gone.status_code, gone.content) == (204, b""), "the result came before the frame: no error in the page"


@pytest.mark.parametrize(
    "asked", ["x", "bytes=5-2", "bytes=", "bytes=-", "bytes=0-" + "9" * 5000, "lines=1-2", "bytes=a-b"]
)
def test_a_range_that_is_none_counts_as_not_given(tried: Tried, asked: str) -> None:
    tried.make()
    job = tried.finish({"file": ("result.gif", b"0123456789")})
    answer = tried.client.get(f"/api/v1/jobs/{job.id}/files/file", headers={"Range": asked})
    assert (answer.status_code, answer.content) == (200, b"0123456789")


def test_thousands_of_ranges_send_no_more_than_the_file(tried: Tried) -> None:
    tried.make()
    job = tried.finish({"file": ("result.gif", b"0123456789")})
    for asked in ("0-," * 3000 + "0-", ",".join(f"{number % 9}-{number % 9}" for number in range(3000))):
        answer = tried.client.get(f"/api/v1/jobs/{job.id}/files/file", headers={"Range": f"bytes={asked}"})
        assert answer.status_code in (200, 206)
        assert len(answer.content) < 2000
