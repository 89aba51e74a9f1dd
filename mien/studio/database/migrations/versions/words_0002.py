"""An index with the words of a job, in SQLite."""

from __future__ import annotations

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.create_index("jobs_words", "jobs", ["owner", "deleted", "created", "id", "words"], unique=False)
