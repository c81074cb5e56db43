"""Alembic's entry: it gets an open connection from `migrate.bring_up_to_date` and nothing else."""

from alembic import context

from billing.migrations.schema import METADATAS

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=list(METADATAS), render_as_batch=True)
with context.begin_transaction():
    context.run_migrations()
