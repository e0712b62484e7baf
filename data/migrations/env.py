"""Alembic's environment. `data.schema` runs it and lends it a connection within a transaction."""

from __future__ import annotations

from alembic import context

from data.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    # SQLite cannot alter a table in every way: a batch makes it anew where it has to.
    render_as_batch=True,
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
