"""Places, expected times from measured rates, events, and queries that use indexes with 10,000 jobs."""

from __future__ import annotations

import time

import pytest
from jobs_making import a_job, fill
from plans_making import statements_on, whole_reads
from sqlalchemy import text, update

from mien.studio.database.engine import Database
from mien.studio.database.tables import Event, Job
from mien.studio.queue.claim import claim, finish, held, reap, report
from mien.studio.queue.control import cancel, cancel_all, job_of, move, pause, redo
from mien.studio.queue.events import KEPT_EVENTS, after, emit, latest_id, oldest_id, trim
from mien.studio.queue.rates import DEFAULTS
from mien.studio.queue.view import expected, place_of, places, queue_state
from mien.studio.queue.workers import register, retire, seen
from mien.studio.settings import Limits, Settings


def _done(db: Database, count: int, seconds: float, amount: float = 1.0, cold: bool = False) -> None:
    now = time.time() - 1000.0
    fill(db, count, started=now, ended=now + seconds, amount=amount, facts={"cold": cold})


def test_places_are_counted_over_everyone(db: Database, settings: Settings) -> None:
    jobs = [a_job(db, settings, owner=owner) for owner in ("ann", "bob", "ann")]
    found = places(db, jobs)
    assert [(found[job.id].number, found[job.id].of) for job in jobs] == [(1, 3), (2, 3), (3, 3)]
    worker = register(db)
    claim(db, worker)
    assert place_of(db, jobs[2]) is not None
    found = places(db, [job_of(db, job.id, None) for job in jobs])
    assert [(found[job.id].number, found[job.id].of) for job in jobs] == [(0, 2), (1, 2), (2, 2)]
    finish(db, jobs[0].id, worker, 1, "done")
    assert place_of(db, job_of(db, jobs[0].id, None)) is None


def test_nothing_is_expected_while_nothing_works(db: Database, settings: Settings) -> None:
    job = a_job(db, settings)
    assert places(db, [job])[job.id].expected_seconds is None
    register(db)
    assert places(db, [job])[job.id].expected_seconds is not None
    pause(db, True)
    assert places(db, [job])[job.id].expected_seconds is None


def test_times_add_up_and_are_shared_by_the_workers(db: Database, settings: Settings) -> None:
    _done(db, 5, seconds=10.0)
    jobs = [a_job(db, settings, amount=amount) for amount in (1.0, 2.0, 3.0)]
    one = register(db)
    seen(db, one, ["shapes"])

    def expect() -> list[float]:
        return [place.expected_seconds or 0.0 for place in places(db, jobs).values()]

    assert expect() == pytest.approx([10.0, 30.0, 60.0])
    register(db)
    assert expect() == pytest.approx([10.0, 20.0, 40.0])


def test_rates_are_medians_and_cold_runs_count_apart(db: Database) -> None:
    assert expected(db, "shapes", 4.0, warm=True) == pytest.approx(4.0 * DEFAULTS["shapes"].seconds)
    assert expected(db, "toy", 4.0, warm=False) > expected(db, "toy", 4.0, warm=True) > 0.0
    _done(db, 3, seconds=4.0, amount=2.0)
    _done(db, 1, seconds=1000.0)
    _done(db, 3, seconds=9.0, amount=2.0, cold=True)
    assert expected(db, "shapes", 10.0, warm=True) == pytest.approx(20.0)
    assert expected(db, "shapes", 10.0, warm=False) == pytest.approx(25.0)


def test_only_the_last_jobs_are_measured(db: Database) -> None:
    old = time.time() - 100_000.0
    fill(db, 100, started=old, ended=old + 1000.0)
    _done(db, 20, seconds=2.0)
    assert expected(db, "shapes", 1.0, warm=True) == pytest.approx(2.0)


def test_a_running_job_ends_as_usual_or_as_its_progress_says(db: Database, settings: Settings) -> None:
    _done(db, 5, seconds=10.0)
    job = a_job(db, settings, amount=10.0)
    worker = register(db)
    claim(db, worker)

    def left() -> float:
        place = place_of(db, job_of(db, job.id, None))
        assert place is not None
        return place.expected_seconds or 0.0

    assert 90.0 < left() <= 100.0
    report(db, job.id, worker, 1, "frames", 10, 1010, "frames", rate=2.0)
    assert left() == pytest.approx(500.0)
    report(db, job.id, worker, 1, "frames", 0, 1010, "frames", rate=0.0)
    assert 90.0 < left() <= 100.0
    with db.write() as session:
        session.execute(update(Job).where(Job.id == job.id).values(started=time.time() - 5000.0))
    assert left() >= 1.0


def test_a_long_job_is_not_expected_by_what_short_ones_take_to_begin(db: Database) -> None:
    # recorded of short talks: 2 seconds of speech, 8 to find the face and to write the files, 2.4 for the frames
    now = time.time() - 1000.0
    fill(db, 5, started=now, ended=now + 10.4, amount=2.0, facts={"cold": False, "steps_seconds": 2.4})
    fill(db, 3, started=now, ended=now + 30.4, amount=2.0, facts={"cold": True, "steps_seconds": 2.4})
    assert expected(db, "shapes", 120.0, warm=True) == pytest.approx(8.0 + 120 * 1.2)
    assert expected(db, "shapes", 120.0, warm=False) == pytest.approx(8.0 + 120 * 1.2 + 20.0)
    assert expected(db, "shapes", 2.0, warm=True) == pytest.approx(10.4)


