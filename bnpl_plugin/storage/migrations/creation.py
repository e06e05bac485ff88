"""An empty database made from the metadata: what the migrations must add up to."""

from __future__ import annotations

import sqlalchemy as sa

from bnpl_plugin.storage.programmes.functions import postgresql_functions
from bnpl_plugin.storage.programmes.guards import postgresql_guards, sqlite_guards
from bnpl_plugin.storage.schema.columns import POSTGRESQL
from bnpl_plugin.storage.schema.metadata import metadata


def programmes(dialect: str) -> tuple[str, ...]:
    """Return the statements for functions and triggers on a database, in order."""
    return (*postgresql_guards(), *postgresql_functions()) if dialect == POSTGRESQL else sqlite_guards()


def create(engine: sa.Engine) -> None:
    """Create all tables, functions and triggers in one transaction. Shops use the migrations; this is for tests."""
    with engine.begin() as connection:
        metadata.create_all(connection)
        for statement in programmes(connection.dialect.name):
            connection.exec_driver_sql(statement)


def trigger_names(dialect: str) -> frozenset[str]:
    """Return ``trigger table`` for every trigger that a database must have."""
    words = (statement.split() for statement in programmes(dialect) if statement.startswith("CREATE TRIGGER"))
    return frozenset(f"{word[2]} {word[word.index('ON') + 1]}" for word in words)
