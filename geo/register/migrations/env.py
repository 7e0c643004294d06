"""Alembic's entry: runs on the connection that `Register.migrate` hands over."""

from alembic import context

from geo.register.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    version_table="wuye_migration",
)
with context.begin_transaction():
    context.run_migrations()
