"""A place in line is kept through whatever becomes of the line reserved for it: whose turn has come gets the unit."""

import pytest

from bnpl_plugin import errors
from bnpl_plugin.lifecycle import checkout as checkouts
from bnpl_plugin.lifecycle import quotation
from bnpl_plugin.lifecycle.flash_sale import readiness, selling
from bnpl_plugin.ports.platform import Order
from tests.lifecycle.flash_sale.test_border import pay
from tests.lifecycle.flash_sale.test_claims_let_go import in_line
from tests.lifecycle.flash_sale.test_sales import PRICE, make, ready, take
from tests.lifecycle.world import World


def another_plan(world: World, checkout_id: str) -> None:
    purchase = world.purchase(checkout_id)
    assert purchase.decision is not None
    offer = quotation.quote_plan(
        world.house, order=Order.from_json(purchase.checkout.cart), country="FR", merchant_id="host",
        plan_code="instalments_6", rating=purchase.decision.rating, language="en",
    )  # fmt: skip
    checkouts.choose_plan(world.house, checkout_id=checkout_id, token=quotation.sign_offer(world.house, offer=offer))


@pytest.mark.parametrize("again", [True, False])
def test_who_chooses_another_plan_in_line_keeps_the_place(world, again):
    _, item = make(world, units=2)
    winner, _, first, second = held = [ready(world, item, number=number) for number in range(4)]
    for checkout_id in held[:2]:
        take(world, checkout_id)
    in_line(world, first, second)
    another_plan(world, first)
    if again:
        readiness.reserve(world.house, checkout_id=first)
    with pytest.raises(errors.InLine) as told:
        take(world, first)
    assert told.value.details["place"] == 1
    checkouts.cancel(world.house, checkout_id=winner)
    assert take(world, first).state == "pending"
    assert world.line(first) == (PRICE, 0)
    in_line(world, second)


def test_added_stock_is_for_who_comes_once_all_was_sold_and_the_line_was_told(small_world):
    """Who waited hears that nothing can come back, and asks no more: a unit kept for them would lie idle."""
    world = small_world
    _, item = make(world, units=1)
    waits = ready(world, item, number=1)
    winner = ready(world, item)
    take(world, winner)
    in_line(world, waits)
    assert pay(world, winner) == "confirmed"
    with pytest.raises(errors.SoldOut):
        take(world, waits)
    world.work()
    assert world.line(waits) == (0, 0)
    selling.add_units(world.house, sale_id=item.sale_id, sale_item_id=item.sale_item_id, units=1, by="op")
    assert take(world, ready(world, item, number=2)).state == "pending"
    in_line(world, waits)


def test_added_stock_serves_the_line_first_as_long_as_nobody_there_was_let_go(small_world):
    world = small_world
    _, item = make(world, units=1)
    waits = ready(world, item, number=1)
    winner = ready(world, item)
    take(world, winner)
    in_line(world, waits)
    assert pay(world, winner) == "confirmed"
    selling.add_units(world.house, sale_id=item.sale_id, sale_item_id=item.sale_item_id, units=1, by="op")
    world.work()
    in_line(world, ready(world, item, number=2))
    assert take(world, waits).state == "pending"
