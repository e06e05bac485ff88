"""The whole database as plain values, to see that nothing was left behind, or that two are the same."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from bnpl_plugin.storage.schema.metadata import metadata


def snapshot(engine: sa.Engine) -> dict[str, list[Any]]:
    """Every row of every table of ours, sorted."""
    with engine.connect() as connection:
        return {
            table.name: sorted((tuple(row) for row in connection.execute(sa.select(table))), key=repr)
            for table in metadata.sorted_tables
        }
