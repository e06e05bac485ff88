"""A budget that says what no book can hold is refused by its field."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from decimal import Decimal

import pytest

from bnpl_plugin.errors import InvalidInput
from bnpl_plugin.lifecycle.subsidies import budgets
from bnpl_plugin.lifecycle.subsidies.terms import SubsidyTerms
from bnpl_plugin.money.amount import Money


@pytest.mark.parametrize("rate", ["1e-999999999", "0.0000000001", "1", "NaN", "-0.01"])
def test_a_rate_that_no_price_needs_is_refused(rate: str):
    with pytest.raises(InvalidInput) as refused:
        SubsidyTerms(nominal_rate=Decimal(rate))
    assert refused.value.details["field"] == "nominal_rate"


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"starts_at": datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=14)))}, "starts_at"),
        ({"ends_at": datetime(9999, 12, 31, 23, tzinfo=timezone(timedelta(hours=-14)))}, "ends_at"),
    ],
)
def test_a_time_beyond_the_calendar_is_refused(small_world, given, field):
    now = small_world.clock.now()
    with pytest.raises(InvalidInput) as refused:
        budgets.open_budget(
            small_world.house, name="Zero", budget=Money(5, "EUR"), country="FR", terms=SubsidyTerms(),
            **{"starts_at": now, "ends_at": now + timedelta(days=1), **given},
        )  # fmt: skip
    assert refused.value.details["field"] == field
