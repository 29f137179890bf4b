"""What Alembic runs: our tables, over the connection that `migrate` has opened."""

from __future__ import annotations

from alembic import context

from engine.archive.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,  # SQLite changes a column by making the table anew
)
context.run_migrations()
