"""Order and loan commit together, or neither does; and nothing of ours waits for the host's own lock."""
# ruff: noqa: PT012 (the block is what is tested)

from __future__ import annotations

import threading

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, sessionmaker

from bnpl_plugin.errors import (
    CheckoutNotFound,
    ConfigurationError,
    CreditLineExceeded,
    HostTransactionOpen,
    StateMoved,
)
from bnpl_plugin.ports.store import Changeset, LineChange
from bnpl_plugin.storage import SqlStore, build_engine, install_sqlite_hooks
from tests.storage import factories as f


class Base(DeclarativeBase):
    pass


class HostOrder(Base):
    __tablename__ = "orders"
    ref: Mapped[str] = mapped_column(primary_key=True)


@pytest.fixture
def host_engine(ready_url):
    engine = sa.create_engine(ready_url)
    install_sqlite_hooks(engine)
    Base.metadata.create_all(engine)
    yield engine
    engine.dispose()


@pytest.fixture
def sessions(host_engine):
    return sessionmaker(host_engine)


@pytest.fixture
def hosted(engine, sessions):
    store = SqlStore(engine, host_sessions=sessions)
    store.write(Changeset(rows=(f.merchant(), f.checkout(), f.credit_line())))
    return store


APPROVE = Changeset(moves=(f.move(f.checkout(), sources=("opened",), state="approved"),))


def orders(sessions):
    with sessions() as session:
        return list(session.scalars(sa.select(HostOrder.ref)))


def test_order_and_booking_commit_together(hosted, sessions):
    with hosted.confirming("chk_1") as tx:
        assert tx.purchase.checkout == f.checkout()
        assert isinstance(tx.session, Session)
        tx.session.add(HostOrder(ref="order-1"))
        tx.write(APPROVE)
        assert orders_seen_by_others(sessions, hosted) == []
    assert orders(sessions) == ["order-1"]
    assert hosted.purchase("chk_1").checkout.state == "approved"


def orders_seen_by_others(sessions, hosted):
    assert hosted.purchase("chk_1").checkout.state == "opened"
    return orders(sessions)


@pytest.mark.parametrize("error", [RuntimeError("the host fell over"), StateMoved(guard="state")])
def test_a_failure_of_either_rolls_both_back(hosted, sessions, error):
    with pytest.raises(type(error)), hosted.confirming("chk_1") as tx:
        tx.session.add(HostOrder(ref="order-1"))
        tx.write(APPROVE)
        raise error
    assert orders(sessions) == []
    assert hosted.purchase("chk_1").checkout.state == "opened"


def test_a_guard_of_ours_rolls_the_hosts_order_back(hosted, sessions):
    too_much = Changeset(moves=APPROVE.moves, lines=(LineChange("shp_1", "EUR", drawn_minor=10**6),))
    with pytest.raises(CreditLineExceeded), hosted.confirming("chk_1") as tx:
        tx.session.add(HostOrder(ref="order-1"))
        tx.write(too_much)
    assert orders(sessions) == []
    assert hosted.purchase("chk_1").checkout.state == "opened"


def test_the_hosts_own_database_error_is_the_hosts(hosted, sessions):
    with pytest.raises(sa.exc.IntegrityError), hosted.confirming("chk_1") as tx:
        tx.session.execute(sa.insert(HostOrder), [{"ref": "a"}])
        tx.session.execute(sa.insert(HostOrder), [{"ref": "a"}])
    assert orders(sessions) == []


def test_an_unknown_checkout_is_told(hosted, store):
    for either in (hosted, store):
        with pytest.raises(CheckoutNotFound), either.confirming("chk_9"):
            pytest.fail("the block must not run")


def test_our_own_confirm_commits_and_rolls_back(store):
    store.write(Changeset(rows=(f.merchant(), f.checkout())))
    with pytest.raises(RuntimeError), store.confirming("chk_1") as tx:
        assert tx.session is None
        tx.write(APPROVE)
        raise RuntimeError
    assert f.state_of(store) == "opened"
    with store.confirming("chk_1") as tx:
        tx.write(APPROVE)
    assert f.state_of(store) == "approved"


