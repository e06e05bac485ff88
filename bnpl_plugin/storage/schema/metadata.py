"""The ``MetaData`` that all tables of the house hang on, apart from the host's."""

from __future__ import annotations

import sqlalchemy as sa

PREFIX = "bnpl_"

metadata = sa.MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(referred_table_name)s",
    }
)


def table(name: str, *parts: sa.schema.SchemaItem, key: tuple[str, ...]) -> sa.Table:
    """Add a table under the prefix; ``key`` is its primary key."""
    return sa.Table(PREFIX + name, metadata, *parts, sa.PrimaryKeyConstraint(*key))
