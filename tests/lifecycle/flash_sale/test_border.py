"""The border of gate and database in every hostile order: what is lost heals, and nobody was told what was not so."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bnpl_plugin import errors
from bnpl_plugin.lifecycle import checkout as checkouts
from bnpl_plugin.lifecycle import disclosure, holds, payment, signature
from bnpl_plugin.lifecycle.flash_sale import claiming, gatekeeping, readiness, selling, tending
from bnpl_plugin.lifecycle.flash_sale.terms import Fairness, ItemTerms, SaleTerms
from bnpl_plugin.ports.gate import ClaimState, SaleState
from bnpl_plugin.testing import FrozenClock
from tests.lifecycle.flash_sale.hostile import Hostile, between
from tests.lifecycle.flash_sale.test_sales import PRICE, approved, make, ready, take
from tests.lifecycle.world import GOOD, World, world_in

#: Once with each gate.
BOTH = pytest.mark.parametrize("world", ["sql", "redis"], indirect=True)


@pytest.fixture
def world(request, tmp_path, migrated_sqlite_url) -> Iterator[World]:
    """A world with a gate on a server of its own, or ``BOTH``; sound at the end of every test."""
    config: dict[str, Any] = {}
    if getattr(request, "param", "redis") == "redis":
        server = request.getfixturevalue("valkey_server")
        with closing(server.client()) as client:
            client.flushall()
        config = {"BNPL_GATE": "redis", "BNPL_GATE_URL": server.url}
    with world_in(tmp_path, migrated_sqlite_url, config=config) as made:
        yield made
        made.sound()


@pytest.fixture
def gate(world: World) -> Hostile:
    """The world's gate, which may lose calls."""
    return between(world, "gate", lost=errors.GateUnavailable)


@pytest.fixture
def store(world: World) -> Hostile:
    """The world's store, which may lose calls."""
    return between(world, "store", lost=errors.StorageUnavailable)


def at_gate(world: World, item) -> tuple[int, int, int]:
    """Free, held and booked units as the gate has them."""
    found = world.house.gate.figures(item.sale_id).items[item.sale_item_id]
    return found.free, found.held, found.booked


def agree(world: World, item) -> None:
    """Gate and database say the same."""
    assert at_gate(world, item) == world.units(item.sale_item_id)[:3]


def sign(world: World, checkout_id: str) -> None:
    disclosure.present(world.house, checkout_id=checkout_id, language="en")
    signature.sign(world.house, checkout_id=checkout_id, typed_name="Camille Martin", accepted=True)


def pay(world: World, checkout_id: str) -> str:
    sign(world, checkout_id)
    world.shopper().pay(checkout_id, card=GOOD)
    world.settle(checkout_id)
    return world.state(checkout_id)


# a hold's commit -----------------------------------------------------------------------------------------------------
@BOTH
def test_kept_at_the_gate_and_the_commit_died_the_same_tap_gets_it(world, store):
    _, item = make(world, units=1)
    first, second = ready(world, item), ready(world, item, number=1)
    store.lose("write", "before")
    with pytest.raises(errors.StorageUnavailable):
        take(world, first)
    assert at_gate(world, item) == (0, 1, 0)
    with pytest.raises(errors.InLine):  # not sold out: it may come back
        take(world, second)
    assert take(world, first).state == "pending"
    agree(world, item)


def test_kept_at_the_gate_and_nobody_comes_again_the_next_in_line_gets_it(world, store):
    _, item = make(world, units=1)
    first, second = ready(world, item), ready(world, item, number=1)
    store.lose("write", "before")
    with pytest.raises(errors.StorageUnavailable):
        take(world, first)
    with pytest.raises(errors.InLine):
        take(world, second)
    world.later(minutes=16)
    assert take(world, second).state == "pending"
    with pytest.raises((errors.SoldOut, errors.InLine)):
        take(world, first)
    agree(world, item)


def test_committed_and_the_answer_lost_it_is_one_hold(world, store):
    _, item = make(world, units=2)
    first = ready(world, item)
    store.lose("write", "after")
    with pytest.raises(errors.StorageUnavailable):
        take(world, first)
    assert take(world, first).state == "pending"
    assert world.units(item.sale_item_id) == (1, 1, 0, 0)
    agree(world, item)


