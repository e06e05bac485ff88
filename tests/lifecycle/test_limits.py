"""Stock, credit line and capital are taken together or not at all, and each says which one said no."""

from contextlib import nullcontext
from datetime import timedelta

import pytest

from bnpl_plugin import errors
from bnpl_plugin.lifecycle import holds
from bnpl_plugin.lifecycle.flash_sale import selling
from tests.lifecycle.world import World, world_in


def nothing_taken(world: World, sale_item_id: str, *, free: int) -> None:
    assert world.units(sale_item_id)[:2] == (free, 0)
    assert world.pool()[0] == 0


def test_sold_out_says_so_and_holds_nothing(world):
    item = world.sale(units=1)
    world.buy(world.shop.add(sale_item_id=item.sale_item_id, units=1))
    with pytest.raises(errors.SoldOut):
        world.buy(world.shop.add(sale_item_id=item.sale_item_id, units=1), walker=world.shopper(phone="+33612345679"))
    nothing_taken(world, item.sale_item_id, free=0)


def test_second_unit_for_one_shopper_is_refused(world):
    item = world.sale(units=5)
    for refusal in (None, errors.UnitsPerShopperExceeded):
        order = world.shop.add(sale_item_id=item.sale_item_id, units=1, total_minor=9_900)
        with pytest.raises(refusal) if refusal else nullcontext():
            world.buy(order)
    nothing_taken(world, item.sale_item_id, free=4)


def test_sale_before_its_start_and_after_its_end_is_not_open(world):
    item = world.sale(units=5)
    world.clock.advance(timedelta(days=2))
    with pytest.raises(errors.SaleNotOpen):
        world.buy(world.shop.add(sale_item_id=item.sale_item_id, units=1))
    nothing_taken(world, item.sale_item_id, free=5)
    assert selling.return_unsold(world.house, sale_item_id=item.sale_item_id, merchant_id="host") == 5
    assert world.units(item.sale_item_id) == (0, 0, 0, 5)


def test_unsold_units_are_not_returned_while_on_sale_or_to_another(small_world):
    item = small_world.sale(units=5)
    with pytest.raises(errors.InvalidInput, match="still on sale"):
        selling.return_unsold(small_world.house, sale_item_id=item.sale_item_id, merchant_id="host")
    with pytest.raises(errors.NotYours):
        selling.return_unsold(small_world.house, sale_item_id=item.sale_item_id, merchant_id="mer_other")


def test_capital_that_is_used_up_refuses_the_next_loan_and_gives_the_unit_back(tmp_path, migrated_url):
    with world_in(tmp_path, migrated_url, capital={"EUR": 500}) as world:
        item = world.sale(units=5)
        world.shopper().to_signed(world.shop.add())
        order = world.shop.add(sale_item_id=item.sale_item_id, units=1)
        with pytest.raises(errors.CapitalExhausted):
            world.shopper(phone="+33612345679").to_signed(order)
        assert world.units(item.sale_item_id) == (5, 0, 0, 0)
        assert world.pool() == (29_900, 0)
        world.sound()


def test_second_purchase_at_once_stays_within_the_credit_line(world):
    """Two checkouts decided one after the other before either took its holds: the line itself refuses the second."""
    walker = world.shopper()
    opened = [walker.open(world.shop.add(total_minor=190_000)) for _ in range(2)]
    for checkout in opened:
        walker.choose(checkout)
        walker.identify(checkout)
        assert walker.decide(checkout) == "approved"
    holds.take(world.house, checkout_id=opened[0].checkout_id)
    with pytest.raises(errors.CreditLineExceeded):
        holds.take(world.house, checkout_id=opened[1].checkout_id)
    assert world.pool() == world.line(opened[0].checkout_id) == (190_000, 0)


def test_line_in_a_second_currency_is_refused_while_the_first_is_open(world):
    world.buy()
    walker = world.shopper()
    checkout = walker.open(world.shop.add(currency="USD", total_minor=20_000))
    walker.choose(checkout)
    walker.identify(checkout)
    assert walker.decide(checkout) == "declined"
    assert world.pool("USD") == (0, 0)


def test_hold_expires_and_everything_goes_back(world):
    item = world.sale(units=1)
    checkout_id = world.shopper().to_signed(world.shop.add(sale_item_id=item.sale_item_id, units=1))
    assert world.line(checkout_id) == world.pool() == (29_900, 0)
    world.later(minutes=16)
    assert world.line(checkout_id) == (0, 0)
    assert world.pool() == (29_900, 0)  # still set aside for the sale
    assert world.units(item.sale_item_id) == (1, 0, 0, 0)
    assert world.state(checkout_id) == "approved"
