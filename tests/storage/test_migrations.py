"""The migrations add up to the tables, on both databases; and a host's own migrations leave them alone."""

from __future__ import annotations

import re

import pytest
import sqlalchemy as sa
from alembic.autogenerate import produce_migrations
from alembic.runtime.migration import MigrationContext

from bnpl_plugin.errors import ConfigurationError
from bnpl_plugin.storage import SqlStore, build_engine, current, host_filter, upgrade
from bnpl_plugin.storage.migrations import VERSION_TABLE, generate, newest
from bnpl_plugin.storage.migrations.creation import create
from bnpl_plugin.storage.schema.metadata import metadata

POSTGRESQL_FACTS = (
    """SELECT c.table_name, c.ordinal_position, c.column_name, c.data_type, c.character_maximum_length, c.is_nullable
         FROM information_schema.columns c WHERE c.table_schema = 'public'""",
    "SELECT tablename, indexdef FROM pg_indexes WHERE schemaname = 'public'",
    """SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint
        WHERE connamespace = 'public'::regnamespace""",
    "SELECT proname, prosrc, pg_get_function_arguments(oid) FROM pg_proc WHERE pronamespace = 'public'::regnamespace",
    "SELECT tgrelid::regclass::text, pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal",
)
SQLITE_FACTS = (
    "SELECT type, name, tbl_name, sql FROM sqlite_master",
    'SELECT m.name, c.cid, c.name, c.type, c."notnull", c.pk FROM sqlite_master m, pragma_table_info(m.name) c',
)


def facts(engine):
    """Everything that the database says of its own shape, without the version table."""
    queries = POSTGRESQL_FACTS if engine.dialect.name == "postgresql" else SQLITE_FACTS
    with engine.connect() as connection:
        rows = {tuple(row) for query in queries for row in connection.exec_driver_sql(query)}
    told = {tuple(shape(str(value)) for value in row) for row in rows}
    return {row for row in told if not any(VERSION_TABLE in value for value in row)}


def shape(text):
    """A definition without its layout, a table's constraints in any order."""
    text = re.sub(r"\s+", " ", text)
    return text if not text.startswith("CREATE TABLE") else " ".join(sorted(re.split(r",? CONSTRAINT | \)$", text)))


@pytest.fixture
def two_engines(request, database_url, tmp_path):
    first = build_engine(database_url)
    if first.dialect.name == "sqlite":
        second = build_engine(f"sqlite:///{tmp_path / 'second.sqlite'}")
    else:
        second = build_engine(request.getfixturevalue("postgres_server").create_database())
    yield first, second
    first.dispose()
    second.dispose()


def test_all_migrations_are_the_metadata(two_engines):
    by_migration, by_metadata = two_engines
    upgrade(by_migration)
    create(by_metadata)
    assert facts(by_migration) == facts(by_metadata)
    assert len(facts(by_metadata)) > 25


def test_the_unreleased_migration_is_the_one_that_the_generator_makes(tmp_path, monkeypatch):
    """Whoever changes a table and forgets the generator is told here."""
    kept = {path.name: path.read_text(encoding="utf-8") for path in generate.VERSIONS.glob(f"{generate.NAME}*")}
    monkeypatch.setattr(generate, "VERSIONS", tmp_path)
    generate.main()
    made = {path.name: path.read_text(encoding="utf-8") for path in tmp_path.iterdir()}
    assert {name: words(text) for name, text in made.items()} == {name: words(text) for name, text in kept.items()}


def words(text):
    """A text without its layout: the formatter has been over what is kept."""
    return re.sub(r"[\s,]+", "", text).replace("'", '"')


def test_upgrading_twice_changes_nothing(database_url):
    engine = build_engine(database_url)
    assert current(engine) is None
    upgrade(engine)
    once = facts(engine)
    assert current(engine) == newest() == "0001"
    upgrade(engine)
    assert facts(engine) == once
    engine.dispose()


def test_a_database_without_our_tables_is_told_in_words(database_url):
    engine = build_engine(database_url)
    for ask in (SqlStore(engine).purchase, SqlStore(engine).merchant):
        with pytest.raises(ConfigurationError, match="flask bnpl db upgrade"):
            ask("x_1")
    engine.dispose()


def test_a_hosts_autogenerate_overlooks_our_tables(engine):
    host = sa.MetaData()
    sa.Table("orders", host, sa.Column("ref", sa.String(20), primary_key=True))
    sa.Table("bnpl_notes_of_the_host", host, sa.Column("id", sa.Integer, primary_key=True))
    with engine.connect() as connection:
        without = produce_migrations(MigrationContext.configure(connection), host)
        filtered = produce_migrations(
            MigrationContext.configure(connection, opts={"include_object": host_filter()}), host
        )
    assert without.upgrade_ops is not None
    assert filtered.upgrade_ops is not None
    assert any("drop" in type(step).__name__.lower() for step in without.upgrade_ops.ops)
    assert {(type(step).__name__, getattr(step, "table_name", None)) for step in filtered.upgrade_ops.ops} == {
        ("CreateTableOp", "orders"),
        ("CreateTableOp", "bnpl_notes_of_the_host"),
    }


def test_the_filter_asks_the_hosts_own_for_everything_else():
    asked = []

    def own(item, name, kind, reflected, compare_to):
        asked.append(name)
        return name != "secret"

    include = host_filter(own)
    ours, theirs = metadata.tables["bnpl_loan"], sa.Table("secret", sa.MetaData())
    assert not include(ours, "bnpl_loan", "table", True, None)
    assert not include(next(iter(ours.indexes)), "uq_bnpl_loan_id", "index", True, None)
    assert not include(theirs, "secret", "table", True, None)
    assert include(sa.Table("orders", sa.MetaData()), "orders", "table", False, None)
    assert asked == ["secret", "orders"]
