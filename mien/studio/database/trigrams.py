"""An index with the parts of words of a job, in PostgreSQL: its trigrams.

pg_trgm comes with the server of Debian; since PostgreSQL 13 who owns a database may make it. Where it is missing or may
not be made, words are looked for in all jobs of a person; once it is there, the next start adds the index.
"""

from __future__ import annotations

from sqlalchemy import Connection, text

_WANTED = text("""
    SELECT EXISTS (
        SELECT FROM pg_class
        WHERE oid = to_regclass('jobs') AND to_regclass('jobs_trigrams') IS NULL
        AND pg_has_role(relowner, 'USAGE') AND has_schema_privilege(relnamespace, 'CREATE')
    ) AND (
        EXISTS (SELECT FROM pg_extension WHERE extname = 'pg_trgm') OR EXISTS (
            SELECT FROM pg_available_extension_versions
            WHERE name = 'pg_trgm' AND (
                (SELECT rolsuper FROM pg_roles WHERE rolname = current_user)
                OR trusted AND has_database_privilege(current_database(), 'CREATE')
            )
        )
    )
""")
"""Whether there is no index, the extension is there or may be made, and the table is this account's to index."""

_VISIBLE = text("SELECT EXISTS (SELECT FROM pg_opclass WHERE opcname = 'gin_trgm_ops' AND pg_opclass_is_visible(oid))")

# each row is written to the index at once: the planner avoids one with a long list of rows that wait
_INDEX = text("CREATE INDEX jobs_trigrams ON jobs USING gin (words gin_trgm_ops) WITH (fastupdate = off)")


def lacks_trigrams(connection: Connection) -> bool:
    """Whether `add_trigrams` would do something."""
    return connection.dialect.name == "postgresql" and bool(connection.scalar(_WANTED))


def add_trigrams(connection: Connection) -> None:
    """Make the index, and the extension that it needs, where that is allowed and has not been done."""
    if not lacks_trigrams(connection):
        return
    connection.execute(text("CREATE EXTENSION IF NOT EXISTS pg_trgm"))
    if connection.scalar(_VISIBLE):  # it may lie in a schema in which this account does not look
        connection.execute(_INDEX)
