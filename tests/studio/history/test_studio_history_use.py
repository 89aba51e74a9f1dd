"""A result as an input of another maker."""

from __future__ import annotations

import errno
import os

import pytest
from jobs_making import fill

from mien.files import sha256_file
from mien.makers.forms import FILE, form_fields
from mien.makers.systems import SYSTEMS
from mien.studio.database.engine import Database
from mien.studio.database.tables import File, Job
from mien.studio.files.keeping import file_view
from mien.studio.files.place import result_folder, upload_path, upload_preview
from mien.studio.history.changes import empty_bin, put_in_bin
from mien.studio.history.search import History
from mien.studio.history.use import USES, GoneError, UseError, media_type, shown_name, use, uses
from mien.studio.settings import Settings

ANNA = "a" * 32
SCULPTED = {"file": "result.glb", "person": "person.json", "picture": "front.png", "thumb": "thumb.jpg"}


def a_result(db: Database, settings: Settings, system: str, result: dict[str, str], state: str = "done") -> Job:
    """A job of Anna's whose files hold their names."""
    facts = {"width": 64, "seconds": 2.0, "cold": True}
    job_id = fill(db, 1, ANNA, system=system, result=result, state=state, title="an old man", facts=facts)[0]
    folder = result_folder(settings.folder, job_id)
    folder.mkdir(parents=True)
    for name in result.values():
        (folder / name).write_text(name)
    job = History(db).find(ANNA, job_id)
    assert job is not None
    return job


def ways(job: Job) -> set[str]:
    return {f"{one.maker}.{one.field}={one.role}" for one in uses(job)}


def test_every_use_is_one_that_the_makers_form_accepts() -> None:
    assert set(USES) == set(SYSTEMS)
    for found in USES.values():
        for one in found:
            field = next(field for field in form_fields(SYSTEMS[one.maker]) if field.name == one.field)
            assert one.kind in field.accepts, one


def test_what_a_result_may_be_depends_on_its_files(db: Database, settings: Settings) -> None:
    assert ways(a_result(db, settings, "sculpt", SCULPTED)) == {
        "talk.person=person", "talk.image=picture", "move.person=person", "follow.look=picture", "sculpt.edit=person",
    }  # fmt: skip
    assert ways(a_result(db, settings, "move", {"file": "result.npz"})) == {"talk.motion=file"}
    assert ways(a_result(db, settings, "move", {"file": "a.mp4", "motion": "b.npz"})) == {"talk.motion=motion"}
    assert ways(a_result(db, settings, "talk", {"file": "a.mp4", "sound": "a.m4a"})) == {
        "follow.pose=file", "talk.speech=sound",
    }  # fmt: skip
    assert ways(a_result(db, settings, "talk", {"file": "a.glb"})) == set()
    assert ways(a_result(db, settings, "follow", {"file": "a.gif"})) == set()
    assert ways(a_result(db, settings, "follow", {"file": "a.mp4", "poses": "p.npz"})) == {"follow.pose=poses"}
    assert ways(a_result(db, settings, "shapes", {"file": "a.gif"})) == set()
    assert ways(a_result(db, settings, "sculpt", SCULPTED, state="failed")) == set()


def test_a_result_becomes_a_file_of_the_same_person(either_db: Database, either_settings: Settings) -> None:
    job = a_result(either_db, either_settings, "sculpt", SCULPTED)
    values, file = use(either_db, either_settings, job, "move", "person")
    assert values == {"person": f"file:{file.id}"}
    assert FILE.fullmatch(values["person"])
    path = upload_path(either_settings.folder, file.id, ".json")
    assert path.read_text() == "person.json"
    with either_db.session() as session:
        row = session.get(File, file.id)
    assert row is not None
    assert (row.owner, row.kind, row.origin, row.bytes) == (ANNA, "person", job.id, len("person.json"))
    assert (row.sha256, row.media_type) == (sha256_file(path), "application/json")
    assert row.name == "sculpt: an old man (person).json"
    assert row.facts == {"role": "person"}


