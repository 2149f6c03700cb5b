"""Run by Alembic, with the connection that ``labsvc.store.migrate`` hands it."""

from __future__ import annotations

from alembic import context

from labsvc.store.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    # SQLite changes a table by writing it anew.
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
