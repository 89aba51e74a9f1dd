"""An index with the parts of words of a job, in PostgreSQL: its trigrams.

pg_trgm comes with the server of Debian; since PostgreSQL 13 who owns a database may make it. Where it is missing or may
not be made, words are looked for as before, in all jobs of a person.
"""

from __future__ import annotations

from alembic import op
from sqlalchemy import text

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

ALLOWED = text("""
    SELECT EXISTS (SELECT FROM pg_extension WHERE extname = 'pg_trgm') OR EXISTS (
        SELECT FROM pg_available_extension_versions
        WHERE name = 'pg_trgm' AND (
            (SELECT rolsuper FROM pg_roles WHERE rolname = current_user)
            OR trusted AND has_database_privilege(current_database(), 'CREATE')
        )
    )
""")


def upgrade() -> None:
    connection = op.get_bind()
    if connection.dialect.name != "postgresql" or not connection.scalar(ALLOWED):
        return
    connection.execute(text("CREATE EXTENSION IF NOT EXISTS pg_trgm"))
    op.create_index(
        "jobs_trigrams", "jobs", ["words"], unique=False, postgresql_using="gin",
        postgresql_ops={"words": "gin_trgm_ops"}, postgresql_with={"fastupdate": "off"},
    )  # fmt: skip
