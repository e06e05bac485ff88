"""The demand: exact, growing, crowded at sales."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bnpl_plugin.errors import InvalidInput
from bnpl_plugin.money import Money
from bnpl_plugin.simulation import Question
from bnpl_plugin.simulation.demand import arrivals, sale_days
from bnpl_plugin.simulation.people import MARKETS, person

CAPITAL = (Money.of(1, "CNY"),)


def asked(**facts):
    usual = {"shoppers": 1_000, "days": 30, "seed": 1, "first": date(2027, 1, 1), "capital": CAPITAL}
    return Question(**{**usual, **facts})


@given(st.integers(1, 20_000), st.integers(1, 400), st.integers(0, 5))
def test_everybody_comes_once(shoppers, days, sales):
    question = asked(shoppers=shoppers, days=days, sales=min(sales, days))
    assert sum(arrivals(question)) == shoppers
    assert len(sale_days(question)) == question.sales
    assert all(0 <= day < days for day in sale_days(question))


def test_the_shop_grows_and_a_sale_draws_a_crowd():
    come = arrivals(asked(shoppers=100_000, days=365, sales=1))
    assert sum(come[-7:]) > 3 * sum(come[:7])
    (day,) = sale_days(asked(days=365, sales=1))
    assert come[day] > 3 * max(come[day - 1], come[day + 1])


@pytest.mark.parametrize(
    ("field", "value"),
    [("shoppers", 0), ("shoppers", 10**9), ("days", 0), ("days", 10**5), ("buying_bps", -1), ("buying_bps", 10_001),
     ("sales", 31), ("sales", -1), ("first", date(1, 1, 1)), ("capital", ()), ("capital", CAPITAL * 2),
     ("capital", (Money.of(0, "CNY"),))],
)  # fmt: skip
def test_what_cannot_be_lived_is_refused_and_named(field, value):
    with pytest.raises(InvalidInput) as refused:
        asked(**{field: value})
    assert refused.value.details["field"] == field


def test_a_shopper_is_the_same_whenever_asked():
    one, same, other = (person(seed=1, number=number, markets=MARKETS) for number in (5, 5, 6))
    assert one == same != other