# what the gate is told after a commit --------------------------------------------------------------------------------
@pytest.mark.parametrize("moment", ["before", "after"])
def test_a_release_that_is_lost_comes_back_with_the_holds_end(world, gate, moment):
    _, item = make(world, units=1)
    first = ready(world, item)
    take(world, first)
    gate.lose("release", moment)
    checkouts.cancel(world.house, checkout_id=first)
    world.later(minutes=16)
    assert at_gate(world, item) == (1, 0, 0)


def test_a_release_that_is_lost_is_made_up_for_when_the_same_shopper_comes_again(world, gate):
    _, item = make(world, units=1)
    first = ready(world, item)
    take(world, first)
    gate.lose("release", "before")
    holds.release(world.house, purchase=world.purchase(first))
    assert take(world, first).state == "pending"
    agree(world, item)


@pytest.mark.parametrize("moment", ["before", "after"])
def test_a_booking_that_is_lost_comes_back_with_the_holds_end(world, gate, moment):
    _, item = make(world, units=1)
    first, second = ready(world, item), ready(world, item, number=1)
    take(world, first)
    gate.lose("book", moment)
    assert pay(world, first) == "confirmed"
    with suppress(errors.InLine, errors.SoldOut):
        take(world, second)
    world.later(minutes=16)
    agree(world, item)
    assert world.units(item.sale_item_id) == (0, 0, 1, 0)


@BOTH
def test_a_lost_booking_of_a_unit_that_was_taken_again_is_found_by_the_worker(world, gate):
    _, item = make(world, units=2)
    checkout_id = ready(world, item)
    take(world, checkout_id)
    sign(world, checkout_id)
    payment.begin(world.house, checkout_id=checkout_id, return_url="http://localhost/return")
    world.later(minutes=16)
    world.later(minutes=61)
    assert world.units(item.sale_item_id) == (2, 0, 0, 0)
    gate.lose("book", "before")
    world.bank.submit_card(world.purchase(checkout_id).attempt.provider_ref, number=GOOD, expiry="12/30", cvc="123")
    assert world.settle(checkout_id).state == "confirmed"
    assert at_gate(world, item)[0] == 2  # one more than there are
    world.work()
    assert at_gate(world, item) == world.units(item.sale_item_id)[:3] == (1, 0, 1)


@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("verb", ["ask", "keep"])
def test_a_gate_that_does_not_answer_a_tap_loses_nothing(world, gate, verb, moment):
    _, item = make(world, units=1)
    first = ready(world, item)
    gate.lose(verb, moment)
    with pytest.raises(errors.GateUnavailable):
        take(world, first)
    assert world.units(item.sale_item_id) == (1, 0, 0, 0)
    assert take(world, first).state == "pending"
    agree(world, item)


def test_a_worker_whose_gate_does_not_answer_does_the_rest_and_comes_again(world, gate):
    _, item = make(world, units=2)
    first = ready(world, item)
    take(world, first)
    world.clock.advance(timedelta(minutes=16))
    for verb in ("sweep", "overdue", "drain", "figures", "release", "rebuild", "ack"):
        gate.lose(verb, "before", "after")
    for _ in range(12):
        tending.tend(world.house, limit=100)
        holds.expire_due(world.house, limit=100)
    assert gate.planned["figures"] == gate.planned["sweep"] == []
    world.later(minutes=16)
    assert world.units(item.sale_item_id) == (2, 0, 0, 0)
    agree(world, item)


# what no claim lists -------------------------------------------------------------------------------------------------
@BOTH
def test_a_hold_committed_while_the_gate_is_taught_is_known_at_once(world, gate):
    sale, item = make(world, units=1)
    first, second = ready(world, item), ready(world, item, number=1)
    gate.meanwhile("rebuild", lambda: take(world, first))
    gatekeeping.rebuild(world.house, sale.sale_id)
    assert at_gate(world, item) == (0, 1, 0)
    with pytest.raises(errors.InLine):
        take(world, second)
    assert pay(world, first) == "confirmed"
    agree(world, item)


