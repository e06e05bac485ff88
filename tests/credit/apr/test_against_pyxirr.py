"""The days/365 reading is what spreadsheets call XIRR: the same rate as pyxirr's on random dated flows."""

from datetime import date, timedelta
from decimal import Decimal
from random import Random

import pytest
import pyxirr

from bnpl_plugin.credit.apr import eu
from bnpl_plugin.credit.apr.interval import Interval
from bnpl_plugin.errors import SolverFailed

START = date(2026, 1, 31)


def loan(chance):
    """Return a loan of up to four drawdowns and forty repayments that costs something."""
    drawn = [(START, chance.randint(1_000, 10_000_000))]
    drawn += [
        (START + timedelta(chance.randint(1, 100)), chance.randint(1, 100_000)) for _ in range(chance.randint(0, 3))
    ]
    count = chance.randint(1, 40)
    each = sum(minor for _, minor in drawn) * chance.randint(101, 200) // 100 // count + 1
    repaid = [(START + timedelta(chance.randint(101, 2000)), each + chance.randint(0, 99)) for _ in range(count)]
    return drawn, repaid


def test_three_thousand_random_loans_have_the_rate_of_pyxirr():
    chance = Random(20261125)
    worst = Decimal(0)
    for _ in range(3000):
        drawn, repaid = loan(chance)
        found = eu.apr(drawn, repayments=repaid, interval=Interval.DAYS_365).rate
        flows = [*((day, -minor) for day, minor in drawn), *repaid]
        theirs = pyxirr.xirr([day for day, _ in flows], [minor for _, minor in flows], guess=float(found))
        assert theirs is not None
        worst = max(worst, abs(Decimal(theirs) - found) / (1 + found))
    assert worst < Decimal("1e-9"), worst


def test_where_pyxirr_gives_one_of_several_rates_ours_refuses():
    days = [START, START + timedelta(365), START + timedelta(730)]
    theirs = [pyxirr.xirr(days, [-10_000, 22_000, -12_000], guess=guess) for guess in (0.01, 0.3)]
    assert [round(rate, 9) for rate in theirs if rate is not None] == [0, 0.2]
    with pytest.raises(SolverFailed):
        eu.apr([(days[0], 10_000), (days[2], 12_000)], repayments=[(days[1], 22_000)], interval=Interval.DAYS_365)
