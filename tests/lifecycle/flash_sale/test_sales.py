"""A sale from its making to its closing: held for by those who are ready, claimed at the gate, settled to the cent."""

from datetime import timedelta

import pytest

from bnpl_plugin import errors
from bnpl_plugin.lifecycle import checkout as checkouts
from bnpl_plugin.lifecycle import holds
from bnpl_plugin.lifecycle.flash_sale import claiming, gatekeeping, lottery, readiness, selling
from bnpl_plugin.lifecycle.flash_sale.drawing import entry_id_of
from bnpl_plugin.lifecycle.flash_sale.terms import Fairness, ItemTerms, SaleTerms
from bnpl_plugin.lifecycle.flash_sale.watching.board import board_of
from bnpl_plugin.lifecycle.funding import funders
from bnpl_plugin.ports.gate import ClaimState, SaleState, Wish
from bnpl_plugin.ports.records import Sale, SaleItem
from bnpl_plugin.testing import Walker
from tests.lifecycle.world import World

PRICE = 29_900
PHONES = [f"+336123456{n:02d}" for n in range(70, 90)]


def make(world: World, *, units: int = 2, opens_in: int = 0, **terms) -> tuple[Sale, SaleItem]:
    now = world.clock.now()
    item = ItemTerms(sku="phone", name="Phone", units=units, price_minor=PRICE)
    told = SaleTerms(
        name="Sale", country="FR", items=(item,), starts_at=now + timedelta(minutes=opens_in),
        ends_at=now + timedelta(hours=6), **terms,
    )  # fmt: skip
    view = selling.create(world.house, told, merchant_id="host")
    return view.sale, view.items[0]


def approved(world: World, item: SaleItem, *, number: int = 0) -> str:
    walker: Walker = world.shopper(phone=PHONES[number])
    checkout = walker.open(world.shop.add(sale_item_id=item.sale_item_id, units=1, total_minor=PRICE))
    walker.choose(checkout)
    walker.identify(checkout)
    assert walker.decide(checkout) == "approved"
    return checkout.checkout_id


def ready(world: World, item: SaleItem, *, number: int = 0) -> str:
    checkout_id = approved(world, item, number=number)
    readiness.reserve(world.house, checkout_id=checkout_id)
    return checkout_id


def take(world: World, checkout_id: str):
    return holds.take(world.house, checkout_id=checkout_id)


def test_capital_is_set_aside_and_all_of_it_goes_back_when_nothing_is_sold(world):
    sale, item = make(world)
    assert world.pool() == (2 * PRICE, 0)
    world.later(hours=7)
    assert world.pool() == (0, 0)
    assert world.units(item.sale_item_id) == (0, 0, 0, 2)
    assert world.house.store.sales.sale(sale.sale_id).state == "closed"


def test_who_is_ready_has_the_line_reserved_and_taps_once(world):
    _, item = make(world, opens_in=10)
    checkout_id = ready(world, item)
    assert world.line(checkout_id) == (PRICE, 0)
    assert world.units(item.sale_item_id) == (2, 0, 0, 0)
    with pytest.raises(errors.SaleNotOpen):
        take(world, checkout_id)
    world.later(minutes=10)
    hold = take(world, checkout_id)
    assert take(world, checkout_id) == hold
    assert world.line(checkout_id) == (PRICE, 0)
    assert world.pool() == (2 * PRICE, 0)
    assert world.units(item.sale_item_id) == (1, 1, 0, 0)
    assert world.house.gate.figures(hold.sale_id).items[item.sale_item_id].held == 1


def test_the_bought_unit_is_booked_at_the_gate_and_its_capital_is_lent(world):
    sale, item = make(world)
    checkout_id = world.buy(world.shop.add(sale_item_id=item.sale_item_id, units=1, total_minor=PRICE))
    assert world.state(checkout_id) == "confirmed"
    figures = world.house.gate.figures(sale.sale_id).items[item.sale_item_id]
    assert (figures.free, figures.held, figures.booked) == (1, 0, 1)
    world.later(hours=7)
    assert world.house.store.sales.sale(sale.sale_id).state == "closed"
    assert world.pool()[0] == 0


def test_one_loses_waits_and_is_served_when_the_winner_gives_up(world):
    _, item = make(world, units=1)
    winner, loser, late = (ready(world, item, number=n) for n in range(3))
    take(world, winner)
    with pytest.raises(errors.InLine) as told:
        take(world, loser)
    assert told.value.details["place"] == 1
    with pytest.raises(errors.SoldOut):  # the line is as long as there are units
        take(world, late)
    checkouts.cancel(world.house, checkout_id=winner)
    assert take(world, loser).state == "pending"
    assert world.line(winner) == (0, 0)


