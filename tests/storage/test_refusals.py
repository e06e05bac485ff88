"""Whatever the database says reaches the house as one of its own errors."""
# ruff: noqa: PT012 (the block is what is tested)

from __future__ import annotations

import pytest

from bnpl_plugin.errors import BnplError, ConfigurationError, InvalidInput, StateMoved, StorageUnavailable
from bnpl_plugin.ports.store import Changeset
from bnpl_plugin.storage import SqlReads, SqlStore, SqlVerifier, build_engine
from bnpl_plugin.storage.refusals import our_errors
from tests.servers.process import free_port
from tests.storage import factories as f
from tests.storage.snapshots import snapshot

NOBODY_THERE = "postgresql+psycopg://nobody@127.0.0.1:{port}/nothing"


def test_a_database_that_does_not_answer_is_unavailable():
    engine = build_engine(NOBODY_THERE.format(port=free_port()))
    store, reads = SqlStore(engine), SqlReads(engine)
    for ask in (
        lambda: store.write(Changeset(rows=(f.merchant(),))),
        lambda: store.merchant("mer_1"),
        lambda: store.confirming("chk_1").__enter__(),
        lambda: store.claim_jobs(now=f.NOW, lease_until=f.NOW, limit=1),
        reads.pools,
        SqlVerifier(engine).findings,
    ):
        with pytest.raises(StorageUnavailable):
            ask()


def test_a_locked_sqlite_file_is_unavailable(sqlite_ready):
    store = SqlStore(build_engine(sqlite_ready))
    with store.engine.connect() as reader:
        reader.exec_driver_sql("PRAGMA busy_timeout = 1")
    other = build_engine(sqlite_ready)
    with (
        other.connect().execution_options(bnpl_begin="BEGIN IMMEDIATE") as writer,
        writer.begin(),
        pytest.raises(StorageUnavailable, match="locked"),
    ):
        store.write(Changeset(rows=(f.merchant(),)))
    store.write(Changeset(rows=(f.merchant(),)))
    other.dispose()
    store.engine.dispose()


@pytest.mark.postgres
@pytest.mark.parametrize("bad", [{"kind": "k" * 65}, {"kind": "nul \x00"}, {"payload": {"text": "nul \x00"}}])
def test_a_value_that_postgresql_cannot_hold_is_refused_in_words(postgres_ready, bad):
    engine = build_engine(postgres_ready)
    with pytest.raises(InvalidInput):
        SqlStore(engine).write(Changeset(rows=(f.job(**bad),)))
    assert snapshot(engine)["bnpl_job"] == []
    engine.dispose()


@pytest.mark.parametrize("url", ["mysql://localhost/shop", "not an address", ""])
def test_another_database_is_refused_when_the_engine_is_built(url):
    with pytest.raises(ConfigurationError, match="BNPL_DATABASE_URL"):
        build_engine(url)


def test_a_plain_postgresql_address_gets_the_driver_that_we_need():
    engine = build_engine("postgresql://somebody@localhost/shop")
    assert engine.dialect.driver == "psycopg"


@pytest.mark.postgres
def test_a_confirm_by_guards_tells_who_comes_second_that_the_row_has_moved(postgres_ready):
    store = SqlStore(build_engine(postgres_ready))
    store.write(Changeset(rows=(f.merchant(), f.checkout())))
    approve = Changeset(moves=(f.move(f.checkout(), sources=("opened",), state="approved"),), rows=(f.job(),))
    with pytest.raises(StateMoved), store.confirming("chk_1") as tx:
        assert tx.purchase.checkout == f.checkout()
        with store.engine.begin() as connection:
            connection.exec_driver_sql("UPDATE bnpl_checkout SET state = 'cancelled'")
        tx.write(approve)
    assert f.state_of(store) == "cancelled"
    assert snapshot(store.engine)["bnpl_job"] == []
    store.engine.dispose()


def test_errors_that_are_not_the_databases_pass_untouched():
    for error in (KeyError("x"), InvalidInput(field="a", fault="b", accepted="c")):
        with pytest.raises(type(error)), our_errors():
            raise error
    assert issubclass(StorageUnavailable, BnplError)
