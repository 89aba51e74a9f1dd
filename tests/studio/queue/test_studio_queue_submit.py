"""Submission: order, bounds and quotas, idempotency keys, files in use."""

from __future__ import annotations

import threading
import time

import pytest
from jobs_making import a_job, fill, with_limits
from sqlalchemy import func, select

from mien.studio.database.engine import Database
from mien.studio.database.tables import File, Job, User
from mien.studio.queue.claim import claim, finish
from mien.studio.queue.control import cancel
from mien.studio.queue.errors import KeyReusedError, MissingFileError, QueueError, QueueFullError, TooMuchWorkError
from mien.studio.queue.submit import bytes_of, seconds_reserved, seconds_today
from mien.studio.queue.workers import register
from mien.studio.settings import Limits, Settings

DAY = 86_400.0


def _people(settings: Settings, **limits: float) -> Settings:
    return settings.model_copy(update={"users": True, "limits": Limits(**limits)})


def test_jobs_wait_in_the_order_of_their_submission(either_db: Database, either_settings: Settings) -> None:
    jobs = [a_job(either_db, either_settings) for _ in range(5)]
    worker = register(either_db)
    claimed = [claim(either_db, worker) for _ in range(5)]
    assert [job.id for job in claimed if job is not None] == [job.id for job in jobs]
    assert claim(either_db, worker) is None