def test_a_claim_whose_process_died_before_the_commit_is_taken_up_or_released(world):
    sale, item = make(world, units=1)
    checkout_id = ready(world, item)
    purchase = world.purchase(checkout_id)
    at = claiming.admitted(world.house, purchase)
    claiming.keep(world.house, at, hold=holds.new_hold(world.house, purchase=purchase, state="pending", at=at))
    assert take(world, checkout_id).hold_id == at.wish.claim_id  # dies, and comes again
    holds.release(world.house, purchase=world.purchase(checkout_id))
    at = claiming.admitted(world.house, world.purchase(checkout_id))
    again = world.purchase(checkout_id)
    claiming.keep(world.house, at, hold=holds.new_hold(world.house, purchase=again, state="pending", at=at))
    world.later(minutes=61)  # dies, and never comes again
    assert world.house.gate.figures(sale.sale_id).items[item.sale_item_id].free == 1


def test_a_gate_that_forgot_everything_is_taught_anew(world):
    sale, item = make(world, units=3)
    bought = world.buy(world.shop.add(sale_item_id=item.sale_item_id, units=1, total_minor=PRICE))
    held = ready(world, item, number=1)
    take(world, held)
    gatekeeping.rebuild(world.house, sale.sale_id)
    figures = world.house.gate.figures(sale.sale_id)
    assert (figures.items[item.sale_item_id].free, figures.items[item.sale_item_id].booked) == (1, 1)
    assert figures.left_minor == PRICE
    take(world, ready(world, item, number=2))
    with pytest.raises((errors.SoldOut, errors.InLine)):
        take(world, ready(world, item, number=3))
    assert world.state(bought) == "confirmed"


def test_the_allotment_is_topped_up_until_the_pool_is_empty_and_the_loser_is_told_why(world):
    sale, item = make(world, units=3, allotment_minor=0)
    pool = world.house.store.pool("EUR")
    spare = pool.available_minor - pool.held_minor - pool.outstanding_minor
    other, _ = make(world, units=1, allotment_minor=spare - PRICE)
    take(world, ready(world, item))
    assert world.house.store.sales.sale(sale.sale_id).ceiling_minor == PRICE
    poor = ready(world, item, number=1)
    with pytest.raises(errors.AllotmentExhausted):
        take(world, poor)
    selling.end(world.house, sale_id=other.sale_id, by="test")
    world.work()
    assert take(world, poor).state == "pending"