@BOTH
def test_a_gate_taught_what_was_is_put_right_by_the_worker(world, gate):
    """A slow process read the database, and taught the gate after others had sold on."""
    sale, item = make(world, units=3, allotment_minor=PRICE)
    checkouts_ids = [ready(world, item, number=n) for n in range(2)]
    gate.meanwhile(
        "rebuild",
        lambda: (
            [take(world, one) for one in checkouts_ids],  # tops the allotment up
            selling.add_units(world.house, sale_id=sale.sale_id, sale_item_id=item.sale_item_id, units=2, by="op"),
        ),
    )
    gatekeeping.rebuild(world.house, sale.sale_id)
    world.work()
    agree(world, item)
    figures, row = world.house.gate.figures(sale.sale_id), world.house.store.sales.sale(sale.sale_id)
    assert (figures.allotment_minor, figures.left_minor) == (row.ceiling_minor, row.left_minor)


@pytest.mark.parametrize("read", ["changes", "view", "claims"])
def test_stock_added_while_the_gate_is_taught_is_counted_once(world, monkeypatch, read):
    sale, item = make(world, units=1, shards=2)
    sales = type(world.house.store.sales)
    real = getattr(sales, read)

    def meanwhile(self, sale_id, **asked):
        monkeypatch.undo()
        selling.add_units(world.house, sale_id=sale_id, sale_item_id=item.sale_item_id, units=1, by="op")
        return real(self, sale_id, **asked)

    monkeypatch.setattr(sales, read, meanwhile)
    gatekeeping.rebuild(world.house, sale.sale_id)
    assert at_gate(world, item) == (2, 0, 0)
    figures, row = world.house.gate.figures(sale.sale_id), world.house.store.sales.sale(sale.sale_id)
    assert figures.allotment_minor == row.ceiling_minor == 2 * PRICE


def test_who_left_the_line_does_not_wait_again_when_the_gate_has_forgotten(world):
    sale, item = make(world, units=2)
    gives_up, waits = (ready(world, item, number=n) for n in (2, 3))
    for number in (0, 1):
        take(world, ready(world, item, number=number))
    for checkout_id in (gives_up, waits):
        with pytest.raises(errors.InLine):
            take(world, checkout_id)
    world.work()
    checkouts.cancel(world.house, checkout_id=gives_up)
    world.work()
    gatekeeping.rebuild(world.house, sale.sale_id)
    with pytest.raises(errors.InLine) as told:
        take(world, waits)
    assert told.value.details["place"] == 1


@pytest.mark.parametrize("word", ["pause", "resume", "end"])
def test_a_word_of_the_operator_that_is_lost_is_said_again_by_the_worker(world, gate, word):
    sale, _ = make(world, units=1)
    if word == "resume":
        selling.pause(world.house, sale_id=sale.sale_id, by="op")
    gate.lose(word, "before")
    getattr(selling, word)(world.house, sale_id=sale.sale_id, by="op")
    wanted = {"pause": SaleState.PAUSED, "resume": SaleState.OPEN, "end": SaleState.ENDED}[word]
    assert world.house.gate.figures(sale.sale_id).state is not wanted
    tending.tend(world.house, limit=100)
    state = world.house.store.sales.sale(sale.sale_id).state
    assert state == "closed" or world.house.gate.figures(sale.sale_id).state is wanted


# at the end ----------------------------------------------------------------------------------------------------------
@BOTH
def test_two_workers_at_once_end_and_settle_a_sale_once(world):
    sale, item = make(world, units=3)
    take(world, ready(world, item))
    ready(world, item, number=1)
    world.clock.advance(timedelta(hours=7))

    def work() -> None:
        with world.app.app_context():
            holds.expire_due(world.house, limit=100)
            tending.tend(world.house, limit=100)

    for _ in range(4):
        with ThreadPoolExecutor(2) as both:
            for done in [both.submit(work) for _ in range(2)]:
                done.result()
    world.later(minutes=61)
    assert world.house.store.sales.sale(sale.sale_id).state == "closed"
    assert world.count("event", f"stream = '{sale.sale_id}' AND kind = 'sale.closed'") == 1
    assert world.units(item.sale_item_id) == (0, 0, 0, 3)
    assert world.pool() == (0, 0)


