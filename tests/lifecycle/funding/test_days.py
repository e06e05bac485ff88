"""Days that no money can have moved on are refused by their field."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from decimal import Decimal
from functools import partial

import pytest

from bnpl_plugin import errors
from bnpl_plugin.lifecycle import funding
from bnpl_plugin.lifecycle.funding import funders
from bnpl_plugin.money.amount import Money
from tests.lifecycle.funding.test_shared_loans import POOL, bank, sell


@pytest.mark.parametrize("days", [2, 40_000, -40_000])
def test_no_sale_and_no_exchange_has_a_day_to_come_or_of_another_century(small_world, days):
    funder_id, day = bank(small_world), small_world.house.today("UTC") + timedelta(days=days)
    with pytest.raises(errors.InvalidInput) as refused:
        sell(small_world, funder_id, target_minor=1, value_on=day)
    assert refused.value.details["field"] == "value_on"
    for deed in (
        partial(funding.add_capital, source=Money(5, "EUR"), into="EUR"),
        partial(funding.withdraw_capital, pool_id=POOL, amount_minor=5),
    ):
        with pytest.raises(errors.InvalidInput) as refused:
            deed(small_world.house, rate=Decimal(1), rate_on=day, rate_source="ECB")
        assert refused.value.details["field"] == "rate_on"


def test_a_sale_of_an_earlier_day_passes_over_what_was_lent_since(small_world):
    funder_id = bank(small_world)
    small_world.buy()
    yesterday = small_world.house.today("UTC") - timedelta(days=1)
    assert sell(small_world, funder_id, target_minor=10**9, value_on=yesterday).loans == 0
    assert sell(small_world, funder_id, target_minor=10**9).loans == 1


def test_a_sharing_beyond_the_calendar_is_told_by_its_field(small_world):
    funder_id = bank(small_world)
    edge = datetime(9999, 12, 31, 23, 59, tzinfo=timezone(timedelta(hours=-14)))
    with pytest.raises(errors.InvalidInput) as refused:
        funders.share_loans(
            small_world.house, funder_id=funder_id, pool_id=POOL, share_bps=1, starts_at=small_world.clock.now(),
            ends_at=edge,
        )  # fmt: skip
    assert refused.value.details["field"] == "ends_at"