def test_what_the_funder_no_longer_bears_is_asked_of_the_pool_and_the_winner_stays_the_winner(small_world):
    world = small_world
    _, item = make(world, units=1, allotment_minor=PRICE // 2, opens_in=2)
    now = world.clock.now()
    funders.share_loans(
        world.house, funder_id=funders.register(world.house, name="Bank", servicing_bps=0).funder_id,
        pool_id="pool_eur", share_bps=5_000, starts_at=now, ends_at=now + timedelta(minutes=1),
    )  # fmt: skip
    checkout_id = ready(world, item)
    ticket = claiming.entrance(world.house, world.purchase(checkout_id)).wish
    world.later(minutes=3)
    world.house.gate.ask(ticket, now=world.clock.now())
    assert take(world, checkout_id).own_minor == PRICE == 2 * ticket.principal_minor


def test_a_unit_is_kept_no_longer_than_the_sale_says(small_world):
    world = small_world
    _, item = make(world, units=1, hold_seconds=60, ceiling_seconds=300)
    checkout_id = ready(world, item)
    hold = take(world, checkout_id)
    assert hold.ceiling_at == world.clock.now() + timedelta(seconds=300)
    world.later(seconds=301)
    assert world.units(item.sale_item_id) == (1, 0, 0, 0)
    assert world.house.gate.figures(item.sale_id).items[item.sale_item_id].free == 1


def test_a_declined_or_cancelled_shopper_gives_the_unit_and_the_line_back_at_once(world):
    sale, item = make(world, units=1)
    checkout_id = ready(world, item)
    take(world, checkout_id)
    checkouts.cancel(world.house, checkout_id=checkout_id)
    assert world.line(checkout_id) == (0, 0)
    assert world.house.gate.figures(sale.sale_id).items[item.sale_item_id].free == 1


def test_paused_serves_nobody_and_added_units_serve_the_line(world):
    sale, item = make(world, units=1)
    first, second = (ready(world, item, number=n) for n in range(2))
    take(world, first)
    selling.pause(world.house, sale_id=sale.sale_id, by="op")
    with pytest.raises(errors.SalePaused):
        take(world, second)
    selling.resume(world.house, sale_id=sale.sale_id, by="op")
    with pytest.raises(errors.InLine):
        take(world, second)
    selling.add_units(world.house, sale_id=sale.sale_id, sale_item_id=item.sale_item_id, units=1, by="op")
    assert take(world, second).state == "pending"  # the capital for it came out of the pool
    assert world.units(item.sale_item_id) == (0, 2, 0, 0)


def test_a_lottery_draws_the_ready_in_the_order_of_the_published_seed(world):
    sale, item = make(world, units=2, opens_in=30, fairness=Fairness.LOTTERY)
    assert world.house.gate.figures(sale.sale_id).state is SaleState.PAUSED
    entrants = {ready(world, item, number=n): n for n in range(5)}
    shoppers = {world.purchase(one).checkout.shopper_id: one for one in entrants}
    with pytest.raises(errors.SaleNotOpen):
        take(world, next(iter(entrants)))
    world.later(minutes=31)
    drawn = world.house.store.sales.sale(sale.sale_id)
    assert lottery.keeps_its_word(drawn.seed or "", published=sale.seed_hash or "")
    numbers = {entry_id_of(item.sale_item_id, shopper_id=shopper): shopper for shopper in shoppers}
    order = [numbers[n] for n in lottery.draw(drawn.seed, sale_id=item.sale_item_id, entrants=numbers)]
    states = []
    for shopper in order:
        answer = world.house.gate.place(sale.sale_id, item.sale_item_id, shopper_id=shopper, now=world.clock.now())
        states.append(answer.claim.state)
    assert states == [ClaimState.ADMITTED] * 2 + [ClaimState.WAITING] * 3
    for shopper in order[:2]:
        take(world, shoppers[shopper])
    with pytest.raises(errors.InLine):
        take(world, shoppers[order[2]])


def test_losers_lines_are_free_again_once_all_is_sold(world):
    _, item = make(world, units=1)
    loser = ready(world, item, number=1)
    world.buy(
        world.shop.add(sale_item_id=item.sale_item_id, units=1, total_minor=PRICE),
        walker=world.shopper(phone=PHONES[0]),
    )
    assert world.line(loser) == (PRICE, 0)
    world.work()
    assert world.line(loser) == (0, 0)
    assert world.state(loser) == "approved"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"total_minor": PRICE - 1}, "lines"),
        ({"units": 2, "total_minor": 2 * PRICE}, "units"),
    ],
)
def test_an_order_that_is_not_what_is_sold_is_refused(small_world, change, field):
    _, item = make(small_world)
    told = {"sale_item_id": item.sale_item_id, "units": 1, "total_minor": PRICE, **change}
    with pytest.raises(errors.InvalidInput) as refused:
        small_world.shopper().open(small_world.shop.add(**told))
    assert refused.value.details["field"] == field


def test_a_gate_that_was_taught_between_the_claim_and_the_commit_is_taught_once_more(world, monkeypatch):
    sale, item = make(world, units=1)
    checkout_id, other = ready(world, item), ready(world, item, number=1)
    house, kept = world.house, type(world.house.gate).keep

    def forgetful(gate, wish, **spans):
        claim = kept(gate, wish, **spans)
        gatekeeping.rebuild(house, sale.sale_id)  # by a process that cannot see the hold yet
        return claim

    monkeypatch.setattr(type(house.gate), "keep", forgetful)
    take(world, checkout_id)
    monkeypatch.undo()
    figures = house.gate.figures(sale.sale_id).items[item.sale_item_id]
    assert (figures.free, figures.held) == (0, 1)
    with pytest.raises((errors.SoldOut, errors.InLine)):
        take(world, other)


def test_the_board_adds_up_while_an_ended_sale_gives_back_what_it_does_not_need(world):
    sale, item = make(world, units=5)
    take(world, ready(world, item))
    selling.add_units(world.house, sale_id=sale.sale_id, sale_item_id=item.sale_item_id, units=1, by="op")
    on_the_way = Wish("hld_on_the_way", sale.sale_id, item.sale_item_id, "shp_on_the_way", 1, PRICE)
    world.house.gate.ask(on_the_way, now=world.clock.now())

    def figures() -> tuple[int, ...]:
        board = board_of(world.house, sale_id=sale.sale_id)
        one = board.items[0]
        assert one.free_units + one.held_units + one.sold_units + one.item.returned_units == one.item.total_units
        return one.free_units, one.held_units, one.item.returned_units, board.left_minor

    assert figures() == (4, 2, 0, 4 * PRICE)
    selling.end(world.house, sale_id=sale.sale_id, by="op")
    assert figures() == (4, 2, 0, 4 * PRICE)
    world.later(minutes=4)  # who was let in has not come; who holds is still paying
    assert figures() == (0, 1, 5, 0)
    assert world.pool() == (PRICE, 0)
