"""Cancel, move, pause, retry and redo."""

from __future__ import annotations

import threading

import pytest
from jobs_making import a_job, with_limits
from sqlalchemy import select

from mien.studio.database.engine import Database
from mien.studio.database.tables import Job
from mien.studio.queue.claim import claim, finish
from mien.studio.queue.control import cancel, cancel_all, is_paused, job_of, move, pause, redo, retry
from mien.studio.queue.errors import JobStateError, NoSuchJobError, QueueFullError
from mien.studio.queue.events import after
from mien.studio.queue.workers import register
from mien.studio.settings import Settings


def _order(db: Database) -> list[str]:
    with db.session() as session:
        return list(session.scalars(select(Job.title).where(Job.state == "waiting").order_by(Job.position)))


def _jobs(db: Database, settings: Settings, names: str, owner: str = "") -> dict[str, str]:
    return {name: a_job(db, settings, owner=owner, text=name).id for name in names}


@pytest.mark.parametrize(
    ("name", "to", "order"),
    [
        ("c", "first", "cabd"), ("a", "first", "abcd"), ("c", "up", "acbd"), ("a", "up", "abcd"), ("b", "down", "acbd"),
        ("d", "down", "abcd"), ("a", "last", "bcda"), ("d", "last", "abcd"),
    ],
)  # fmt: skip
def test_a_job_moves_in_the_queue(db: Database, settings: Settings, name: str, to: str, order: str) -> None:
    ids = _jobs(db, settings, "abcd")
    assert move(db, ids[name], None, to).id == ids[name]
    assert _order(db) == list(order)


@pytest.mark.parametrize(("name", "to", "order"), [("d", "b", "adbc"), ("a", "c", "bacd"), ("a", "a", "abcd")])
def test_a_job_moves_before_another(
    either_db: Database, either_settings: Settings, name: str, to: str, order: str
) -> None:
    ids = _jobs(either_db, either_settings, "abcd")
    move(either_db, ids[name], "", ids[to])
    assert _order(either_db) == list(order)
    claimed = claim(either_db, register(either_db))
    assert claimed is not None
    assert claimed.title == order[0]


def test_moving_takes_no_place_from_another_person(db: Database, settings: Settings) -> None:
    a = _jobs(db, settings, "a", "ann")
    _jobs(db, settings, "x", "bob")
    b = _jobs(db, settings, "b", "ann")
    move(db, b["b"], "ann", "first")
    assert _order(db) == ["b", "x", "a"]
    with pytest.raises(NoSuchJobError):
        move(db, a["a"], "bob", "first")


def test_only_waiting_jobs_are_moved(db: Database, settings: Settings) -> None:
    ids = _jobs(db, settings, "ab")
    claim(db, register(db))
    with pytest.raises(JobStateError, match="not waiting"):
        move(db, ids["a"], None, "last")
    with pytest.raises(JobStateError, match="not one of your waiting jobs"):
        move(db, ids["b"], None, ids["a"])
    with pytest.raises(JobStateError, match="not one of your waiting jobs"):
        move(db, ids["b"], None, "sideways")


