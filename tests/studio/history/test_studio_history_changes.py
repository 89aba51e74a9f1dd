"""Star, bin, restore, removal for good."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from jobs_making import fill, with_limits

from mien.studio.database.engine import Database
from mien.studio.files.place import result_folder
from mien.studio.history import changes
from mien.studio.history.changes import days_left, empty_bin, purge, purge_old, put_in_bin, restore, star
from mien.studio.history.search import History, Search
from mien.studio.queue.errors import JobStateError, NoSuchJobError
from mien.studio.queue.events import after
from mien.studio.settings import Settings

ANNA, BOB = "a" * 32, "b" * 32


def with_results(settings: Settings, jobs: list[str]) -> None:
    for job in jobs:
        folder = result_folder(settings.folder, job)
        folder.mkdir(parents=True)
        (folder / "result.gif").write_bytes(b"GIF89a")


def shown(db: Database, owner: str = ANNA, **search: bool) -> list[str]:
    return [job.id for job in History(db).page(owner, Search(**search)).jobs]


def test_a_star_is_given_and_taken_and_told_to_the_owner_only(either_db: Database) -> None:
    job, other = fill(either_db, 2, ANNA)
    assert [one.starred for one in star(either_db, ANNA, [job])] == [True]
    assert shown(either_db, starred=True) == [job]
    assert [(one.kind, one.job) for one in after(either_db, 0, ANNA)] == [("changed", job)]
    assert after(either_db, 0, BOB) == []
    star(either_db, ANNA, [job], False)
    assert shown(either_db, starred=True) == []
    assert shown(either_db) == [other, job]


def test_the_bin_and_back(either_db: Database, either_settings: Settings) -> None:
    job, other = fill(either_db, 2, ANNA)
    with_results(either_settings, [job])
    put_in_bin(either_db, ANNA, [job])
    assert (shown(either_db), shown(either_db, bin=True)) == ([other], [job])
    first = History(either_db).find(ANNA, job)
    put_in_bin(either_db, ANNA, [job])
    second = History(either_db).find(ANNA, job)
    assert first is not None
    assert second is not None
    assert first.deleted == second.deleted, "its days began anew"
    restore(either_db, ANNA, [job])
    assert (shown(either_db), shown(either_db, bin=True)) == ([other, job], [])
    assert (result_folder(either_settings.folder, job) / "result.gif").exists()


@pytest.mark.parametrize("state", ["waiting", "running"])
def test_what_has_not_ended_cannot_be_deleted_nor_what_is_beside_it(db: Database, state: str) -> None:
    done, still = fill(db, 1, ANNA)[0], fill(db, 1, ANNA, state=state, title="a slow one")[0]
    with pytest.raises(JobStateError, match="'a slow one' has not ended yet: cancel it first"):
        put_in_bin(db, ANNA, [done, still])
    assert shown(db, bin=True) == []


def test_nobody_changes_what_is_another_persons(either_db: Database, either_settings: Settings) -> None:
    job = fill(either_db, 1, ANNA, deleted=5.0)[0]
    for change in (
        lambda: star(either_db, BOB, [job]),
        lambda: put_in_bin(either_db, BOB, [job]),
        lambda: restore(either_db, BOB, [job]),
        lambda: purge(either_db, either_settings, BOB, [job]),
    ):
        with pytest.raises(NoSuchJobError, match="no such job"):
            change()
    assert empty_bin(either_db, either_settings, BOB) == 0
    assert shown(either_db, bin=True) == [job]


def test_removal_for_good_takes_the_files_too_and_only_from_the_bin(
    either_db: Database, either_settings: Settings
) -> None:
    kept, gone = fill(either_db, 2, ANNA)
    with_results(either_settings, [kept, gone])
    with pytest.raises(JobStateError, match="not in the bin"):
        purge(either_db, either_settings, ANNA, [gone])
    put_in_bin(either_db, ANNA, [gone])
    assert purge(either_db, either_settings, ANNA, [gone]) == 1
    assert History(either_db).find(ANNA, gone) is None
    assert not result_folder(either_settings.folder, gone).exists()
    assert (result_folder(either_settings.folder, kept) / "result.gif").exists()


def test_the_bin_is_emptied_in_portions(db: Database, settings: Settings) -> None:
    jobs = fill(db, 120, ANNA, deleted=5.0)
    with_results(settings, jobs)
    others = fill(db, 3, BOB, deleted=5.0)
    kept = fill(db, 2, ANNA)
    assert empty_bin(db, settings, ANNA) == 120
    assert not any(result_folder(settings.folder, job).exists() for job in jobs)
    assert shown(db) == kept[::-1]
    assert shown(db, BOB, bin=True) == others[::-1]


def test_after_a_fault_in_between_removal_can_be_repeated(
    db: Database, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    jobs = fill(db, 3, ANNA, deleted=5.0)
    with_results(settings, jobs)
    removed, real = [], changes.remove_folder

    def fails_at_second(folder: Path) -> None:
        if removed:
            raise OSError(5, "Input/output error")
        removed.append(folder)
        real(folder)

    monkeypatch.setattr(changes, "remove_folder", fails_at_second)
    with pytest.raises(OSError, match="Input/output"):
        empty_bin(db, settings, ANNA)
    assert set(shown(db, bin=True)) == set(jobs), "a job is gone whose files are still there"
    monkeypatch.undo()
    assert empty_bin(db, settings, ANNA) == 3
    assert not any(result_folder(settings.folder, job).exists() for job in jobs)


def test_the_bin_keeps_things_for_its_days(db: Database, settings: Settings) -> None:
    now, settings = time.time(), with_limits(settings, bin_days=7)
    old = fill(db, 1, ANNA, deleted=now - 7.1 * 86_400)[0]
    young = fill(db, 1, BOB, deleted=now - 6.9 * 86_400)[0]
    fill(db, 1, ANNA, created=1.0)
    job = History(db).find(BOB, young)
    assert job is not None
    assert days_left(settings, job, now) == pytest.approx(0.1)
    assert purge_old(db, settings, now) == 1
    assert History(db).find(ANNA, old) is None
    assert shown(db, BOB, bin=True) == [young]


def test_too_many_at_once_are_refused(db: Database) -> None:
    with pytest.raises(JobStateError, match="at most 1,000"):
        star(db, "", [f"{number:032x}" for number in range(1001)])
