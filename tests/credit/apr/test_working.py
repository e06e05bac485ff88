"""An APR can be laid open: the rows add up to nothing at the exact rate, and to little at the printed one."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from bnpl_plugin.credit import MONTHLY, apr_by, build_schedule
from bnpl_plugin.credit.apr import cn, eu, residual, uk, us, working
from bnpl_plugin.credit.apr.interval import Interval, YearLength
from bnpl_plugin.credit.apr.us import Unit, UnitPeriod
from bnpl_plugin.credit.terms import LoanTerms
from bnpl_plugin.errors import InvalidInput
from bnpl_plugin.money import Money

START = date(2026, 1, 12)
LOAN = build_schedule(
    LoanTerms(Money(120_000, "EUR"), 12, MONTHLY, START, date(2026, 2, 15), nominal_rate=Decimal("0.12"))
)


@pytest.mark.parametrize("law", ["eu", "uk", "us", "cn"])
def test_the_present_values_of_a_schedule_add_up_to_nothing(law):
    found = apr_by(law)(LOAN)
    rows = working(found)
    assert len(rows) == 13
    assert (rows[0].day, rows[0].minor, rows[0].time, rows[0].present_value) == (
        START,
        -120_000,
        "0",
        Decimal(-120_000),
    )
    assert abs(sum((row.present_value for row in rows), Decimal(0))) < Decimal("0.0001")
    assert abs(residual(found)) < Decimal("0.00001")
    at_the_printed_rate = abs(residual(found, rate=found.percent / 100))
    assert Decimal("0.00001") < at_the_printed_rate < Decimal(60)


@pytest.mark.parametrize(
    ("law", "times"),
    [("eu", ("401/4380", "766/4380")), ("us", ("1 + 1/10", "2 + 1/10")), ("cn", ("1 + 1/10", "2 + 1/10"))],
)
def test_each_law_tells_its_own_time(law, times):
    rows = working(apr_by(law)(LOAN))
    told = tuple(str(row.time) for row in rows[1:3])
    assert told == (times if law != "eu" else ("401/4380", "383/2190"))


def test_conventions_that_are_not_the_default_are_told_too():
    drawn, repaid = [(date(2013, 1, 12), 100_000)], [(date(2013, 2, 15), 101_000)]
    commission = eu.apr(drawn, repayments=repaid)
    british = uk.apr(drawn, repayments=repaid, year=YearLength.OF_LATER_DATE)
    assert [working(one)[1].time for one in (commission, british)] == ["67/732", "401/4380"]
    quarter = uk.apr(drawn, repayments=repaid, interval=Interval.DAYS_365_25)
    assert working(quarter)[1].time == "136/1461"
    compound = cn.apr(drawn, repayments=repaid, form=cn.Form.COMPOUND)
    fortnight = us.apr(drawn, repayments=repaid, unit_period=UnitPeriod(Unit.WEEK, 2))
    for found in (commission, british, quarter, compound, fortnight):
        assert abs(residual(found)) < Decimal("0.00001")


def test_a_cost_before_the_drawdown_is_worth_more_than_itself():
    found = eu.apr([(START, 100_000)], repayments=[(date(2025, 12, 12), 500), (date(2027, 1, 12), 108_000)])
    first, drawdown, last = working(found)
    assert (first.time, drawdown.time, last.time) == ("-1/12", "0", "1")
    assert first.present_value > 500
    assert abs(residual(found)) < Decimal("0.00001")


def test_an_unknown_method_or_convention_is_refused():
    found = apr_by("eu")(LOAN)
    for broken in (
        replace(found, method="mars"),
        replace(found, convention="moons"),
        replace(found, convention="months; x"),
    ):
        with pytest.raises(InvalidInput):
            working(broken)
    with pytest.raises(InvalidInput):
        working(replace(apr_by("us")(LOAN), convention="unit-period one month"))
