"""Jobs by the API: from a request to a result, what is refused and how, and who may see what."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from api_making import Tried, served
from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError

from mien.makers.systems import SYSTEMS
from mien.studio.database.engine import Database
from mien.studio.database.tables import Job

UNKNOWN = "0" * 32


def refused(tried: Tried, command: str, status: int = 422, **values: object) -> str:
    answer = tried.client.post(f"/api/v1/{command}", json=values)
    assert answer.status_code == status, answer.text
    found = answer.json()
    assert set(found) == {"error", "field"}
    assert "\n" not in found["error"]
    return f"{found['field']}: {found['error']}"


def test_a_request_waits_and_can_be_followed(tried: Tried) -> None:
    answer = tried.client.post("/api/v1/shapes", json={"text": ["a red circle", "a blue square"], "copies": 2})
    assert answer.status_code == 202
    job = answer.json()
    assert answer.headers["location"] == f"/api/v1/jobs/{job['id']}"
    assert job["state"] == "waiting"
    assert job["position"] == {"number": 1, "of": 1}
    assert job["title"] == "a red circle · a blue square"
    assert job["request"] == {"text": ["a red circle", "a blue square"], "copies": 2}
    assert job["output"] == ".gif"
    assert tried.client.get(answer.headers["location"]).json() == job
    with tried.studio.db.session() as session:
        assert session.scalar(select(Job.amount)) == 4.0


def test_an_accepted_job_wakes_a_worker(tried: Tried) -> None:
    job = tried.make()
    assert tried.studio.wakeups.wait(1.0) == job["id"]


def test_every_maker_has_its_own_body_in_the_documentation(shared: Tried) -> None:
    described = shared.client.get("/api/openapi.json").json()
    assert described["openapi"].startswith("3.1")
    for command, system in SYSTEMS.items():
        body = described["paths"][f"/api/v1/{command}"]["post"]["requestBody"]["content"]["application/json"]
        schema = described["components"]["schemas"][body["schema"]["$ref"].rpartition("/")[2]]
        assert schema["properties"]["output"]["default"] == system.outputs[0].suffix
        assert body["examples"], command


def test_the_same_key_gives_the_same_job(tried: Tried) -> None:
    headers = {"Idempotency-Key": "one"}
    first = tried.client.post("/api/v1/shapes", json={"text": ["a star"]}, headers=headers).json()
    again = tried.client.post("/api/v1/shapes", json={"text": ["a star"]}, headers=headers)
    assert (again.status_code, again.json()["id"]) == (202, first["id"])
    other = tried.client.post("/api/v1/shapes", json={"text": ["a circle"]}, headers=headers)
    assert other.status_code == 409
    with tried.studio.db.session() as session:
        assert session.scalar(select(func.count()).select_from(Job)) == 1


def test_what_cannot_be_made_is_refused_in_a_sentence(shared: Tried) -> None:
    assert "size: size must be a whole number" in refused(shared, "talk", text="Hello", size=100_000)
    assert "there is no field 'texto'" in refused(shared, "talk", texto="Hello")
    assert "output" in refused(shared, "shapes", text=["a circle"], output=".exe")
    assert "1 to 36, not 0" in refused(shared, "shapes", text=["a circle"], copies=0)
    assert "upload a file" in refused(shared, "move", text="nods", person="/etc/passwd")
    assert "file:ID" in refused(shared, "talk", text="Hello", image="../../secret.png")
    assert "lasts at most" in refused(shared, "move", text="nods", seconds=300, output=".gif")


@pytest.mark.parametrize("command", ["move", "sculpt"])
def test_makers_that_read_english_refuse_vietnamese_at_once(shared: Tried, command: str) -> None:
    said = refused(shared, command, text="một người phụ nữ gật đầu")
    assert said.startswith("text: ")
    assert "English only" in said
    assert "English only" in refused(shared, "shapes", text=["a circle", "hình tròn màu đỏ"])
    shared.make(command, text="a café owner nods and smiles")


def test_a_job_is_called_by_what_its_time_line_says(tried: Tried) -> None:
    file = tried.client.post("/api/v1/files", files={"file": ("time line", b"0: nods twice\n2: smiles\n4: end\n")})
    job = tried.make("move", script=file.json()["value"])
    assert job["title"] == "nods twice · smiles"


def test_a_time_line_in_vietnamese_is_refused_too(tried: Tried) -> None:
    file = tried.client.post("/api/v1/files", files={"file": ("a.txt", "0: nods\n2: gật đầu\n4: end\n".encode())})
    said = refused(tried, "move", script=file.json()["value"])
    assert said.startswith("script: ")
    assert "English only" in said


def test_a_file_must_be_there_and_of_the_kind_of_the_field(tried: Tried) -> None:
    picture = tried.upload("picture", "Ảnh của tôi.png", ".png")
    sound = tried.upload("sound", "hello.wav", ".wav")
    job = tried.make("talk", image=picture, text="Hello")
    assert job["request"]["image"] == picture
    said = refused(tried, "talk", image=sound, text="Hello")
    assert said == "image: hello.wav is a sound, but a picture or a video is needed here: choose another file"
    assert str(tried.settings.folder) not in said
    assert "upload it again" in refused(tried, "talk", image=f"file:{UNKNOWN}", text="Hello")


def test_texts_that_no_database_keeps_are_refused(shared: Tried) -> None:
    assert "NUL" in refused(shared, "shapes", text=["a circle\0"])
    answer = shared.client.post(
        "/api/v1/shapes", content=b'{"text": ["a \\ud800 circle"]}', headers={"Content-Type": "application/json"}
    )
    assert answer.status_code == 422
    answer = shared.client.get("/api/v1/jobs", params={"q": "a\0b"})
    assert answer.status_code == 400


@pytest.mark.parametrize(
    "content",
    [
        b"[" * 100_000,
        b'{"text":' * 50_000,
        b'{"text": "\xff\xfe"}',
        b'{"text": ["a"], "seed": ' + b"9" * 10_000 + b"}",
        b'{"text": ["a"], "seconds": 1e400}',
        b'{"text": ["a"], "seconds": NaN}',
        b'{"text": ["a"], "seed": -1}',
        b"null",
        b"[]",
        b'"text"',
        b"{",
        b"",
    ],
)
def test_a_broken_body_is_an_error_of_the_client(shared: Tried, content: bytes) -> None:
    answer = shared.client.post("/api/v1/shapes", content=content, headers={"Content-Type": "application/json"})
    assert answer.status_code in (400, 422), answer.text
    assert isinstance(answer.json()["error"], str)


def test_a_job_goes_through_its_life(tried: Tried) -> None:
    post = tried.client.post
    first, second, third = (tried.make(text=[text])["id"] for text in ("one", "two", "three"))
    assert post(f"/api/v1/jobs/{third}/move", json={"to": "first"}).json()["position"]["number"] == 1
    assert [one["id"] for one in tried.client.get("/api/v1/queue").json()["jobs"]] == [third, first, second]
    assert post(f"/api/v1/jobs/{third}/move", json={"before": second}).json()["position"]["number"] == 2
    assert post(f"/api/v1/jobs/{first}/cancel").json()["state"] == "cancelled"
    assert post(f"/api/v1/jobs/{first}/cancel").status_code == 409
    again = post(f"/api/v1/jobs/{first}/retry")
    assert (again.status_code, again.json()["origin"]) == (202, first)
    redone = post(f"/api/v1/jobs/{second}/redo", json={"seed": 7}).json()
    assert redone["request"] == {"text": ["two"], "seed": 7}
    assert post(f"/api/v1/jobs/{second}/redo", json={"seed": 2**63 - 1}).status_code == 422
    assert post("/api/v1/queue/cancel").json() == {"count": 4}
    assert tried.client.get("/api/v1/queue").json()["jobs"] == []


def test_the_queue_is_paused_and_resumed(tried: Tried) -> None:
    assert tried.client.post("/api/v1/queue/pause").json()["paused"] is True
    assert tried.client.get("/api/v1/queue").json()["paused"] is True
    assert tried.client.post("/api/v1/queue/resume").json()["paused"] is False


def test_a_full_queue_says_when_to_come_back(tmp_path: Path) -> None:
    with served(tmp_path / "studio", waiting=2) as tried:
        tried.make()
        tried.make()
        answer = tried.client.post("/api/v1/shapes", json={"text": ["a third"]})
        assert answer.status_code == 429
        assert int(answer.headers["retry-after"]) > 0


def test_history_is_searched_starred_and_emptied(tried: Tried) -> None:
    jobs = [tried.make(text=[text])["id"] for text in ("a red circle", "a blue square", "a red square")]
    for _ in jobs:
        tried.finish({"file": ("result.gif", b"GIF89a")})

    def found(**query: object) -> list[str]:
        return [one["id"] for one in tried.client.get("/api/v1/jobs", params=query).json()["jobs"]]

    assert found() == jobs[::-1]
    assert found(q="square red") == [jobs[2]]
    assert found(state="done", system="shapes") == jobs[::-1]
    assert found(system="talk") == []
    assert tried.client.post(f"/api/v1/jobs/{jobs[0]}/star").json()["starred"] is True
    assert found(starred=True) == [jobs[0]]
    page = tried.client.get("/api/v1/jobs", params={"most": 2}).json()
    assert found(most=2, cursor=page["next"]) == [jobs[0]]
    assert tried.client.post(f"/api/v1/jobs/{jobs[1]}/delete").json()["deleted"] is not None
    assert found() == [jobs[2], jobs[0]]
    assert found(bin=True) == [jobs[1]]
    tried.client.post(f"/api/v1/jobs/{jobs[1]}/restore")
    assert found() == jobs[::-1]
    assert tried.client.delete(f"/api/v1/jobs/{jobs[1]}").status_code == 409
    tried.client.post(f"/api/v1/jobs/{jobs[1]}/delete")
    assert tried.client.post("/api/v1/history/empty-bin").json() == {"count": 1}
    assert tried.client.get(f"/api/v1/jobs/{jobs[1]}").status_code == 404
    assert tried.client.get("/api/v1/jobs", params={"cursor": "nonsense"}).status_code == 422


def test_a_result_is_used_as_an_input(tried: Tried) -> None:
    tried.make("sculpt", text="an old man")
    job = tried.finish({"file": ("result.glb", b"glTF"), "person": ("person.json", b"{}")})
    shown = tried.client.get(f"/api/v1/jobs/{job.id}").json()
    assert {"maker": "move", "field": "person", "role": "person"} in shown["uses"]
    used = tried.client.post(f"/api/v1/jobs/{job.id}/use", json={"as": "move.person"}).json()
    assert used["maker"] == "move"
    moved = tried.make("move", text="nods", **used["values"])
    assert moved["request"]["person"] == used["values"]["person"]
    assert tried.client.post(f"/api/v1/jobs/{job.id}/use", json={"as": "shapes.text"}).status_code == 422
    assert tried.client.post(f"/api/v1/jobs/{job.id}/use", json={"as": "nobody.text"}).status_code == 422


@pytest.mark.parametrize("job", ["..%2f..%2fetc", "0" * 31, "G" * 32, "%00" * 4, "0" * 33, "*"])
def test_an_id_that_is_none_finds_nothing(shared: Tried, job: str) -> None:
    assert shared.client.get(f"/api/v1/jobs/{job}").status_code in (400, 404, 422)
    assert shared.client.post(f"/api/v1/jobs/{job}/cancel").status_code in (400, 404, 422)


def test_people_see_and_change_their_own_jobs_only(tmp_path: Path) -> None:
    with served(tmp_path / "studio", users=True) as tried:
        anna, ben = tried.token("anna", ["read", "make"], admin=True), tried.token("ben", ["read", "make"])
        client = tried.client
        assert client.get("/api/v1/jobs").status_code == 401
        assert client.post("/api/v1/shapes", json={"text": ["a"]}).status_code == 401
        job = client.post("/api/v1/shapes", json={"text": ["a"]}, headers=anna).json()["id"]
        assert client.get(f"/api/v1/jobs/{job}", headers=anna).status_code == 200
        for method, path, body in (
            ("GET", f"/api/v1/jobs/{job}", None), ("POST", f"/api/v1/jobs/{job}/cancel", None),
            ("POST", f"/api/v1/jobs/{job}/redo", {}), ("POST", f"/api/v1/jobs/{job}/star", None),
            ("POST", f"/api/v1/jobs/{job}/delete", None), ("DELETE", f"/api/v1/jobs/{job}", None),
            ("POST", f"/api/v1/jobs/{job}/move", {"to": "first"}), ("GET", f"/api/v1/jobs/{job}/files/file", None),
            ("GET", f"/api/v1/jobs/{job}/preview", None), ("POST", f"/api/v1/jobs/{job}/use", {"as": "talk.image"}),
        ):  # fmt: skip
            answer = client.request(method, path, json=body, headers=ben)
            assert answer.status_code == 404, (method, path, answer.text)
        assert client.get("/api/v1/jobs", headers=ben).json()["jobs"] == []
        assert client.post("/api/v1/queue/cancel", headers=ben).json() == {"count": 0}
        assert client.post("/api/v1/queue/pause", headers=ben).status_code == 403
        picture = tried.upload("picture", "mine.png", ".png", owner="f" * 32)
        answer = client.post("/api/v1/talk", json={"image": picture, "text": "Hello"}, headers=ben)
        assert answer.status_code == 422


def test_a_token_may_do_what_its_scopes_name(tmp_path: Path) -> None:
    with served(tmp_path / "studio", users=True) as tried:
        reader = tried.token("reader", ["read"])
        assert tried.client.get("/api/v1/jobs", headers=reader).status_code == 200
        answer = tried.client.post("/api/v1/shapes", json={"text": ["a"]}, headers=reader)
        assert answer.status_code == 403
        assert "'make'" in answer.json()["error"]
        assert tried.client.get("/api/v1/health").status_code == 200


def test_everything_holds_on_postgresql_too(postgres_url: str, tmp_path: Path) -> None:
    with served(tmp_path / "studio", database=postgres_url) as tried:
        test_history_is_searched_starred_and_emptied(tried)
        test_texts_that_no_database_keeps_are_refused(tried)
        test_a_job_goes_through_its_life(tried)
        job = tried.make(text=["Xin chào, a red circle 🙂"])
        assert tried.studio.wakeups.wait(5.0) is not None
        tried.finish({"file": ("result.gif", b"GIF89a")})
        assert tried.client.get(f"/api/v1/jobs/{job['id']}").json()["state"] == "done"


def test_refusals_are_said_in_the_language_of_the_page(shared: Tried) -> None:
    for values, expected in (
        ({"text": ["hình tròn màu đỏ"]}, "shapes chỉ đọc tiếng Anh"),
        ({"text": ["a circle"], "copies": 0}, "copies phải là số nguyên"),
        ({"text": ["a circle\0"]}, "ký tự NUL"),
    ):
        answer = shared.client.post("/api/v1/shapes", json=values, headers={"Accept-Language": "vi"})
        assert (answer.status_code, expected in answer.json()["error"]) == (422, True), answer.text


def test_a_database_that_fails_is_said_and_hides_its_details(tried: Tried, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OperationalError("INSERT secret", {}, sqlite3.OperationalError("database or disk is full"))

    monkeypatch.setattr(Database, "write", full)
    answer = tried.client.post("/api/v1/shapes", json={"text": ["a circle"]})
    assert answer.status_code == 503
    assert int(answer.headers["retry-after"]) > 0
    assert "secret" not in answer.text


def test_a_job_is_accepted_when_no_worker_can_be_woken(tried: Tried, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    monkeypatch.setattr(type(tried.studio.wakeups), "send", full)
    assert tried.make()["state"] == "waiting"


def test_a_nul_is_no_fault_of_the_studio_on_postgresql(postgres_url: str, tmp_path: Path) -> None:
    with served(tmp_path / "studio", database=postgres_url, users=True) as tried:
        admin = tried.token("anna", ["read", "make", "admin"], admin=True)
        for path, body in (
            ("sign-in", {"name": "a\0b", "password": "\0" * 20}),
            ("people", {"name": "b\0", "password": "a long enough pass phrase"}),
            ("shapes", {"text": ["\0"]}),
            (f"jobs/{UNKNOWN}/use", {"as": "talk.image\0"}),
        ):
            answer = tried.client.post(f"/api/v1/{path}", json=body, headers=admin)
            assert 400 <= answer.status_code < 500, (path, answer.text)
