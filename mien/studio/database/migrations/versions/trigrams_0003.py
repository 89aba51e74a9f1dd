"""An index with the parts of words of a job, in PostgreSQL: its trigrams. Every start of a studio adds it again where
PostgreSQL had no pg_trgm when this revision was applied (`mien.studio.database.schema.upgrade`).
"""

from __future__ import annotations

from alembic import op

from mien.studio.database.trigrams import add_trigrams

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    add_trigrams(op.get_bind())
