"""Statements that a database was given, and how it carries them out."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import event

from mien.studio.database.engine import Database


@contextmanager
def statements_on(db: Database, table: str) -> Iterator[list[tuple[str, Any]]]:
    """Collects the statements that read or change a table, with their parameters, while it is entered."""
    found: list[tuple[str, Any]] = []

    def keep(_connection: Any, _cursor: Any, statement: str, parameters: Any, _context: Any, many: bool) -> None:
        if f" {table}" in statement and not statement.lstrip().startswith("INSERT"):
            found.append((statement, parameters[0] if many else parameters))

    event.listen(db.engine, "before_cursor_execute", keep)
    yield found
    event.remove(db.engine, "before_cursor_execute", keep)


def whole_reads(db: Database, table: str, statements: list[tuple[str, Any]]) -> list[tuple[str, str]]:
    """The statements that read a whole table, with the line of the plan that says so."""
    explain = "EXPLAIN QUERY PLAN" if db.dialect == "sqlite" else "EXPLAIN"
    signs = (f"SCAN {table}", f"Seq Scan on {table}")
    with db.engine.connect() as connection:
        plans = {
            (statement, str(row[-1]))
            for statement, parameters in statements
            for row in connection.exec_driver_sql(f"{explain} {statement}", parameters)
        }
    return [(statement, line) for statement, line in plans if any(sign in line for sign in signs)]