@BOTH
def test_who_was_let_in_before_the_end_finishes_and_nobody_else_comes_in(world):
    sale, item = make(world, units=2)
    first, second = ready(world, item), ready(world, item, number=1)
    at = claiming.admitted(world.house, world.purchase(first))
    selling.end(world.house, sale_id=sale.sale_id, by="op")
    with pytest.raises(errors.SaleNotOpen):
        take(world, second)
    tending.tend(world.house, limit=100)
    assert take(world, first).hold_id == at.wish.claim_id
    assert pay(world, first) == "confirmed"
    world.later(hours=2)
    assert world.units(item.sale_item_id) == (0, 0, 1, 1)
    assert world.house.store.sales.sale(sale.sale_id).state == "closed"
    assert world.pool()[0] == 0
    with pytest.raises(errors.BnplError):
        take(world, second)


def test_capital_goes_back_once_when_a_hold_expires_in_that_very_moment(world, store):
    sale, item = make(world, units=2)
    first = ready(world, item)
    take(world, first)
    selling.end(world.house, sale_id=sale.sale_id, by="op")
    world.clock.advance(timedelta(minutes=16))
    store.lose("write", "well")  # the units
    store.meanwhile("write", lambda: holds.release(world.house, purchase=world.purchase(first), expired=True))
    selling.settle(world.house, sale_id=sale.sale_id)
    world.later(minutes=61)
    assert world.pool() == (0, 0)
    assert world.units(item.sale_item_id) == (0, 0, 0, 2)
    assert world.house.store.sales.sale(sale.sale_id).state == "closed"


@BOTH
def test_two_processes_a_second_apart_tell_nobody_two_things(world):
    _, item = make(world, units=1, opens_in=10)
    first, second = ready(world, item), ready(world, item, number=1)
    fast = replace(world.house, clock=FrozenClock(world.clock.now() + timedelta(minutes=10)))
    world.clock.advance(timedelta(minutes=9, seconds=59))
    with pytest.raises(errors.SaleNotOpen):
        take(world, first)
    hold = holds.take(fast, checkout_id=first)  # for this process it has begun
    assert take(world, first) == hold
    with pytest.raises(errors.SaleNotOpen):
        take(world, second)
    world.clock.advance(timedelta(hours=6))
    fast = replace(fast, clock=FrozenClock(world.clock.now() + timedelta(seconds=1)))
    tending.tend(fast, limit=100)  # for this one it is over
    with pytest.raises(errors.SaleNotOpen):
        take(world, second)
    world.later(hours=2)
    assert world.units(item.sale_item_id) == (0, 0, 0, 1)


# ids -----------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("strange", ["📱", "x" * 121, "a|b", "{x}", "a\nb", ""])
def test_a_sale_that_no_gate_could_keep_is_refused_before_it_is_written(small_world, strange):
    world = small_world
    now = world.clock.now()
    item = ItemTerms(sku="📱", name="Phone 📱", units=1, price_minor=PRICE, sale_item_id=strange)
    terms = SaleTerms(name="S", country="FR", items=(item,), starts_at=now, ends_at=now + timedelta(hours=1))
    if strange == "":
        assert selling.create(world.house, terms, merchant_id="host").items[0].sku == "📱"
        return
    with pytest.raises(errors.InvalidInput):
        selling.create(world.house, terms, merchant_id="host")
    assert world.count("sale") == 0
    assert world.pool() == (0, 0)


def test_a_claim_that_ended_is_never_the_same_claim_again(world):
    _, item = make(world, units=1)
    first = ready(world, item)
    hold = take(world, first)
    holds.release(world.house, purchase=world.purchase(first))
    again = take(world, first)
    assert again.hold_id != hold.hold_id
    answer = world.house.gate.place(item.sale_id, item.sale_item_id, shopper_id=hold.shopper_id, now=world.clock.now())
    assert answer.claim.state is ClaimState.HELD
    agree(world, item)


def test_an_entry_that_was_written_after_the_start_is_none_and_says_so(small_world):
    world = small_world
    _, item = make(world, units=1, opens_in=10, fairness=Fairness.LOTTERY)
    ready(world, item)
    late = approved(world, item, number=1)
    between(world, "store", lost=errors.StorageUnavailable).meanwhile("write", lambda: world.later(minutes=11))
    with pytest.raises(errors.SaleNotOpen):
        readiness.reserve(world.house, checkout_id=late)
    assert world.line(late) == (0, 0)
    assert len(world.house.store.sales.drawn(item.sale_item_id).entries["entries"]) == 1
