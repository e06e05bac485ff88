"""A unit kept for somebody who is still being decided is free again in the moment in which they are out."""

import pytest

from bnpl_plugin import errors
from bnpl_plugin.lifecycle import checkout as checkouts
from bnpl_plugin.lifecycle import credit_line, holds
from bnpl_plugin.lifecycle.flash_sale import claiming, readiness
from bnpl_plugin.web.sale import tickets
from tests.lifecycle.flash_sale.test_border import pay
from tests.lifecycle.flash_sale.test_compensation import on_the_banks_page, pays_now
from tests.lifecycle.flash_sale.test_sales import PHONES, PRICE, approved, make, ready, take
from tests.lifecycle.world import World


def known(world: World, item, *, number: int = 0, **told):
    """Open a checkout, choose a plan and prove the phone: no decision yet."""
    walker = world.shopper(phone=PHONES[number], **told)
    checkout = walker.open(world.shop.add(sale_item_id=item.sale_item_id, units=1, total_minor=PRICE))
    walker.choose(checkout)
    walker.identify(checkout)
    return walker, checkout


def kept_early(world: World, item, *, number: int = 0, **told):
    walker, checkout = known(world, item, number=number, **told)
    claiming.admitted(world.house, world.purchase(checkout.checkout_id))
    return walker, checkout


def free(world: World, item) -> int:
    return world.house.gate.figures(item.sale_id).items[item.sale_item_id].free


def test_who_gives_up_before_the_decision_gives_the_unit_to_the_first_in_line(small_world):
    _, item = make(small_world, units=1)
    _, first = kept_early(small_world, item)
    second = ready(small_world, item, number=1)
    with pytest.raises(errors.InLine):
        holds.take(small_world.house, checkout_id=second)
    checkouts.cancel(small_world.house, checkout_id=first.checkout_id)
    assert holds.take(small_world.house, checkout_id=second).state == "pending"


def test_who_is_declined_frees_the_unit_at_once(small_world):
    _, item = make(small_world, units=1)
    walker, checkout = kept_early(small_world, item, income_minor=90_000, outgoings_minor=88_000)
    assert free(small_world, item) == 0
    assert walker.decide(checkout) == "declined"
    assert free(small_world, item) == 1


def test_who_is_approved_goes_on_with_the_unit_kept_before(small_world):
    _, item = make(small_world, units=1)
    walker, checkout = kept_early(small_world, item)
    assert walker.decide(checkout) == "approved"
    hold = holds.take(small_world.house, checkout_id=checkout.checkout_id)
    assert hold.hold_id == claiming.first_claim_of(small_world.purchase(checkout.checkout_id))
    holds.release(small_world.house, purchase=small_world.purchase(checkout.checkout_id))
    again = holds.take(small_world.house, checkout_id=checkout.checkout_id)
    assert (again.state, again.hold_id == hold.hold_id) == ("pending", False)
    assert free(small_world, item) == 0


def test_another_checkout_of_the_same_shopper_keeps_its_unit(small_world):
    _, item = make(small_world, units=1)
    kept_early(small_world, item)
    _, other = known(small_world, item)
    checkouts.cancel(small_world.house, checkout_id=other.checkout_id)
    assert free(small_world, item) == 0


def test_who_leaves_the_line_is_waited_for_by_nobody(small_world):
    _, item = make(small_world, units=2)
    for number in (0, 1):
        kept_early(small_world, item, number=number)
    waiting, next_one = (ready(small_world, item, number=number) for number in (2, 3))
    for checkout_id in (waiting, next_one):
        with pytest.raises(errors.InLine):
            holds.take(small_world.house, checkout_id=checkout_id)
    checkouts.cancel(small_world.house, checkout_id=waiting)
    with pytest.raises(errors.InLine) as told:
        holds.take(small_world.house, checkout_id=next_one)
    assert told.value.details["place"] == 1


def waiting(world: World, item) -> int:
    return world.house.gate.figures(item.sale_id).items[item.sale_item_id].waiting


