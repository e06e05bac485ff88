"""Sixteen at once on what is left of a budget: full to the cent, never over, and nobody pays a dearer price."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from bnpl_plugin.errors import BnplError
from bnpl_plugin.lifecycle import checkout as checkouts
from bnpl_plugin.lifecycle import holds
from bnpl_plugin.lifecycle.subsidies import earning
from bnpl_plugin.ports.store import Changeset, RoomChange
from tests.lifecycle.subsidies.giving import used, zero_percent
from tests.lifecycle.world import World

BUYERS = 16


def all_at_once(deed, items):
    """Do a deed for each item, all from one starting shot; count how they ended."""
    start = Barrier(len(items))

    def run(item):
        start.wait()
        try:
            deed(item)
        except BnplError as error:
            return error.code
        return "done"

    with ThreadPoolExecutor(len(items)) as pool:
        return Counter(pool.map(run, items))


def test_sixteen_buyers_race_for_the_last_five_fees(world: World):
    house = world.house
    waiting = []
    probe = zero_percent(house)
    for n in range(BUYERS):
        walker = world.shopper(phone=f"+336123410{n:02}")
        checkout = walker.open(world.shop.add(total_minor=60_000))
        walker.choose(checkout, plan_code="instalments_6")
        walker.identify(checkout)
        assert walker.decide(checkout) == "approved"
        waiting.append(checkout.checkout_id)
    one = checkouts.offer_of(world.purchase(waiting[0]).checkout).subsidy_minor
    with house.store.engine.begin() as connection:  # type: ignore[attr-defined]
        connection.exec_driver_sql(f"UPDATE bnpl_subsidy SET ceiling_minor = {5 * one}")
    ended = all_at_once(lambda checkout_id: holds.take(house, checkout_id=checkout_id), waiting)
    assert ended == {"done": 5, "subsidy_exhausted": BUYERS - 5}
    assert used(house, probe.subsidy_id) == (5 * one, 5 * one)
    refused = [c for c in waiting if world.state(c) == "approved"]
    assert len(refused) == BUYERS - 5
    assert {checkouts.offer_of(world.purchase(c).checkout).nominal_rate for c in refused} == {0}


def test_a_budget_fills_to_its_last_cent_and_stops_there(world: World):
    budget = zero_percent(world.house, minor=1_000)
    take = Changeset(rooms=(RoomChange("subsidy", budget.subsidy_id, 7),))
    give = Changeset(rooms=(RoomChange("subsidy", budget.subsidy_id, -7),))
    ended: Counter[str] = Counter()
    for _ in range(10):
        ended += all_at_once(lambda _: world.house.store.write(take), range(BUYERS))
    assert ended == {"done": 142, "subsidy_exhausted": 18}
    row = world.house.store.subsidy(budget.subsidy_id)
    assert row is not None
    assert row.used_minor == 142 * 7
    for _ in range(142):
        world.house.store.write(give)


def test_two_workers_racing_earn_each_part_once(world: World):
    zero_percent(world.house)
    checkout_id = world.buy(world.shop.add(total_minor=60_000), plan_code="instalments_6")
    world.clock.advance(world.clock.now().replace(year=world.clock.now().year + 1) - world.clock.now())
    all_at_once(lambda _: earning.earn_due(world.house, limit=50), range(4))
    assert world.count("journal_entry", "kind = 'subsidy_earned'") == 6
    assert {p.state for p in world.house.store.subsidy_parts(world.book(checkout_id).loan.loan_id)} == {"earned"}
