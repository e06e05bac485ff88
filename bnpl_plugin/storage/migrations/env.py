"""How Alembic runs our chain: always on a connection that the caller opened, in the caller's transaction."""

from __future__ import annotations

from alembic import context

from bnpl_plugin.storage.migrations import VERSION_TABLE

context.configure(connection=context.config.attributes["connection"], version_table=VERSION_TABLE)
context.run_migrations()