def in_line(world: World, *checkout_ids: str) -> None:
    for checkout_id in checkout_ids:
        with pytest.raises(errors.InLine):
            take(world, checkout_id)


@pytest.mark.parametrize("got_ready", [True, False])
def test_who_is_in_line_a_second_time_and_gives_up_leaves_no_ghost(small_world, got_ready):
    _, item = make(small_world, units=1)
    first = (ready if got_ready else approved)(small_world, item)
    take(small_world, first)
    holds.release(small_world.house, purchase=small_world.purchase(first))
    take(small_world, ready(small_world, item, number=1))
    if got_ready:
        readiness.reserve(small_world.house, checkout_id=first)
    in_line(small_world, first)
    holds.release(small_world.house, purchase=small_world.purchase(first))
    checkouts.cancel(small_world.house, checkout_id=first)
    assert waiting(small_world, item) == 0


def test_the_ticket_of_a_checkout_that_is_over_takes_nothing(small_world):
    world = small_world
    _, item = make(world, units=1)
    first = ready(world, item)
    ticket = tickets.read(world.house, tickets.issue(world.house, world.purchase(first)))
    checkouts.cancel(world.house, checkout_id=first)
    world.house.gate.ask(ticket.wish, now=world.clock.now())  # what the claim's address does first
    with pytest.raises(errors.CheckoutExpired):
        take(world, first)
    assert free(world, item) == 1


def test_cancelled_while_the_hold_is_being_committed_the_unit_is_free_at_once(small_world, monkeypatch):
    world, keep = small_world, claiming.keep
    _, item = make(world, units=1)
    first = ready(world, item)

    def cancelled_meanwhile(house, at, *, hold):
        keep(house, at, hold=hold)
        monkeypatch.undo()
        checkouts.cancel(house, checkout_id=first)

    monkeypatch.setattr(claiming, "keep", cancelled_meanwhile)
    with pytest.raises(errors.CheckoutExpired):
        take(world, first)
    assert free(world, item) == 1


@pytest.mark.parametrize("gone", [False, True])
def test_paid_late_by_who_is_in_line_again_the_place_in_line_is_free(small_world, gone):
    world = small_world
    _, item = make(world, units=1)
    late = on_the_banks_page(world, item)
    winner = ready(world, item)
    take(world, winner)
    in_line(world, late)
    if gone:
        pays_now(world, late)
        assert world.state(late) == "refused"
    else:
        checkouts.cancel(world.house, checkout_id=winner)  # the gate lets the first in line in
        pays_now(world, late)
        assert world.state(late) == "confirmed"
        assert free(world, item) == 0
    assert waiting(world, item) == 0
    world.settled()


@pytest.mark.parametrize("ended", [credit_line.freeze, credit_line.close])
def test_a_line_frozen_or_closed_since_the_shopper_got_ready_buys_nothing(small_world, ended):
    world = small_world
    _, item = make(world, units=1, opens_in=5)
    first, second = ready(world, item), ready(world, item, number=1)
    shopper_id = world.purchase(first).checkout.shopper_id
    ended(world.house, shopper_id=shopper_id, reason="fraud_suspected")
    world.later(minutes=6)
    world.house.gate.ask(claiming.entrance(world.house, world.purchase(first)).wish, now=world.clock.now())
    with pytest.raises(errors.CreditLineExceeded):
        take(world, first)
    assert take(world, second).state == "pending"
    if ended is credit_line.freeze:
        credit_line.unfreeze(world.house, shopper_id=shopper_id)
        with pytest.raises(errors.InLine):
            take(world, first)


def test_who_gives_up_when_all_is_sold_leaves_no_ghost_either(small_world):
    world = small_world
    _, item = make(world, units=1)
    first = approved(world, item)
    take(world, first)
    holds.release(world.house, purchase=world.purchase(first))
    winner = ready(world, item, number=1)
    take(world, winner)
    in_line(world, first)
    assert pay(world, winner) == "confirmed"
    checkouts.cancel(world.house, checkout_id=first)
    assert waiting(world, item) == 0
