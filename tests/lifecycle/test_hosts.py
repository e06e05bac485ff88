"""A host whose callback raises or refuses: no order without loan, no loan without order, the shopper told."""

from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import sessionmaker

from bnpl_plugin.errors import HostTransactionOpen, OrderRefused
from bnpl_plugin.lifecycle import confirm
from bnpl_plugin.storage import build_engine
from tests.lifecycle.world import GOOD, World, make_world

PAID = [("authorisation", 9_967), ("capture", 9_967)]
LIFTED = [("authorisation", 9_967), ("void", 9_967)]


class HostShop:
    """A shop in host mode: one table of its own in our database, and a mood."""

    def __init__(self, url: str) -> None:
        self.engine = build_engine(url)
        with self.engine.begin() as connection:
            connection.execute(sa.text("CREATE TABLE shop_order (ref TEXT PRIMARY KEY)"))
        self.sessions = sessionmaker(self.engine)
        self.failing = 0
        self.refusing = False
        self.open = False
        self.calls = 0

    def confirm_order(self, ref, session):
        self.calls += 1
        session.execute(sa.text("INSERT INTO shop_order (ref) VALUES (:ref)"), {"ref": ref})
        if self.refusing:
            raise OrderRefused(reason="out_of_stock")
        if self.failing:
            self.failing -= 1
            raise RuntimeError("the shop is on fire")

    def orders(self) -> list[str]:
        with self.engine.connect() as connection:
            return list(connection.execute(sa.text("SELECT ref FROM shop_order")).scalars())


@pytest.fixture
def host(migrated_url):
    made = HostShop(migrated_url)
    yield made
    made.engine.dispose()


@pytest.fixture
def hosted(tmp_path: Path, migrated_url: str, host: HostShop):
    """A world in host mode on each database; sound at the end."""
    world = make_world(
        tmp_path,
        migrated_url,
        confirm_order=host.confirm_order,
        sessions=host.sessions,
        session_open=lambda: host.open,
        engine=host.engine,
    )
    with world.app.app_context():
        yield world
        world.sound()
    world.bank.close()


def pay(world: World) -> str:
    walker = world.shopper()
    checkout_id = walker.to_signed(world.shop.add())
    walker.pay(checkout_id, card=GOOD)
    return checkout_id


def test_order_and_loan_commit_together(hosted, host):
    checkout_id = pay(hosted)
    assert hosted.settle(checkout_id).made_here
    assert host.orders() == ["order-1"]
    hosted.work()
    assert hosted.statement() == PAID
    hosted.settled()


def test_callback_that_raises_rolls_both_back_and_is_tried_again(hosted, host):
    host.failing = 2
    checkout_id = pay(hosted)
    assert hosted.settle(checkout_id).state == "authorised"
    assert host.orders() == []
    assert hosted.count("loan") == 0
    assert hosted.pool() == (29_900, 0)
    for _ in range(4):
        hosted.later(minutes=5)
    assert hosted.state(checkout_id) == "confirmed"
    assert host.orders() == ["order-1"]
    assert host.calls == 3
    assert hosted.statement() == PAID
    hosted.settled()


def test_callback_that_always_raises_is_given_up_and_the_payment_lifted(hosted, host):
    host.failing = 10**6
    checkout_id = pay(hosted)
    for _ in range(30):
        hosted.later(hours=1)
    assert hosted.state(checkout_id) == "refused"
    assert host.orders() == []
    assert hosted.count("loan") == 0
    assert hosted.pool() == hosted.line(checkout_id) == (0, 0)
    assert hosted.statement() == LIFTED
    assert hosted.shop.refused == [("order-1", "host_failed")]
    assert hosted.messages() == ["order_refused"]
    hosted.settled()


def test_callback_that_refuses_is_compensated_at_once(hosted, host):
    host.refusing = True
    checkout_id = pay(hosted)
    assert hosted.settle(checkout_id).state == "refused"
    hosted.work()
    assert host.orders() == []
    assert hosted.pool() == hosted.line(checkout_id) == (0, 0)
    assert hosted.statement() == LIFTED
    assert hosted.shop.refused == [("order-1", "out_of_stock")]
    assert "order_refused" in hosted.messages()
    hosted.settled()


def test_call_while_the_hosts_transaction_is_open_is_refused(hosted, host):
    checkout_id = pay(hosted)
    host.open = True
    with pytest.raises(HostTransactionOpen):
        confirm.confirm(hosted.house, checkout_id=checkout_id)
    host.open = False
    assert hosted.settle(checkout_id).state == "confirmed"
    assert host.orders() == ["order-1"]


def test_own_database_host_that_refuses_has_the_loan_undone(world):
    world.shop.refuse_next = True
    checkout_id = world.buy()
    for _ in range(6):
        world.later(minutes=5)
    assert world.state(checkout_id) == "reversed"
    assert world.book(checkout_id).loan.state == "cancelled"
    assert world.bank_books() == {}
    assert world.pool() == world.line(checkout_id) == (0, 0)
    world.settled()


def test_own_database_host_that_fails_is_asked_until_it_places_the_order(tmp_path, migrated_sqlite_url):
    calls: list[str] = []

    def confirm_order(ref, _session):
        calls.append(ref)
        if len(calls) < 4:
            raise RuntimeError("the shop is on fire")

    world = make_world(tmp_path, migrated_sqlite_url, confirm_order=confirm_order)
    with world.app.app_context():
        checkout_id = world.buy()
        for _ in range(12):
            world.later(minutes=10)
        assert world.state(checkout_id) == "confirmed"
        assert calls == ["order-1"] * 4
        world.settled()
