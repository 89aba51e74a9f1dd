"""Indexes: a page of the history is found among 10,000 jobs without reading them all, whatever it is filtered by."""

from __future__ import annotations

from contextlib import closing
from datetime import date

import psycopg
from jobs_making import fill
from plans_making import statements_on, whole_reads
from sqlalchemy import text

from mien.studio.database.engine import Database
from mien.studio.history.search import History, Search

SEARCHES = (
    Search(), Search(words="circle"), Search(system="talk"), Search(state="failed"), Search(state="ended"),
    Search(starred=True), Search(bin=True), Search(day=date(2026, 1, 1)), Search(system="talk", state="failed"),
)  # fmt: skip


def test_every_page_of_the_history_is_found_by_an_index(either_db: Database) -> None:
    for owner in ("", "ann", "bob", "cat"):
        fill(either_db, 2500, owner=owner)
    if either_db.dialect == "postgresql":  # which collects statistics by itself; SQLite does not
        with either_db.write() as session:
            session.execute(text("ANALYZE"))
    history = History(either_db)
    with statements_on(either_db, "jobs") as statements:
        for search in SEARCHES:
            history.page("", search)
            history.count("", search)
        first = history.page("")
        history.page("", cursor=first.next)
        several = history.several("", [job.id for job in first.jobs])
    assert len(several) == 24
    assert len(statements) >= 2 * len(SEARCHES)
    assert whole_reads(either_db, "jobs", statements) == []


def test_filters_that_match_nothing_read_no_job(db: Database) -> None:
    fill(db, 10)
    history = History(db)
    wanted = {
        "jobs_words": Search(), "jobs_system": Search(system="talk"), "jobs_state": Search(state="failed"),
        "jobs_starred": Search(starred=True),
    }  # fmt: skip
    for index, search in wanted.items():
        with statements_on(db, "jobs") as statements:
            history.page("", search)
        statement, parameters = statements[0]
        with db.engine.connect() as connection:
            plan = [str(row[-1]) for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)]
        assert [line for line in plan if f"USING INDEX {index} " in line], plan
        assert not [line for line in plan if "TEMP B-TREE" in line], plan


def test_words_that_no_job_has_are_looked_for_in_the_index_alone(db: Database) -> None:
    fill(db, 10)
    history = History(db)
    with statements_on(db, "jobs") as statements:
        assert history.page("", Search(words="unicorn")).jobs == []
        assert [job.title for job in history.page("", Search(words="circle 7")).jobs] == ["7"]
        assert history.count("", Search(words="unicorn")) == 0
    looks = [one for one in statements if "LIKE" in one[0]]
    assert len(looks) == 3
    for statement, parameters in looks:
        with db.engine.connect() as connection:
            plan = [str(row[-1]) for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)]
        assert [line for line in plan if "USING COVERING INDEX jobs_words " in line], plan


def made_apart(postgres_url: str, owned: bool) -> str:
    """The address of a database for an account of its own, who owns it, or only the schema in it."""
    with psycopg.connect(postgres_url, autocommit=True) as server:
        server.execute("DROP DATABASE IF EXISTS plain")
        server.execute("DROP ROLE IF EXISTS plain")
        server.execute("CREATE ROLE plain LOGIN")
        server.execute(f"CREATE DATABASE plain OWNER {'plain' if owned else 'postgres'}")
    with psycopg.connect(postgres_url.replace("@/postgres", "@/plain"), autocommit=True) as server:
        server.execute("ALTER SCHEMA public OWNER TO plain")
    return postgres_url.replace("postgres@/postgres", "plain@/plain")


def trigram_indexes(url: str, account: str = "plain") -> int:
    """Number of the indexes of trigrams after a start of the studio."""
    with closing(Database.open(url.replace("plain@", f"{account}@"))) as db, db.engine.connect() as connection:
        found = connection.scalar(text("SELECT count(*) FROM pg_indexes WHERE indexdef LIKE '%gin_trgm_ops%'"))
    return int(found or 0)


def test_the_index_of_words_is_made_at_the_first_start_that_can_make_it(postgres_url: str) -> None:
    url = made_apart(postgres_url, owned=False)
    assert [trigram_indexes(url) for _start in range(2)] == [0, 0], "who may make no extension starts without"
    with psycopg.connect(url.replace("plain@", "postgres@"), autocommit=True) as server:
        server.execute("CREATE EXTENSION pg_trgm")
    assert [trigram_indexes(url) for _start in range(2)] == [1, 1]


def test_a_studio_starts_where_the_index_of_words_is_not_its_own_to_make(postgres_url: str) -> None:
    url = made_apart(postgres_url, owned=False)
    assert trigram_indexes(url) == 0
    with psycopg.connect(url.replace("plain@", "postgres@"), autocommit=True) as server:
        server.execute("DROP ROLE IF EXISTS guest")
        server.execute("CREATE ROLE guest LOGIN")
        server.execute("GRANT ALL ON ALL TABLES IN SCHEMA public TO guest")
        server.execute("CREATE SCHEMA elsewhere")
        server.execute("CREATE EXTENSION pg_trgm SCHEMA elsewhere")
        server.execute("GRANT USAGE ON SCHEMA elsewhere TO plain")
    assert trigram_indexes(url) == 0, "the extension is in a schema in which nobody looks"
    with psycopg.connect(url.replace("plain@", "postgres@"), autocommit=True) as server:
        server.execute("ALTER EXTENSION pg_trgm SET SCHEMA public")
    assert trigram_indexes(url, "guest") == 0, "the table is of another account"
    assert trigram_indexes(url) == 1


def test_who_owns_a_postgresql_database_has_an_index_of_words(postgres_url: str) -> None:
    with closing(Database.open(made_apart(postgres_url, owned=True))) as db:
        fill(db, 2500)
        with db.write() as session:
            session.execute(text("ANALYZE"))
        with statements_on(db, "jobs") as statements:
            assert History(db).page("", Search(words="unicorn")).jobs == []
        statement, parameters = statements[0]
        with db.engine.connect() as connection:
            plan = [str(row[-1]) for row in connection.exec_driver_sql(f"EXPLAIN {statement}", parameters)]
    assert [line for line in plan if "Bitmap Index Scan on jobs_trigrams" in line], plan
