"""Run by Alembic: applies revisions through the connection that `mien.studio.database.schema` gives."""

from __future__ import annotations

from alembic import context

from mien.studio.database.tables import Base

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    render_as_batch=True,
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