def test_confirm_locks_its_checkout(hosted, engine):
    """The second confirm waits for the first, then sees what it did."""
    seen, inside = [], threading.Event()

    def second():
        inside.wait()
        with hosted.confirming("chk_1") as tx:
            seen.append(tx.purchase.checkout.state)

    other = threading.Thread(target=second)
    other.start()
    with hosted.confirming("chk_1") as tx:
        inside.set()
        other.join(0.3)
        assert seen == []
        tx.write(APPROVE)
    other.join(20)
    assert seen == ["approved"]


def test_a_write_of_its_own_inside_confirm_is_refused_at_once(hosted, store):
    for either in (hosted, store):
        with pytest.raises(HostTransactionOpen), either.confirming("chk_1"):
            either.write(APPROVE)
    assert f.state_of(store) == "opened"


def test_our_writes_are_refused_while_the_hosts_session_is_open(engine, sessions):
    is_open = True
    store = SqlStore(engine, host_sessions=sessions, host_session_open=lambda: is_open)
    with pytest.raises(HostTransactionOpen):
        store.write(Changeset(rows=(f.merchant(),)))
    with pytest.raises(HostTransactionOpen):
        store.claim_jobs(now=f.NOW, lease_until=f.NOW, limit=1)
    with pytest.raises(HostTransactionOpen):
        store.confirming("chk_1")
    assert store.merchant("mer_1") is None
    is_open = False
    store.write(Changeset(rows=(f.merchant(),)))


def test_a_checkout_opened_on_the_hosts_session_lives_and_dies_with_it(hosted, sessions):
    opened = Changeset(rows=(f.checkout("chk_2"),), events=(f.event(stream="chk_2"),))
    with sessions() as session:
        session.add(HostOrder(ref="order-2"))
        hosted.write_on(session, opened)
        session.rollback()
    assert hosted.purchase("chk_2") is None
    assert orders(sessions) == []
    with sessions.begin() as session:
        session.add(HostOrder(ref="order-2"))
        hosted.write_on(session, opened)
    assert hosted.purchase("chk_2").checkout == f.checkout("chk_2")
    assert orders(sessions) == ["order-2"]


def test_a_savepoint_of_the_hosts_takes_our_rows_back(hosted, sessions):
    with sessions.begin() as session:
        with pytest.raises(RuntimeError), session.begin_nested():
            hosted.write_on(session, Changeset(rows=(f.checkout("chk_2"),)))
            raise RuntimeError
        session.add(HostOrder(ref="order-2"))
    assert hosted.purchase("chk_2") is None
    assert orders(sessions) == ["order-2"]


def test_a_hosts_sqlite_engine_without_the_hooks_is_refused(sqlite_ready):
    plain = sa.create_engine(sqlite_ready)
    store = SqlStore(build_engine(sqlite_ready), host_sessions=sessionmaker(plain))
    store.write(Changeset(rows=(f.merchant(), f.checkout())))
    with pytest.raises(ConfigurationError, match="install_sqlite_hooks"), store.confirming("chk_1"):
        pytest.fail("the block must not run")
    with Session(plain) as session, pytest.raises(ConfigurationError, match="install_sqlite_hooks"):
        store.write_on(session, Changeset(rows=(f.checkout("chk_2"),)))
    plain.dispose()
    store.engine.dispose()


def test_a_hosts_own_hooks_are_enough(sqlite_ready):
    """A host that follows SQLAlchemy's documentation begins with a plain BEGIN; we still become the writer first."""
    own = sa.create_engine(sqlite_ready)

    @sa.event.listens_for(own, "connect")
    def connect(raw, _record):
        raw.isolation_level = None

    @sa.event.listens_for(own, "begin")
    def begin(connection):
        connection.exec_driver_sql("BEGIN")

    store = SqlStore(build_engine(sqlite_ready), host_sessions=sessionmaker(own))
    store.write(Changeset(rows=(f.merchant(), f.checkout())))
    with store.confirming("chk_1") as tx:
        tx.write(APPROVE)
    assert f.state_of(store) == "approved"
    own.dispose()
    store.engine.dispose()
