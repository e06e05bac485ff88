"""A crowd is made of real shoppers: decided, reserved, with tickets that the gate takes; each is counted once."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from random import Random

import phonenumbers
import pytest

from bnpl_plugin.errors import CreditLineExceeded, InvalidInput, SaleNotOpen
from bnpl_plugin.lifecycle import holds
from bnpl_plugin.lifecycle.flash_sale import selling
from bnpl_plugin.lifecycle.flash_sale.terms import ItemTerms, SaleTerms
from bnpl_plugin.lifecycle.house import House
from bnpl_plugin.ports.platform import Order
from bnpl_plugin.ports.store import Changeset, LineChange, SaleView
from bnpl_plugin.simulation.crowd import Crowd, Terms, people
from bnpl_plugin.simulation.crowd.gathering import Gathering, gathering_house, merged
from bnpl_plugin.simulation.crowd.outcome import Outcome, millis, percentile, table
from bnpl_plugin.simulation.crowd.rush import arrivals
from bnpl_plugin.web.sale import tickets
from tests.lifecycle.world import World, world_in


@pytest.fixture
def world(tmp_path, migrated_url):
    with world_in(tmp_path, migrated_url) as made:
        yield made
        made.sound()


@pytest.fixture
def small_world(tmp_path, migrated_sqlite_url):
    with world_in(tmp_path, migrated_sqlite_url) as made:
        yield made


def sale(world: World, *, country: str = "FR", opens_in: int = 10) -> SaleView:
    now = world.clock.now()
    phones = tuple(ItemTerms(sku=sku, name=sku, units=2, price_minor=29_900) for sku in ("small", "large"))
    terms = SaleTerms(
        name="Sale", country=country, items=phones, starts_at=now + timedelta(minutes=opens_in),
        ends_at=now + timedelta(hours=6),
    )  # fmt: skip
    return selling.create(world.house, terms, merchant_id="host")


def test_everybody_is_ready_with_a_line_reserved_and_a_ticket_of_their_own(world, monkeypatch):
    monkeypatch.setattr("bnpl_plugin.simulation.crowd.readying.BATCH", 3)
    view = sale(world)
    crowd = Crowd(world.house, view, Terms(7))
    ready = [one for batch in crowd.ready() for one in batch]
    assert (len(ready), crowd.refused) == (7, Counter())
    assert world.house.store.sales.counts(view.sale.sale_id).ready == 7
    read = [tickets.read(world.house, one.ticket) for one in ready]
    assert [tickets.issue(world.house, world.purchase(one.checkout_id)) for one in ready] == [
        tickets.sign(world.house, ticket) for ticket in read
    ]
    assert len({ticket.wish.shopper_id for ticket in read}) == 7
    assert {ticket.wish.item_id for ticket in read} == {item.sale_item_id for item in view.items}
    world.later(minutes=10)
    assert holds.take(world.house, checkout_id=ready[0].checkout_id).hold_id == read[0].wish.claim_id


def test_what_is_known_of_a_checkout_without_reading_it_is_what_stands_in_the_database(world, monkeypatch):
    seen: list[Gathering] = []

    def watched(house: House, orders: Mapping[str, Order]) -> tuple[House, Gathering]:
        made = gathering_house(house, orders)
        seen.append(made[1])
        return made

    monkeypatch.setattr("bnpl_plugin.simulation.crowd.readying.gathering_house", watched)
    (one,) = (one for batch in Crowd(world.house, sale(world), Terms(1)).ready() for one in batch)
    kept = world.purchase(one.checkout_id)
    assert seen[0].purchase(one.checkout_id) == kept
    assert seen[0].person(kept.checkout.shopper_id) == world.house.store.person(kept.checkout.shopper_id)


def test_a_second_crowd_is_other_people(small_world):
    view, seen = sale(small_world), set()
    for _ in range(2):
        for batch in Crowd(small_world.house, view, Terms(3)).ready():
            seen |= {tickets.read(small_world.house, one.ticket).wish.shopper_id for one in batch}
    assert len(seen) == 6


def test_one_shopper_s_refusal_stops_nobody_else(small_world):
    crowd = Crowd(small_world.house, sale(small_world), Terms(2))
    first, second = (one for batch in crowd.ready() for one in batch)
    gathering = Gathering(small_world.house)
    mine, theirs = (tickets.read(small_world.house, one.ticket).wish.shopper_id for one in (first, second))
    for shopper_id, minor in ((mine, 10**12), (theirs, 1)):
        gathering.write(Changeset(lines=(LineChange(shopper_id, "EUR", held_minor=minor),)))
    before = small_world.line(second.checkout_id)[0]
    assert gathering.flush() == 1
    assert small_world.line(second.checkout_id)[0] == before + 1
    with pytest.raises(CreditLineExceeded):
        small_world.house.commit(merged([Changeset(lines=(LineChange(mine, "EUR", held_minor=10**12),))]))


@pytest.mark.parametrize(
    ("country", "shoppers", "field"), [("FR", 0, "shoppers"), ("FR", 60_000, "shoppers"), ("DE", 5, "sale")]
)
def test_a_crowd_that_cannot_come_is_refused_by_name(small_world, country, shoppers, field):
    view = sale(small_world)
    view = replace(view, sale=replace(view.sale, country=country))
    with pytest.raises(InvalidInput) as refused:
        Crowd(small_world.house, view, Terms(shoppers))
    assert refused.value.details["field"] == field


def test_nobody_gets_ready_for_a_sale_that_is_over(small_world):
    view = sale(small_world, opens_in=0)
    small_world.later(hours=6)
    with pytest.raises(SaleNotOpen):
        Crowd(small_world.house, view, Terms(1))


@pytest.mark.parametrize("country", ["CN", "FR", "US"])
def test_the_numbers_can_be_called_by_nobody_twice(country):
    market, luck = people.market_of(country), Random("numbers")
    assert market is not None
    faces = [face for face, _ in zip(people.faces(market, luck=luck), range(500), strict=False)]
    assert len({face.phone for face in faces}) == 500
    assert all(phonenumbers.is_valid_number(phonenumbers.parse(face.phone)) for face in faces)


def test_the_table_counts_each_shopper_once():
    outcome = Outcome(6)
    for number, state in ((0, "held"), (1, "waiting"), (2, "sold_out"), (3, "waiting"), (4, "none"), (1, "held")):
        outcome.hear(number, state=state, millis=10.0 * number)
    lines = table(outcome, winners=Counter(bought=1, thinking=1))
    told = {line[2:18].strip(): int(line[18:27]) for line in lines}
    assert told == {
        "asked": 6, "held": 2, "told sold out": 1, "still in line": 1, "told otherwise": 0, "no answer": 2,
        "bought": 1, "gave it back": 0, "still thinking": 1, "contradicted": 0,
    }  # fmt: skip
    assert outcome.line() == "2 held, 1 in line, 1 sold out"
    outcome.hear(2, state="held", millis=1)
    assert outcome.contradicted == 1


def test_percentiles_are_values_that_were_measured():
    assert percentile([], percent=50) is None
    assert percentile([3, 1, 2], percent=50) == 2
    assert percentile(range(1, 101), percent=99) == 99
    assert millis([]) == "–"


def test_half_of_the_crowd_comes_in_a_sixth_of_the_time():
    times = arrivals(4_000, seconds=20, luck=Random("arrivals"))
    assert times == sorted(times)
    assert times[0] >= 0
    assert times[-1] <= 20
    assert 0.45 < sum(at < 20 / 6 for at in times) / 4_000 < 0.55
