"""What a sale offers: its own plans and no other, and a budget that nothing else can eat."""

import pytest

from bnpl_plugin import errors
from bnpl_plugin.lifecycle import checkout as checkouts
from bnpl_plugin.lifecycle import holds, quotation
from bnpl_plugin.lifecycle.flash_sale.terms import SaleSubsidy
from bnpl_plugin.ports.platform import Order
from tests.lifecycle.flash_sale.test_sales import PRICE, make
from tests.lifecycle.subsidies.giving import used, zero_percent
from tests.lifecycle.world import World

SIX = "instalments_6"


def quoted(world: World, order: Order):
    return quotation.quote(world.house, order=order, country="FR", merchant_id="host")


def of_sale(world: World, item) -> Order:
    return world.shop.add(sale_item_id=item.sale_item_id, units=1, total_minor=PRICE)


def test_a_sale_offers_its_plans_and_says_why_not_the_others(small_world):
    world = small_world
    _, item = make(world, plan_codes=("pay_in_3",))
    found = quoted(world, of_sale(world, item))
    assert [offer.plan_code for offer in found.offers] == ["pay_in_3"]
    assert {no.code for no in found.refusals if no.plan_code == SIX} == {"not_in_sale"}
    assert len(quoted(world, world.shop.add(total_minor=PRICE)).offers) > 1


def test_another_plan_cannot_be_chosen_by_an_offer_made_elsewhere(small_world):
    world = small_world
    _, item = make(world, plan_codes=("pay_in_3",))
    order = of_sale(world, item)
    checkout = world.shopper().open(order)
    offer = quoted(world, order).offers[0]
    forged = type(offer).from_json({**offer.to_json(), "plan_code": SIX})
    with pytest.raises(errors.OfferUnavailable) as refused:
        checkouts.choose_plan(
            world.house, checkout_id=checkout.checkout_id, token=quotation.sign_offer(world.house, offer=forged)
        )
    assert refused.value.details["reason"] == "not_in_sale"


def six(world: World, order: Order):
    return next(offer for offer in quoted(world, order).offers if offer.plan_code == SIX)


def test_a_sales_budget_serves_its_items_and_nothing_else(world):
    _, item = make(world, subsidy=SaleSubsidy(budget_minor=2_000))
    _, other = make(world)
    budget_id = world.house.reads.subsidies()[0].subsidy.subsidy_id
    order = of_sale(world, item)
    assert (six(world, order).subsidy_id, six(world, order).schedule.finance_charge_minor) == (budget_id, 0)
    for elsewhere in (world.shop.add(total_minor=PRICE), of_sale(world, other)):
        assert six(world, elsewhere).subsidy_id is None
    checkout_id = world.shopper().to_signed(order, plan_code=SIX)
    hold = world.purchase(checkout_id).hold
    assert (hold.subsidy_id, used(world.house, budget_id)[1]) == (budget_id, hold.subsidy_minor)
    assert hold.subsidy_minor > 0
    holds.release(world.house, purchase=world.purchase(checkout_id))
    assert used(world.house, budget_id) == (0, 0)
    world.sound()


def test_at_one_price_the_sales_own_budget_is_eaten_first(small_world):
    world = small_world
    general = zero_percent(world.house)
    _, item = make(world, subsidy=SaleSubsidy(budget_minor=10_000))
    assert six(world, of_sale(world, item)).subsidy_id != general.subsidy_id
    assert six(world, world.shop.add(total_minor=PRICE)).subsidy_id == general.subsidy_id


def test_a_sale_whose_budget_cannot_be_is_not_made(small_world):
    with pytest.raises(errors.InvalidInput):
        make(small_world, subsidy=SaleSubsidy(budget_minor=1, recipients=("nowhere",)))
    assert small_world.house.store.sales.all() == ()
    assert small_world.pool() == (0, 0)