def test_reordering_while_jobs_are_claimed_loses_none(either_db: Database, either_settings: Settings) -> None:
    ids = list(_jobs(either_db, either_settings, "abcdefghijkl").values())
    claimed: list[str] = []
    errors: list[Exception] = []

    def work() -> None:
        worker = register(either_db)
        while (job := claim(either_db, worker)) is not None:
            claimed.append(job.id)
            finish(either_db, job.id, worker, job.attempt, "done")

    def reorder() -> None:
        for job_id in reversed(ids):
            try:
                move(either_db, job_id, None, "first")
            except JobStateError:
                continue
            except Exception as error:  # noqa: BLE001 - shown by the test
                errors.append(error)

    threads = [threading.Thread(target=one) for one in (work, reorder, work, reorder)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    work()
    assert errors == []
    assert sorted(claimed) == sorted(ids)


def test_a_waiting_job_is_cancelled_at_once_and_only_once(either_db: Database, either_settings: Settings) -> None:
    job = a_job(either_db, either_settings)
    cancelled = cancel(either_db, job.id)
    assert (cancelled.state, cancelled.ended is not None) == ("cancelled", True)
    assert claim(either_db, register(either_db)) is None
    with pytest.raises(JobStateError, match="has ended already"):
        cancel(either_db, job.id)


def test_cancelling_races_with_claiming_and_one_of_them_wins(either_db: Database, either_settings: Settings) -> None:
    for _ in range(10):
        job = a_job(either_db, either_settings)
        worker = register(either_db)
        claimed: list[Job | None] = []
        threads = [
            threading.Thread(target=lambda job=job: cancel(either_db, job.id)),
            threading.Thread(target=lambda worker=worker, claimed=claimed: claimed.append(claim(either_db, worker))),
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        now = job_of(either_db, job.id, None)
        if claimed == [None]:
            assert now.state == "cancelled"
        else:
            assert (now.state, now.cancel) == ("running", True)
            finish(either_db, job.id, worker, 1, "cancelled")


def test_cancel_all_leaves_other_peoples_jobs(db: Database, settings: Settings) -> None:
    ids = _jobs(db, settings, "abc", "ann")
    other = _jobs(db, settings, "x", "bob")
    claim(db, register(db))
    assert {job.id for job in cancel_all(db, "ann")} == set(ids.values())
    assert [job_of(db, job_id, "ann").state for job_id in ids.values()] == ["running", "cancelled", "cancelled"]
    assert job_of(db, ids["a"], "ann").cancel
    assert job_of(db, other["x"], "bob").state == "waiting"
    assert len(cancel_all(db, None)) == 2


@pytest.mark.parametrize("odd", ["", "nothing", "a\0b", "\ud800", "0" * 32, "0" * 10_000])
def test_no_text_is_too_odd_for_the_id_of_a_job(either_db: Database, odd: str) -> None:
    with pytest.raises(NoSuchJobError):
        cancel(either_db, odd)


def test_another_persons_job_does_not_exist(db: Database, settings: Settings) -> None:
    job = a_job(db, settings, owner="ann")
    assert job_of(db, job.id, None).id == job_of(db, job.id, "ann").id == job.id
    for act in (job_of, cancel):
        with pytest.raises(NoSuchJobError, match="no such job"):
            act(db, job.id, "bob")
        with pytest.raises(NoSuchJobError):
            act(db, "nothing", None)


def test_pause_is_kept(either_db: Database) -> None:
    assert not is_paused(either_db)
    pause(either_db, True)
    pause(either_db, True)
    assert is_paused(either_db)
    again = Database.open(either_db.url)
    assert is_paused(again)
    again.close()
    pause(either_db, False)
    assert not is_paused(either_db)


def test_a_failed_or_cancelled_job_is_tried_again_as_it_was(db: Database, settings: Settings) -> None:
    job = a_job(db, settings, owner="ann", amount=3.0, key="k")
    with pytest.raises(JobStateError, match="is waiting"):
        retry(db, settings, job.id)
    cancel(db, job.id)
    again = retry(db, settings, job.id, "ann")
    assert again.id != job.id
    assert (again.state, again.origin, again.owner, again.key) == ("waiting", job.id, "ann", None)
    assert (again.request, again.output, again.title, again.words, again.amount) == (
        job.request, job.output, job.title, job.words, 3.0,
    )  # fmt: skip
    with pytest.raises(NoSuchJobError):
        retry(db, settings, job.id, "bob")


def test_redo_takes_another_seed(db: Database, settings: Settings) -> None:
    job = a_job(db, settings)
    seeds = {redo(db, settings, job.id).request["seed"] for _ in range(5)}
    assert len(seeds | {job.request["seed"]}) == 6
    assert all(0 < seed < 2**31 for seed in seeds)
    chosen = redo(db, settings, job.id, seed=7)
    assert chosen.request == {**job.request, "seed": 7}
    assert job_of(db, job.id, None).request["seed"] == 0


def test_trying_again_keeps_the_bounds(db: Database, settings: Settings) -> None:
    bounded = with_limits(settings, waiting=1)
    job = a_job(db, bounded)
    with pytest.raises(QueueFullError):
        redo(db, bounded, job.id)


def test_pages_are_told_of_all_that_is_done(db: Database, settings: Settings) -> None:
    first, second = (a_job(db, settings, owner="ann") for _ in range(2))
    start = after(db, 0)[-1].id
    move(db, second.id, "ann", "first")
    pause(db, True)
    cancel(db, first.id, "ann")
    told = [(event.kind, event.job) for event in after(db, start, "ann")]
    assert told == [
        ("changed", second.id), ("queue", None), ("queue", None), ("ended", first.id), ("queue", None),
    ]  # fmt: skip
    assert [event.kind for event in after(db, start, "bob")] == ["queue"] * 3
