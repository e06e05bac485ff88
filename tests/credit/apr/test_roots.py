"""Every rate of a stream is found, none is made up, and a guess picks one."""

import random
from decimal import Decimal

import numpy as np
import pytest

from bnpl_plugin.credit.apr.roots import rate_near, rates
from bnpl_plugin.errors import InvalidInput, SolverFailed


def stream_with(*found):
    """Return the amounts of the stream whose rates per period are the given percentages."""
    amounts = [1]
    for percent in found:
        longer = [0] * (len(amounts) + 1)
        for place, amount in enumerate(amounts):
            longer[place] -= 100 * amount
            longer[place + 1] += (100 + percent) * amount
        amounts = longer
    return amounts


@pytest.mark.parametrize("found", [(5,), (-40,), (10, 20), (-90, 0, 300), (1, 2, 3, 4), (-50, -10, 15, 60, 900)])
def test_a_stream_built_from_its_rates_gives_them_back(found):
    amounts = stream_with(*found)
    assert rates(range(len(amounts)), amounts=amounts, units=1) == tuple(Decimal(percent) / 100 for percent in found)


def test_a_rate_at_which_the_value_only_touches_nothing_is_found_once():
    assert rates([0, 1, 2], amounts=[100, -220, 121], units=1) == (Decimal("0.1"),)


@pytest.mark.parametrize("amounts", [[], [0], [0, 0], [1], [1, 2, 3], [-1, 0, -3], [1, -1, 1]])
def test_a_stream_without_a_rate_has_none(amounts):
    assert rates(range(len(amounts)), amounts=amounts, units=1) == ()


def test_as_many_rates_as_the_polynomial_has_roots():
    chance = random.Random(20261125)
    for _ in range(400):
        amounts = [chance.choice((-1, 1)) * chance.randint(0, 1000) for _ in range(chance.randint(2, 8))]
        ours = [float(rate) for rate in rates(range(len(amounts)), amounts=amounts, units=1)]
        roots = np.roots(amounts[::-1])
        theirs = sorted(1 / v.real - 1 for v in roots if abs(v.imag) < 1e-9 and 1e-6 < v.real < 1e5)
        assert ours == pytest.approx(theirs, abs=1e-7, rel=1e-7), amounts


def test_the_unit_of_time_and_the_unit_of_money_change_nothing():
    plain = rates([0, 1, 2], amounts=[-100, 230, -132], units=1)
    assert plain == rates([7, 37, 67], amounts=[-10_000, 23_000, -13_200], units=30)


def test_flows_of_one_day_are_one_flow_whatever_their_order():
    assert rates([1, 0, 1, 0], amounts=[60, -150, 50, 50], units=1) == (Decimal("0.1"),)


def test_a_long_stretch_of_days_loses_no_digit():
    assert rates([0, 36_500], amounts=[-1, 2], units=365) == (Decimal("0.006955550057"),)  # 2 ** (1 / 100) - 1


@pytest.mark.parametrize("near", [Decimal(-1), Decimal(-3), Decimal("NaN"), Decimal("Infinity"), 0.1, "0.1"])
def test_a_guess_that_is_no_rate_is_refused(near):
    with pytest.raises(InvalidInput):
        rate_near([0, 1], amounts=[-1, 2], units=1, near=near)


def test_several_rates_need_a_guess():
    amounts = stream_with(10, 20)
    with pytest.raises(SolverFailed, match="several"):
        rate_near(range(3), amounts=amounts, units=1)
    assert rate_near(range(3), amounts=amounts, units=1, near=Decimal("0.11")) == Decimal("0.1")
    assert rate_near(range(3), amounts=amounts, units=1, near=Decimal("0.21")) == Decimal("0.2")


def test_a_guess_makes_no_rate_where_there_is_none():
    with pytest.raises(SolverFailed, match="no rate"):
        rate_near([0, 1, 2], amounts=[1, -1, 1], units=1, near=Decimal("0.1"))


def test_a_stream_that_never_rests_is_refused_before_it_costs_an_hour():
    amounts = [(-1) ** k * (k + 2) for k in range(1000)]
    with pytest.raises(SolverFailed, match="too often"):
        rates(range(1000), amounts=amounts, units=1)