def test_the_maker_s_own_stage_knows_better_than_earlier_jobs(db: Database, settings: Settings) -> None:
    _done(db, 5, seconds=10.0)
    job = a_job(db, settings, amount=60.0)
    worker = register(db)
    claim(db, worker)
    report(db, job.id, worker, 1, "shapes", 100, 1000, "frames", rate=9.0)
    place = place_of(db, job_of(db, job.id, None))
    assert place is not None
    assert place.expected_seconds == pytest.approx(100.0), "not the 600 of its size"


def test_the_state_of_the_queue(db: Database, settings: Settings) -> None:
    for _ in range(3):
        a_job(db, settings)
    claim(db, register(db))
    pause(db, True)
    state = queue_state(db)
    assert (state.waiting, state.running, state.paused, state.workers) == (2, 1, True, 1)


def test_events_come_in_order_to_those_they_concern(either_db: Database, either_settings: Settings) -> None:
    assert latest_id(either_db) == oldest_id(either_db) == 0
    mine = a_job(either_db, either_settings, owner="ann")
    a_job(either_db, either_settings, owner="bob")
    worker = register(either_db)
    claim(either_db, worker)
    report(either_db, mine.id, worker, 1, "frames", 1, 2)
    report(either_db, mine.id, worker, 1, "frames", 2, 2, preview=1)
    finish(either_db, mine.id, worker, 1, "done")
    found = after(either_db, 0, "ann")
    assert [one.kind for one in found] == ["queued", "queue", "started", "queue", "progress", "preview", "ended"]
    assert [one.id for one in found] == sorted(one.id for one in found)
    assert after(either_db, found[-1].id) == []
    assert [one.id for one in after(either_db, found[1].id, "ann", most=2)] == [one.id for one in found[2:4]]
    assert len(after(either_db, 0)) == 8
    assert latest_id(either_db) == after(either_db, 0)[-1].id


def test_the_refusal_of_a_late_worker_is_no_event(db: Database, settings: Settings) -> None:
    job = a_job(db, settings)
    last = latest_id(db)
    assert not held(db, job.id, "nobody", 1).ours
    assert not finish(db, job.id, "nobody", 1, "done")
    assert after(db, last) == []


def test_old_events_go_and_ids_are_never_used_again(either_db: Database) -> None:
    with either_db.write() as session:
        for _ in range(3):
            emit(session, None, "", "queue")
    last = latest_id(either_db)
    with either_db.write() as session:
        session.execute(update(Event).values(time=time.time() - 10_000.0))
    assert trim(either_db) == 2
    assert oldest_id(either_db) == last
    with either_db.write() as session:
        emit(session, None, "", "queue")
    assert latest_id(either_db) > last


def test_events_are_bounded_in_number(db: Database) -> None:
    with db.write() as session:
        session.add_all([Event(kind="queue"), Event(kind="queue"), Event(id=KEPT_EVENTS + 2, kind="queue")])
    assert trim(db) == 2


def _all_of_it(db: Database, settings: Settings) -> None:
    """Every query of the queue, once."""
    worker = register(db)
    first, second = (a_job(db, settings, owner="ann", key=f"k{number}") for number in range(2))
    a_job(db, settings, owner="ann", key="k0")
    move(db, second.id, "ann", "first")
    places(db, [first, second])
    queue_state(db)
    claim(db, worker)
    report(db, second.id, worker, 1, "frames", 1, 2)
    reap(db)
    finish(db, second.id, worker, 1, "done")
    cancel(db, first.id, "ann")
    cancel_all(db, "ann")
    redo(db, settings, second.id)


def test_no_query_of_the_queue_reads_all_of_10000_jobs(either_db: Database, either_settings: Settings) -> None:
    people = either_settings.model_copy(update={"users": True, "limits": Limits(seconds_each_day=1e6)})
    fill(either_db, 2000, owner="ann", started=time.time() - 1e6, ended=time.time() - 1e6 + 1)
    for owner in ("bob", "cat", "dan", "eve"):
        fill(either_db, 2000, owner=owner, system="talk", started=time.time() - 1e6, ended=time.time() - 1e6 + 1)
    with either_db.write() as session:
        session.execute(text("ANALYZE"))
    with statements_on(either_db, "jobs") as statements:
        _all_of_it(either_db, people)
    assert len(statements) > 20
    assert whole_reads(either_db, "jobs", statements) == []


def test_what_waits_and_runs_is_found_by_the_index_of_the_queue(db: Database, settings: Settings) -> None:
    people = settings.model_copy(update={"users": True})
    with statements_on(db, "jobs") as statements:
        _all_of_it(db, people)
    open_jobs = [
        (one, given) for one, given in statements if one.startswith("SELECT") and {*given} & {"waiting", "running"}
    ]
    by_id = [one for one, _ in open_jobs if "jobs.id = " in one]
    assert len(open_jobs) - len(by_id) > 15
    with db.engine.connect() as connection:
        for statement, given in open_jobs:
            plan = [str(row[-1]) for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", given)]
            index = "sqlite_autoindex_jobs_1" if statement in by_id else "jobs_queue"
            assert all(f"INDEX {index} " in line for line in plan if " jobs " in line), (statement, plan)


def test_a_list_of_jobs_takes_as_many_queries_as_one(db: Database, settings: Settings) -> None:
    jobs = [a_job(db, settings) for _ in range(20)]
    counts = []
    for some in (jobs[:1], jobs):
        with statements_on(db, "jobs") as statements:
            places(db, some)
        counts.append(len(statements))
    assert counts[0] == counts[1]


def test_pages_hear_of_a_worker_that_begins_or_ends(db: Database) -> None:
    worker = register(db)
    begun = latest_id(db)
    assert [one.kind for one in after(db, 0, None)] == ["queue"]
    retire(db, worker)
    assert [one.kind for one in after(db, begun, None)] == ["queue"]
