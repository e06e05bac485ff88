"""The ticket at the gate: every answer is true, and only a committed hold is called held."""

from datetime import timedelta
from typing import Any

import pytest

from bnpl_plugin.lifecycle.flash_sale import readiness, selling
from bnpl_plugin.lifecycle.flash_sale.terms import ItemTerms, SaleTerms
from bnpl_plugin.web.guards import commits
from bnpl_plugin.web.sale import tickets
from tests.lifecycle.world import GOOD, World, world_in

PRICE = 29_900


@pytest.fixture
def sale_world(tmp_path, migrated_sqlite_url):
    with world_in(tmp_path, migrated_sqlite_url, pages=True) as made:
        yield made
        made.sound()


def make(world: World, *, units: int = 1, opens_in: int = 0, line_limit: int = 1):
    now = world.clock.now()
    phone = ItemTerms(sku="phone", name="Phone", units=units, price_minor=PRICE, line_limit=line_limit)
    starts = now + timedelta(minutes=opens_in)
    terms = SaleTerms(name="S", country="FR", items=(phone,), starts_at=starts, ends_at=starts + timedelta(hours=1))
    return selling.create(world.house, terms, merchant_id="host").items[0]


def ticket(world: World, item, number: int) -> str:
    walker = world.shopper(phone=f"+336123456{number:02d}")
    checkout = walker.open(world.shop.add(sale_item_id=item.sale_item_id, units=1, total_minor=PRICE))
    walker.choose(checkout)
    walker.identify(checkout)
    walker.decide(checkout)
    readiness.reserve(world.house, checkout_id=checkout.checkout_id)
    return tickets.issue(world.house, world.purchase(checkout.checkout_id))


def ask(world: World, text: str, *, status: int = 200) -> dict[str, Any]:
    answer = world.app.test_client().post("/bnpl/sale/claim", json={"ticket": text})
    assert answer.status_code == status, answer.text
    told: dict[str, Any] = answer.get_json()
    return told


def test_one_wins_one_waits_one_is_told_at_once(sale_world):
    item = make(sale_world)
    first, second, third = (ticket(sale_world, item, n) for n in (70, 71, 72))
    assert ask(sale_world, first)["state"] == "held"
    assert ask(sale_world, first)["state"] == "held"  # the same tap again
    assert ask(sale_world, second) == {"state": "waiting", "place": 1, "again_in": 2}
    assert ask(sale_world, third)["state"] == "sold_out"
    assert sale_world.units(item.sale_item_id) == (0, 1, 0, 0)


def test_before_the_start_paused_and_after_the_end(sale_world):
    item = make(sale_world, opens_in=5)
    text = ticket(sale_world, item, 70)
    assert ask(sale_world, text)["state"] == "not_open"
    sale_world.later(minutes=5)
    selling.pause(sale_world.house, sale_id=item.sale_id, by="op")
    assert ask(sale_world, text)["state"] == "paused"
    selling.end(sale_world.house, sale_id=item.sale_id, by="op")
    assert ask(sale_world, text)["state"] == "over"


def test_a_forged_ticket_and_a_hammering_one_gain_nothing(sale_world):
    item = make(sale_world)
    text = ticket(sale_world, item, 70)
    assert ask(sale_world, text[:-2], status=400)["state"] == "refused"
    assert ask(sale_world, "", status=400)["state"] == "refused"
    for _ in range(3):
        ask(sale_world, text)
    assert ask(sale_world, text, status=429) == {"state": "too_fast", "again_in": 1}
    assert sale_world.units(item.sale_item_id) == (0, 1, 0, 0)


def test_all_who_wait_learn_it_when_the_last_unit_is_sold(sale_world):
    item = make(sale_world, line_limit=3)
    walker = sale_world.shopper(phone="+33612345670")
    order = sale_world.shop.add(sale_item_id=item.sale_item_id, units=1, total_minor=PRICE)
    winner = walker.to_signed(order)
    waiting = [ticket(sale_world, item, number) for number in (71, 72, 73)]
    assert [ask(sale_world, text)["place"] for text in waiting] == [1, 2, 3]
    walker.pay(winner, card=GOOD)
    sale_world.settle(winner)
    sold_out = {"state": "sold_out", "final": True, "free": 0}
    assert [ask(sale_world, text) for text in waiting] == [sold_out] * 3


def test_units_added_after_all_were_sold_do_not_wait_for_who_was_told_that_it_is_over(sale_world):
    item = make(sale_world, line_limit=3)
    walker = sale_world.shopper(phone="+33612345670")
    winner = walker.to_signed(sale_world.shop.add(sale_item_id=item.sale_item_id, units=1, total_minor=PRICE))
    waiting = [ticket(sale_world, item, number) for number in (71, 72)]
    assert [ask(sale_world, text)["place"] for text in waiting] == [1, 2]
    walker.pay(winner, card=GOOD)
    sale_world.settle(winner)
    sale_world.later(minutes=1)
    figures = sale_world.house.gate.figures(item.sale_id).items[item.sale_item_id]
    assert (figures.free, figures.held, figures.waiting) == (0, 0, 0)
    assert [ask(sale_world, text)["state"] for text in waiting] == ["sold_out"] * 2
    selling.add_units(
        sale_world.house, sale_id=item.sale_id, sale_item_id=item.sale_item_id, units=2, by="op"
    )  # fmt: skip
    assert ask(sale_world, ticket(sale_world, item, 73))["state"] == "held"
    assert ask(sale_world, waiting[1])["state"] == "held"  # who comes back all the same


def test_a_winner_who_finds_every_place_taken_comes_again_and_a_loser_never_waits(sale_world):
    item = make(sale_world)
    first, second, third = (ticket(sale_world, item, n) for n in (70, 71, 72))
    places = commits.commits(sale_world.app.extensions, settings=sale_world.house.settings)
    while places.enter():
        pass
    told = ask(sale_world, first)
    assert told["state"] == "reserving"
    assert 0 < told["again_in"] <= 8
    assert ask(sale_world, third)["state"] in ("waiting", "reserving")
    assert sale_world.units(item.sale_item_id) == (1, 0, 0, 0)  # nothing was promised
    places.leave()
    assert ask(sale_world, first)["state"] == "held"
    assert ask(sale_world, second)["state"] == "sold_out"
