"""The fixtures of `conftest.py` hand out what they say."""

import sqlalchemy
from sqlalchemy import inspect


def tables(url: str) -> set[str]:
    engine = sqlalchemy.create_engine(url, poolclass=sqlalchemy.NullPool)
    with engine.connect() as connection:
        return set(inspect(connection).get_table_names())


def test_a_fresh_database_is_empty(database_url: str):
    assert tables(database_url) == set()


def test_a_migrated_database_has_our_tables_and_no_others(migrated_url: str):
    found = tables(migrated_url)
    assert found
    assert {name for name in found if not name.startswith("bnpl_")} == set()
