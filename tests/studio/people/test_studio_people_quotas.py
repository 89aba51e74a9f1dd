"""What a person uses of what they may."""

from __future__ import annotations

import time

import pytest
from accounts_making import an_account
from jobs_making import a_job, fill, with_limits

from mien.studio.database.engine import Database
from mien.studio.database.tables import File
from mien.studio.people.accounts import set_limits
from mien.studio.people.quotas import quota_of
from mien.studio.queue.errors import QueueFullError, TooMuchWorkError
from mien.studio.settings import Settings

ACCOUNTS = Settings(users=True)


def test_bytes_seconds_and_waiting_jobs_are_counted(either_db: Database) -> None:
    anna, bob, now = an_account(either_db), an_account(either_db, "bob"), time.time()
    midnight = now - now % 86_400
    fill(either_db, 2, anna.id, bytes=100, started=midnight - 50, ended=midnight + 7)
    fill(either_db, 1, anna.id, bytes=100, deleted=5.0, started=midnight - 50, ended=midnight - 7)
    fill(either_db, 1, bob.id, bytes=10**9, started=midnight, ended=midnight + 1000)
    with either_db.write() as session:
        session.add(
            File(owner=anna.id, name="a", kind="text", suffix=".txt", media_type="", bytes=11, sha256="", facts={})
        )
    quota = quota_of(either_db, ACCOUNTS, anna.id)
    assert (quota.bytes, quota.bytes_limit) == (311, 5_000_000_000)
    assert quota.seconds == pytest.approx(14.0)
    assert (quota.seconds_limit, quota.waiting, quota.waiting_limit) == (21_600.0, 0, 50)
    a_job(either_db, ACCOUNTS, anna.id)
    after = quota_of(either_db, ACCOUNTS, anna.id)
    assert after.waiting == 1
    assert after.seconds > quota.seconds, "the waiting job is expected to take no time"


def test_a_persons_own_limits_go_before_those_of_the_studio(db: Database) -> None:
    anna = an_account(db)
    set_limits(db, anna.id, 1, None, 0)
    quota = quota_of(db, ACCOUNTS, anna.id)
    assert (quota.waiting_limit, quota.seconds_limit, quota.bytes_limit) == (1, 21_600.0, 0)


def test_the_one_person_of_a_studio_without_accounts_has_no_quota_of_time_and_space(db: Database) -> None:
    quota = quota_of(db, Settings(), "")
    assert (quota.waiting_limit, quota.seconds_limit, quota.bytes_limit) == (200, None, None)


def test_what_is_too_much_is_said_with_number_and_unit(db: Database) -> None:
    anna = an_account(db)
    settings = with_limits(ACCOUNTS, waiting_each=2, seconds_each_day=7200.0, bytes_each=3_000_000)
    fill(db, 2, anna.id, state="waiting", ended=None)
    with pytest.raises(QueueFullError, match="2 of your jobs are waiting"):
        a_job(db, settings, anna.id)
    set_limits(db, anna.id, 100, None, None)
    with pytest.raises(TooMuchWorkError, match=r"your 120 min a day .* after midnight \(UTC\)"):
        a_job(db, settings, anna.id, amount=1e6)
    fill(db, 1, anna.id, bytes=4_000_000)
    with pytest.raises(TooMuchWorkError, match="you keep 4 MB, and 3 MB is your limit: delete"):
        a_job(db, settings, anna.id)
