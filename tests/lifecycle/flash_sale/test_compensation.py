"""Paid, and it cannot be delivered: within a minute the payment is lifted, the credit free, the shopper told."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bnpl_plugin import worker
from bnpl_plugin.lifecycle import disclosure, payment, signature
from bnpl_plugin.lifecycle.flash_sale import readiness, selling
from tests.lifecycle.flash_sale.test_sales import PHONES, PRICE, make, ready, take
from tests.lifecycle.world import GOOD, World


def on_the_banks_page(world: World, item, *, free: int = 1) -> str:
    """A winner who stays on the bank's page until the hold is over and given back."""
    checkout_id = ready(world, item, number=1)
    take(world, checkout_id)
    disclosure.present(world.house, checkout_id=checkout_id, language="en")
    signature.sign(world.house, checkout_id=checkout_id, typed_name="Camille Martin", accepted=True)
    payment.begin(world.house, checkout_id=checkout_id, return_url="http://localhost/return")
    world.later(minutes=16)
    world.later(minutes=61)
    assert world.units(item.sale_item_id)[:2] == (free, 0)
    return checkout_id


def units_gone(world: World, item) -> str:
    world.buy(
        world.shop.add(sale_item_id=item.sale_item_id, units=1, total_minor=PRICE),
        walker=world.shopper(phone=PHONES[0]),
    )
    return "sold_out"


def capital_gone(world: World, item) -> str:
    """Another item of the same price has used up what was set aside, and the pool has nothing left to top it up."""
    sale = world.house.store.sales.sale(item.sale_id)
    assert sale is not None
    with world.house.store.engine.begin() as connection:  # type: ignore[attr-defined]
        connection.exec_driver_sql(
            f"UPDATE bnpl_sale SET ceiling_minor = used_minor WHERE sale_id = '{sale.sale_id}'"
        )  # fmt: skip
        connection.exec_driver_sql(
            f"UPDATE bnpl_capital_pool SET held_minor = held_minor - {sale.left_minor} WHERE currency = 'EUR'"
        )
    pool = world.house.store.pool("EUR")
    assert pool is not None
    make(world, units=1, allotment_minor=pool.available_minor - pool.held_minor - pool.outstanding_minor)
    return "allotment_exhausted"


def sale_closed(world: World, item) -> str:
    selling.end(world.house, sale_id=item.sale_id, by="op")
    world.later(minutes=1)
    closed = world.house.store.sales.sale(item.sale_id)
    assert closed is not None
    assert closed.state == "closed"
    return "sale_not_open"


@pytest.mark.parametrize(
    ("gone", "bank_fails"), [(units_gone, False), (units_gone, True), (capital_gone, False), (sale_closed, False)]
)
def test_all_is_given_back_within_a_minute_of_the_payment(small_world, gone, bank_fails):
    world = small_world
    _, item = make(world, units=1)
    checkout_id = on_the_banks_page(world, item)
    reason = gone(world, item)
    world.work()
    sent = len(world.messages())
    if bank_fails:
        world.bank.set_fault("void", kind="unavailable", times=1)
    world.bank.submit_card(world.purchase(checkout_id).attempt.provider_ref, number=GOOD, expiry="12/30", cvc="123")

    for _ in range(2):  # one carries the webhook, the other what came of it; a worker that has found work does not rest
        worker.run_once(world.house)
    purchase = world.purchase(checkout_id)
    assert (purchase.checkout.state, purchase.checkout.reason) == ("refused", reason)
    assert world.messages()[sent:] == ["order_refused"]
    assert world.line(checkout_id) == (0, 0)
    if bank_fails:
        world.clock.advance(timedelta(seconds=59))
        worker.run_once(world.house)
    assert world.purchase(checkout_id).attempt.state == "voided"
    assert world.statement().count(("void", 9_967)) == 1
    assert world.lying_authorisations() == []
    assert world.count("loan", f"checkout_id = '{checkout_id}'") == 0
    world.settled()


def pays_now(world, checkout_id):
    world.bank.submit_card(world.purchase(checkout_id).attempt.provider_ref, number=GOOD, expiry="12/30", cvc="123")
    world.work()


@pytest.mark.parametrize("gone", [False, True])
def test_paid_late_by_who_is_in_line_again_it_is_finished_or_given_back(small_world, gone):
    world = small_world
    _, item = make(world, units=1)
    checkout_id = on_the_banks_page(world, item)
    readiness.reserve(world.house, checkout_id=checkout_id)
    if gone:
        units_gone(world, item)
    pays_now(world, checkout_id)
    if gone:
        assert (world.state(checkout_id), world.line(checkout_id)) == ("refused", (0, 0))
    else:
        assert (world.state(checkout_id), world.line(checkout_id)) == ("confirmed", (0, PRICE - PRICE // 3 - 1))
        assert world.units(item.sale_item_id) == (0, 0, 1, 0)
        assert world.house.gate.figures(item.sale_id).items[item.sale_item_id].booked == 1
    world.settled()


def test_paid_late_and_only_the_sales_own_capital_is_short_the_pool_is_asked(small_world):
    world = small_world
    _, item = make(world, units=2, allotment_minor=0)
    checkout_id = on_the_banks_page(world, item, free=2)
    take(world, ready(world, item))  # with the capital that had been set aside for the other
    pays_now(world, checkout_id)
    assert world.state(checkout_id) == "confirmed"
    world.settled()


def test_paid_late_by_who_holds_the_unit_again_it_is_finished_and_not_lifted_in_silence(small_world):
    _, item = make(small_world, units=1)
    checkout_id = on_the_banks_page(small_world, item)
    take(small_world, checkout_id)
    pays_now(small_world, checkout_id)
    assert small_world.state(checkout_id) == "confirmed"
    assert small_world.statement().count(("void", 9_967)) == 0
    small_world.settled()
