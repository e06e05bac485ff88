"""Loans change hands while their instalments are paid: every cent has one owner."""

from datetime import timedelta
from functools import partial

import pytest

from bnpl_plugin.lifecycle import collection
from tests.lifecycle.funding.test_shared_loans import bank, buy_back, phone, sell
from tests.lifecycle.test_same_moment import at_once
from tests.lifecycle.world import world_in


@pytest.mark.parametrize("database", ["sqlite", "postgres"])
def test_selling_while_instalments_are_paid_keeps_every_cent(tmp_path, request, database):
    url = request.getfixturevalue(f"migrated_{database}_url")
    with world_in(tmp_path, url) as world:
        funder_id = bank(world)
        for number in range(6):
            world.buy(walker=world.shopper(phone=phone(60 + number)))
        world.work()
        world.clock.advance(timedelta(days=32))
        at_once(
            world,
            partial(collection.charge_due, world.house, limit=10),
            partial(sell, world, funder_id, target_minor=10**9),
            partial(sell, world, funder_id, target_minor=40_000),
            partial(buy_back, world, funder_id, target_minor=20_000),
        )
        for _ in range(8):
            world.later(minutes=11)
        world.settled()
        world.later(days=40)
        world.later(days=40)
        world.settled()
        assert world.pool() == (0, 0)