def test_a_video_brings_its_measures(db: Database, settings: Settings) -> None:
    job = a_result(db, settings, "talk", {"file": "result.mp4"})
    _, file = use(db, settings, job, "follow", "pose")
    assert file.facts == {"role": "file", "width": 64, "seconds": 2.0}
    assert file.kind == "video"


def test_used_twice_it_is_the_same_file(db: Database, settings: Settings) -> None:
    job = a_result(db, settings, "sculpt", SCULPTED)
    first = use(db, settings, job, "move", "person")[1]
    assert use(db, settings, job, "talk", "person")[1].id == first.id
    assert use(db, settings, job, "talk", "image")[1].id != first.id
    upload_path(settings.folder, first.id, ".json").unlink()
    again = use(db, settings, job, "move", "person")[1]
    assert again.id != first.id
    assert upload_path(settings.folder, again.id, ".json").exists()


def test_the_history_can_be_emptied_without_taking_the_input_away(db: Database, settings: Settings) -> None:
    job = a_result(db, settings, "sculpt", SCULPTED)
    file = use(db, settings, job, "talk", "image")[1]
    put_in_bin(db, ANNA, [job.id])
    assert empty_bin(db, settings, ANNA) == 1
    assert upload_path(settings.folder, file.id, ".png").read_text() == "front.png"


def test_it_is_copied_where_there_are_no_hard_links(
    db: Database, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_paths: object) -> None:
        raise OSError(errno.EXDEV, "Invalid cross-device link")

    monkeypatch.setattr(os, "link", refuse)
    job = a_result(db, settings, "sculpt", SCULPTED)
    file = use(db, settings, job, "talk", "image")[1]
    path = upload_path(settings.folder, file.id, ".png")
    assert path.read_text() == "front.png"
    assert path.stat().st_nlink == 1


def test_what_is_no_input_is_refused_in_a_sentence(db: Database, settings: Settings) -> None:
    sculpted = a_result(db, settings, "sculpt", SCULPTED)
    with pytest.raises(UseError, match=r"cannot be talk\.speech: it may be talk\.person, talk\.image"):
        use(db, settings, sculpted, "talk", "speech")
    with pytest.raises(UseError, match="no input of any maker"):
        use(db, settings, a_result(db, settings, "shapes", {"file": "a.gif"}), "talk", "image")
    with pytest.raises(UseError, match="no result yet"):
        use(db, settings, a_result(db, settings, "sculpt", {}, "running"), "talk", "image")
    for state in ("failed", "cancelled"):  # of which no result will ever come
        with pytest.raises(UseError, match="ended without a result: try it again"):
            use(db, settings, a_result(db, settings, "sculpt", {}, state), "talk", "image")


def test_a_result_whose_files_are_gone_is_said_to_be(db: Database, settings: Settings) -> None:
    job = a_result(db, settings, "sculpt", SCULPTED)
    (result_folder(settings.folder, job.id) / "front.png").unlink()
    with pytest.raises(GoneError, match="no longer there"):
        use(db, settings, job, "talk", "image")


def test_media_types_do_not_depend_on_the_machine() -> None:
    known = {".glb": "model/gltf-binary", ".npz": "application/octet-stream", ".mp4": "video/mp4", ".png": "image/png"}
    assert {suffix: media_type(suffix) for suffix in known} == known


def test_a_name_has_one_dot_before_its_suffix(db: Database, settings: Settings) -> None:
    job = a_result(db, settings, "talk", {"file": "result.mp4"})
    for title in ("Good morning.", "Good morning...", "Good morning… "):
        job.title = title
        assert shown_name(job, "file", ".mp4") == "talk: Good morning.mp4"


def test_a_video_that_becomes_an_input_keeps_its_picture(db: Database, settings: Settings) -> None:
    job = a_result(db, settings, "talk", {"file": "result.mp4", "thumb": "thumb.jpg"})
    file = use(db, settings, job, "follow", "pose")[1]
    assert upload_preview(settings.folder, file.id).read_text() == "thumb.jpg"
    assert file_view(file)["preview"] == f"/api/v1/files/{file.id}/preview"
