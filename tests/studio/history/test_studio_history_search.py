"""Pages of the history."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from typing import Any

import pytest
from jobs_making import fill
from sqlalchemy import event, text

from mien.studio.database.engine import Database
from mien.studio.history.folding import fold
from mien.studio.history.search import MOST_COUNTED, CursorError, History, Search, escaped, write_cursor

ANNA = "a" * 32


def a_done_job(db: Database, words: str = "", owner: str = "", **values: object) -> str:
    """A job that has ended; its words are folded as those of a submission are."""
    return fill(db, 1, owner, words=fold(words), **values)[0]


def found(db: Database, owner: str = "", **search: object) -> list[str]:
    return [job.id for job in History(db).page(owner, Search(**search), most=100).jobs]  # type: ignore[arg-type]


def all_pages(db: Database, search: Search, most: int) -> list[list[str]]:
    pages, cursor = [], None
    while True:
        page = History(db).page("", search, cursor, most)
        pages.append([job.id for job in page.jobs])
        if page.next is None:
            return pages
        cursor = page.next


def chained(pages: list[list[str]]) -> list[str]:
    return [job for page in pages for job in page]


def test_pages_hold_every_job_once_the_newest_first(either_db: Database) -> None:
    ids = fill(either_db, 50)
    pages = all_pages(either_db, Search(), 7)
    assert [len(page) for page in pages] == [7] * 7 + [1]
    assert chained(pages) == ids[::-1]


def test_jobs_of_the_same_moment_are_each_on_one_page(either_db: Database) -> None:
    ids = fill(either_db, 20, created=1_700_000_000.123456789)
    assert chained(all_pages(either_db, Search(), 3)) == sorted(ids, reverse=True)
    binned = fill(either_db, 20, created=1_700_000_000.1, deleted=1_700_000_001.7)
    assert chained(all_pages(either_db, Search(bin=True), 3)) == sorted(binned, reverse=True)


def test_a_job_that_comes_between_two_pages_moves_nothing(db: Database) -> None:
    ids = fill(db, 10)
    first = History(db).page("", most=4)
    fill(db, 3, created=4e9)
    second = History(db).page("", cursor=first.next, most=4)
    assert [job.id for job in (*first.jobs, *second.jobs)] == ids[:1:-1]


def test_the_last_page_has_no_next_one(db: Database) -> None:
    fill(db, 4)
    assert History(db).page("", most=4).next is None
    assert History(db).page("", most=3).next is not None
    assert History(db).page(ANNA).jobs == []


def test_every_word_must_occur_in_any_order(either_db: Database) -> None:
    one = a_done_job(either_db, "An old man with a grey beard")
    other = a_done_job(either_db, "A young man without a beard")
    assert set(found(either_db, words="beard MAN")) == {one, other}
    assert found(either_db, words="beard grey") == [one]
    assert found(either_db, words="grey young") == []
    assert found(either_db, words="  ") == [other, one]


def test_accents_are_folded_both_ways(either_db: Database) -> None:
    with_accents = a_done_job(either_db, "Đường phố Hà Nội, ngày đẹp trời")
    without = a_done_job(either_db, "duong pho ha noi, ngay dep troi")
    for words in ("đường nội", "duong NOI", "ĐƯỜNG", unicodedata.normalize("NFD", "đẹp trời"), "đep"):
        assert set(found(either_db, words=words)) == {with_accents, without}, words


def test_signs_of_like_stand_for_themselves(either_db: Database) -> None:
    percent, under, back = (a_done_job(either_db, words) for words in ("100% sure", "snake_case", "back\\slash"))
    plain = a_done_job(either_db, "1000 sure snakescase")
    assert found(either_db, words="100%") == [percent]
    assert found(either_db, words="e_c") == [under]
    assert found(either_db, words="k\\s") == [back]
    assert plain not in found(either_db, words="%")
    assert escaped("a\\%_") == "a\\\\\\%\\_"


@pytest.mark.parametrize("words", ["\0", "\ud800", "'; DROP TABLE jobs; --", '"', "x" * 100_000, "a " * 10_000])
def test_no_words_break_the_search(either_db: Database, words: str) -> None:
    a_done_job(either_db, "something")
    found(either_db, words=words)
    assert len(found(either_db)) == 1


def test_filters_of_system_state_and_star(either_db: Database) -> None:
    talk = a_done_job(either_db, system="talk")
    failed = a_done_job(either_db, state="failed")
    starred = a_done_job(either_db, starred=True)
    waiting = a_done_job(either_db, state="waiting")
    assert found(either_db, system="talk") == [talk]
    assert found(either_db, state="failed") == [failed]
    assert found(either_db, starred=True) == [starred]
    assert found(either_db, state="waiting") == [waiting]
    assert set(found(either_db, state="ended")) == {talk, failed, starred}
    assert set(found(either_db)) == {talk, failed, starred, waiting}


def test_a_day_is_that_of_the_readers_clock(either_db: Database) -> None:
    def at(hour: int, minute: int) -> float:
        return datetime(2026, 11, 29, hour, minute, tzinfo=UTC).timestamp()

    late, early = a_done_job(either_db, created=at(17, 30)), a_done_job(either_db, created=at(16, 30))
    assert found(either_db, day=date(2026, 11, 29)) == [late, early]
    # in Hanoi (UTC+7) the day after has begun at 17:00 UTC
    assert found(either_db, day=date(2026, 11, 30), zone=420) == [late]
    assert found(either_db, day=date(2026, 11, 29), zone=420) == [early]
    assert found(either_db, day=date(1, 1, 1), zone=-(10**9)) == []
    assert found(either_db, day=date(9999, 12, 31), zone=10**9) == []


def test_a_persons_jobs_are_seen_by_nobody_else(either_db: Database) -> None:
    hers = a_done_job(either_db, "secret", owner=ANNA)
    history = History(either_db)
    assert found(either_db, words="secret") == []
    assert history.find("", hers) is None
    assert history.several("", [hers]) == []
    assert history.count("") == 0
    own = history.find(ANNA, hers)
    assert own is not None
    assert own.id == hers
    assert [job.id for job in history.several(ANNA, ["x", hers, hers, "\0"])] == [hers]
    assert history.find(ANNA, "../" + hers) is None


@pytest.mark.parametrize(
    "cursor",
    [
        "x", "é", "\0", "AAAA", "=" * 50, "W10", "[1,2]", "[" * 100_000,
        write_cursor([1.0, 2.0, "a"]), write_cursor(["a", "a"]), write_cursor([1.0, 2]),
        write_cursor([float("nan"), "a"]), write_cursor([1e300, "a"]), write_cursor([1.0, "a\0"]),
        write_cursor([None, "a"]), write_cursor([True, "a"]),
    ],
)  # fmt: skip
def test_a_cursor_that_no_page_gave_is_refused(db: Database, cursor: str) -> None:
    with pytest.raises(CursorError, match="start from the first one"):
        History(db).page("", cursor=cursor)


def test_a_total_is_counted_to_a_thousand(db: Database) -> None:
    fill(db, MOST_COUNTED + 5)
    assert History(db).count("") == MOST_COUNTED
    assert History(db).count("", Search(words="circle 1000")) == 1


@contextmanager
def statements_of(db: Database) -> Iterator[list[tuple[str, Any]]]:
    """The statements that are sent, with their parameters."""
    found: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, _context: Any, _many: bool) -> None:
        found.append((statement, parameters))

    event.listen(db.engine, "before_cursor_execute", note)
    yield found
    event.remove(db.engine, "before_cursor_execute", note)


SEARCHES = [
    Search(), Search(bin=True), Search(words="circle"), Search(system="shapes"), Search(state="done"),
    Search(state="ended"), Search(day=date(2020, 1, 1)),
]  # fmt: skip


def test_a_late_page_of_ten_thousand_reads_by_index_and_sorts_nothing(either_db: Database) -> None:
    sqlite = either_db.dialect == "sqlite"
    fill(either_db, 10_000)
    fill(either_db, 1_000, deleted=5.0)
    if not sqlite:
        with either_db.write() as session:
            session.execute(text("ANALYZE jobs"))
    for search in SEARCHES:
        first = History(either_db).page("", search)
        with statements_of(either_db) as statements:
            assert len(History(either_db).page("", search, first.next).jobs) == (0 if search.day else 24)
        statement, parameters = next(one for one in statements if one[0].startswith("SELECT"))
        explain = "EXPLAIN QUERY PLAN" if sqlite else "EXPLAIN"
        with either_db.engine.connect() as connection:
            plan = [str(row[-1]) for row in connection.exec_driver_sql(f"{explain} {statement}", parameters)]
        assert any("jobs_" in line and "index" in line.lower() for line in plan), (search, plan)
        slow = ("TEMP B-TREE", "Sort ", "Seq Scan", "SCAN jobs")
        assert not any(word in line for line in plan for word in slow), (search, plan)


def test_folding_is_stable() -> None:
    for words in ("Đẹp", "STRASSE ß", "İstanbul", "ﬁne", "Ærø", "a\u00a0b\tc\n"):
        assert fold(fold(words)) == fold(words)
    assert fold("Đẹp  QUÁ\n") == "dep qua"
