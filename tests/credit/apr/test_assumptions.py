"""Each open fact is filled as its letter of Annex III part II says, and a fact that cannot be filled is refused."""

from datetime import date
from decimal import Decimal

import pytest

from bnpl_plugin.credit.apr import eu
from bnpl_plugin.credit.apr.eu import assumptions
from bnpl_plugin.credit.apr.eu.assumptions import Drawdown
from bnpl_plugin.errors import InvalidInput
from bnpl_plugin.money import Money

NEW_YEAR, FEBRUARY, MARCH = date(2027, 1, 1), date(2027, 2, 1), date(2027, 3, 1)


def test_a_credit_drawn_freely_is_drawn_at_once_and_in_full():
    assert assumptions.drawn_at_once(100_000, on=NEW_YEAR) == ((NEW_YEAR, 100_000),)
    with pytest.raises(InvalidInput):
        assumptions.drawn_at_once(0, on=NEW_YEAR)


def test_limits_are_used_up_as_early_as_they_allow():
    limits = [(MARCH, 500), (NEW_YEAR, 300), (FEBRUARY, 0)]
    assert assumptions.drawn_within_limits(400, limits=limits) == ((NEW_YEAR, 300), (MARCH, 100))
    with pytest.raises(InvalidInput):
        assumptions.drawn_within_limits(801, limits=limits)


def test_the_dearest_of_the_usual_ways_counts_and_an_unusual_one_does_not():
    ways = [Drawdown(Decimal("0.05"), 300), Drawdown(Decimal("0.09"), 100), Drawdown(Decimal("0.30"), 900, usual=False)]
    assert assumptions.dearest_usual_drawdown(ways) == Drawdown(Decimal("0.09"), 300)
    with pytest.raises(InvalidInput):
        assumptions.dearest_usual_drawdown(ways[2:])


def test_open_repayments_are_early_and_low():
    assert assumptions.earliest_and_lowest([MARCH, FEBRUARY], amounts_minor=[70, 50, 60]) == (FEBRUARY, 50)
    with pytest.raises(InvalidInput):
        assumptions.earliest_and_lowest([], amounts_minor=[50])


def test_the_first_interval_is_the_shortest_one():
    found = assumptions.shortest_first_interval([NEW_YEAR, MARCH, date(2027, 1, 31)], first_payments=[FEBRUARY])
    assert found == (date(2027, 1, 31), FEBRUARY)
    with pytest.raises(InvalidInput):
        assumptions.shortest_first_interval([MARCH], first_payments=[FEBRUARY])


def test_a_lone_charge_is_paid_at_the_conclusion_and_lowers_what_is_drawn():
    fee = assumptions.charge_at_conclusion(4_000, concluded_on=NEW_YEAR)
    later = eu.apr([(NEW_YEAR, 100_000)], repayments=[(MARCH, 104_000)])
    assert eu.apr([(NEW_YEAR, 100_000)], repayments=[fee, (MARCH, 100_000)]).rate > later.rate


def test_several_charges_go_evenly_with_the_repayments():
    found = assumptions.charges_with_repayments(100, repaid_on=[NEW_YEAR, FEBRUARY, MARCH])
    assert found == ((NEW_YEAR, 33), (FEBRUARY, 33), (MARCH, 34))
    with pytest.raises(InvalidInput):
        assumptions.charges_with_repayments(100, repaid_on=[])


def test_without_a_ceiling_there_are_fifteen_hundred_euros():
    assert assumptions.ceiling_or_assumed(None) == Money(150_000, "EUR")
    assert assumptions.ceiling_or_assumed(Money(90_000, "EUR")) == Money(90_000, "EUR")


def test_a_promotional_rate_is_ignored():
    offered = [Drawdown(Decimal(0), 0), Drawdown(Decimal("0.12"), 50)]
    assert assumptions.highest_for_the_whole_term(offered) == Drawdown(Decimal("0.12"), 50)
    with pytest.raises(InvalidInput):
        assumptions.highest_for_the_whole_term([])