def test_a_key_gives_the_same_job_however_often_and_however_many_at_once(
    either_db: Database, either_settings: Settings
) -> None:
    ids: list[str] = []

    def submit_once() -> None:
        ids.append(a_job(either_db, either_settings, key="k1").id)

    threads = [threading.Thread(target=submit_once) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(ids) == 8
    assert len(set(ids)) == 1
    assert a_job(either_db, either_settings, key="k2").id != ids[0]
    assert a_job(either_db, either_settings, owner="other", key="k1").id != ids[0]
    with either_db.session() as session:
        assert session.scalar(select(func.count()).select_from(Job)) == 3


def test_a_key_of_another_request_is_refused(db: Database, settings: Settings) -> None:
    a_job(db, settings, text="a red circle", key="k1")
    with pytest.raises(KeyReusedError, match="new key"):
        a_job(db, settings, text="a blue circle", key="k1")


@pytest.mark.parametrize("key", ["", "a\0b", "\ud800", "k" * 201])
def test_a_key_that_cannot_be_kept_is_refused(db: Database, settings: Settings, key: str) -> None:
    with pytest.raises(QueueError, match="1 to 200 printable characters"):
        a_job(db, settings, key=key)


def test_a_key_outlives_the_bound_of_the_queue(db: Database, settings: Settings) -> None:
    full = with_limits(settings, waiting=1)
    job = a_job(db, full, key="k1")
    assert a_job(db, full, key="k1").id == job.id


def test_the_queue_takes_a_bounded_number_of_all_and_of_each(either_db: Database, either_settings: Settings) -> None:
    bounded = _people(either_settings, waiting=5, waiting_each=3)
    jobs = [a_job(either_db, bounded, owner="a") for _ in range(3)]
    with pytest.raises(QueueFullError, match="of your jobs are waiting") as caught:
        a_job(either_db, bounded, owner="a")
    assert caught.value.retry_after > 0
    a_job(either_db, bounded, owner="b")
    a_job(either_db, bounded, owner="b")
    with pytest.raises(QueueFullError, match="5 jobs are waiting"):
        a_job(either_db, bounded, owner="c")
    cancel(either_db, jobs[0].id)
    a_job(either_db, bounded, owner="a")


def test_the_bound_holds_for_many_at_once(either_db: Database, either_settings: Settings) -> None:
    bounded = with_limits(either_settings, waiting=5)
    refused: list[QueueFullError] = []

    def submit_some() -> None:
        for _ in range(4):
            try:
                a_job(either_db, bounded)
            except QueueFullError as error:
                refused.append(error)

    threads = [threading.Thread(target=submit_some) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with either_db.session() as session:
        positions = list(session.scalars(select(Job.position)))
    assert len(positions) == len(set(positions)) == 5
    assert len(refused) == 15


def test_without_accounts_nobody_has_a_quota_of_seconds_or_bytes(db: Database, settings: Settings) -> None:
    small = with_limits(settings, seconds_each_day=1, bytes_each=1, waiting_each=1)
    fill(db, 3, bytes=1_000_000)
    a_job(db, small, amount=1000.0)
    a_job(db, small, amount=1000.0)


def test_seconds_of_today_count_with_running_and_waiting_jobs(db: Database, settings: Settings) -> None:
    people = _people(settings, seconds_each_day=100)
    noon = time.time() - time.time() % DAY + DAY / 2
    fill(db, 1, owner="a", started=noon, ended=noon + 30)
    fill(db, 1, owner="a", started=noon - DAY, ended=noon - DAY + 1000)  # yesterday
    fill(db, 1, owner="a", started=noon - DAY / 2 - 10, ended=noon - DAY / 2 + 5)  # over midnight: 5 s are today's
    fill(db, 1, owner="b", started=noon, ended=noon + 90)
    fill(db, 1, owner="a", state="running", started=noon, ended=None)
    with db.session() as session:
        assert seconds_today(session, "a", noon + 40) == pytest.approx(30 + 5 + 40)
        assert seconds_today(session, "b", noon + 40) == pytest.approx(90)
    db_rate_jobs = fill(db, 21, owner="c", system="sculpt", started=noon - 2 * DAY, ended=noon - 2 * DAY + 10)
    assert len(db_rate_jobs) == 21  # 10 s for each head, measured
    a_job(db, people, owner="d", system="sculpt", amount=6.0)
    with db.session() as session:
        assert seconds_reserved(session, "d") == pytest.approx(60.0)
    with pytest.raises(TooMuchWorkError, match=r"about 50 s .* 60 s of your 100 s .* after midnight") as caught:
        a_job(db, people, owner="d", system="sculpt", amount=5.0)
    assert caught.value.retry_after is not None
    assert 0 < caught.value.retry_after <= DAY
    a_job(db, people, owner="d", system="sculpt", amount=4.0)


def test_bytes_of_results_and_uploads_are_bounded(db: Database, settings: Settings) -> None:
    people = _people(settings, bytes_each=3_000_000)
    fill(db, 2, owner="a", bytes=1_000_000)
    a_job(db, people, owner="a")
    with db.write() as session:
        session.add(_file("a", bytes=1_000_000))
    with db.session() as session:
        assert bytes_of(session, "a") == 3_000_000
        assert bytes_of(session, "b") == 0
    with pytest.raises(TooMuchWorkError, match="you keep 3 MB, and 3 MB is your limit") as caught:
        a_job(db, people, owner="a")
    assert caught.value.retry_after is None
    a_job(db, people, owner="b")


def test_limits_of_an_account_come_before_those_of_the_studio(db: Database, settings: Settings) -> None:
    people = _people(settings, waiting_each=1, seconds_each_day=5)
    with db.write() as session:
        session.add(User(id="a", name="ann", password="", waiting=2, seconds_each_day=1e6))
    a_job(db, people, owner="a", amount=50.0)
    a_job(db, people, owner="a", amount=50.0)
    with pytest.raises(QueueFullError, match="2 of your jobs"):
        a_job(db, people, owner="a", amount=50.0)
    with pytest.raises(TooMuchWorkError):
        a_job(db, people, owner="b", amount=50.0)


def test_files_of_a_job_are_marked_as_used_and_must_be_there(db: Database, settings: Settings) -> None:
    mine, other = _file("a"), _file("b")
    with db.write() as session:
        session.add_all([mine, other])
    a_job(db, settings, owner="a", request={"image": f"file:{mine.id}"})
    with db.session() as session:
        assert session.get_one(File, mine.id).used is not None
    for gone in (other.id, "0" * 32):
        with pytest.raises(MissingFileError, match=r"image .* upload it again") as caught:
            a_job(db, settings, owner="a", request={"image": f"file:{gone}"})
        assert caught.value.field == "image"
    with db.session() as session:
        assert session.get_one(File, other.id).used is None


def test_any_text_is_kept(either_db: Database, either_settings: Settings) -> None:
    odd = "a\0b \ud800 " + "ả" * 400
    job = a_job(either_db, either_settings, text=odd)
    worker = register(either_db)
    assert claim(either_db, worker) is not None
    assert finish(either_db, job.id, worker, 1, "failed", reason=odd, notes=[odd])
    with either_db.session() as session:
        kept = session.get_one(Job, job.id)
    assert kept.title.startswith("ab ? ả")
    assert len(kept.title) == 300
    assert kept.request["text"] == [odd]


def _file(owner: str, **values: int) -> File:
    given = {"bytes": 1000, **values}
    return File(owner=owner, name="a.png", kind="picture", suffix=".png", media_type="image/png", sha256="", **given)
