"""Flows that nobody should send: each law answers with the right figure or a clear refusal, never with a guess."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal, localcontext
from fractions import Fraction
from itertools import pairwise

import pytest

from bnpl_plugin.credit import Instalment, Schedule, apr_by
from bnpl_plugin.credit.apr import cn, eu, residual, uk, us
from bnpl_plugin.credit.apr.interval import Interval
from bnpl_plugin.errors import InvalidInput, SolverFailed

DAY = date(2027, 1, 1)
LAWS = [eu, uk, us, cn]


def later(days):
    return DAY + timedelta(days=days)


@pytest.mark.parametrize("law", LAWS)
@pytest.mark.parametrize(
    ("drawn", "repaid"),
    [
        ([], []),
        ([], [(DAY, 90)]),
        ([(DAY, 100)], []),
        ([(DAY, 0)], [(later(31), 0)]),
        ([(DAY, 100)], [(later(31), 99)]),
        ([(DAY, 100)], [(DAY, 110)]),
        ([(DAY, 1)], [(later(1), 10**15)]),
        ([(DAY, 100), (later(31), 10**6)], [(later(1), 101)]),
    ],
    ids=["nothing", "nothing drawn", "nothing repaid", "all zero", "less repaid", "at once", "beyond", "drawn last"],
)
def test_flows_without_a_rate_are_refused(law, drawn, repaid):
    with pytest.raises(SolverFailed):
        law.apr(drawn, repayments=repaid)


@pytest.mark.parametrize("law", LAWS)
@pytest.mark.parametrize("amount", [-1, 1.5, True, "100", None, Decimal(100)])
def test_an_amount_that_is_no_whole_number_is_bad_input(law, amount):
    with pytest.raises(InvalidInput):
        law.apr([(DAY, 100)], repayments=[(later(31), amount)])


@pytest.mark.parametrize("law", LAWS)
def test_a_credit_that_costs_nothing_has_a_rate_of_nothing(law):
    assert law.apr([(DAY, 100)], repayments=[(later(31), 40), (later(62), 60)]).rate == 0
    assert law.apr([(DAY, 100)], repayments=[(DAY, 100)]).rate == 0


@pytest.mark.parametrize("law", ["eu", "uk", "us", "cn"])
def test_amounts_of_any_size_have_the_same_rate(law):
    def rate(scale):
        rows = tuple(Instalment(k, date(2027, k + 1, 1), 100 * scale, 0, scale) for k in range(1, 11))
        return apr_by(law)(Schedule("EUR", DAY, 1000 * scale, rows)).rate

    assert rate(1) == rate(10**15) == rate(10**40)


@pytest.mark.parametrize("law", ["eu", "us", "cn"])
def test_a_callers_coarse_arithmetic_does_not_reach_the_rate(law):
    rows = (Instalment(1, date(2027, 2, 1), 123_456_789, 0, 3_333_333),)
    schedule = Schedule("EUR", DAY, 123_456_789, rows)
    fine = apr_by(law)(schedule)
    with localcontext(prec=3):
        assert apr_by(law)(schedule) == fine
        assert residual(fine) == 0 or abs(residual(fine)) < Decimal("0.01")


@pytest.mark.parametrize("law", LAWS)
def test_thousands_of_flows_have_their_rate(law):
    repaid = [(later(k), 100 + k % 7) for k in range(1, 4001)]
    found = law.apr([(DAY, 300_000)], repayments=repaid)
    assert abs(residual(found)) < Decimal("0.001")


def test_thousands_of_changes_of_direction_are_refused_at_once():
    drawn = [(later(2 * k), 1000) for k in range(3000)]
    repaid = [(later(2 * k + 1), 1001 + k % 2 * 30) for k in range(3000)]
    with pytest.raises(SolverFailed):
        eu.apr(drawn, repayments=[*repaid[:-1], (later(-5), 1), repaid[-1]], interval=Interval.DAYS_365)


def test_nothing_and_twenty_per_cent_are_two_rates():
    flows = [(Fraction(0), 10_000), (Fraction(2), 12_000)], [(Fraction(1), 22_000)]
    with pytest.raises(SolverFailed):
        eu.rate(flows[0], repayments=flows[1])
    assert eu.rate(flows[0], repayments=flows[1], near=Decimal("0.15")) == Decimal("0.2")
    assert eu.rate(flows[0], repayments=flows[1], near=Decimal("0.05")) == 0
    assert uk.rate(flows[0], repayments=flows[1]) == 0
    with pytest.raises(InvalidInput):
        eu.rate(flows[0], repayments=flows[1], near=Decimal("NaN"))
    with pytest.raises(SolverFailed):
        us.rate(flows[0], repayments=flows[1], unit_periods_per_year=12)


@pytest.mark.parametrize("law", LAWS)
@pytest.mark.parametrize(
    ("start", "end"),
    [
        (date(2024, 2, 29), date(2025, 2, 28)),
        (date(2023, 2, 28), date(2024, 2, 29)),
        (date(1, 1, 1), date(1, 3, 4)),
        (date(9999, 2, 28), date(9999, 12, 31)),
        (date(1, 1, 1), date(9999, 12, 31)),
    ],
)
def test_the_ends_of_the_calendar_are_days_like_others(law, start, end):
    rows = (Instalment(1, end, 1000, 0, 17),)
    found = apr_by({eu: "eu", uk: "uk", us: "us", cn: "cn"}[law])(Schedule("EUR", start, 1000, rows))
    assert found.rate > 0
    assert abs(residual(found)) < Decimal("0.00001")


def test_due_dates_out_of_order_are_put_in_order():
    repaid = [(later(days), 1000 + days) for days in (90, 31, 365, 59, 200)]
    found = eu.apr([(DAY, 5000)], repayments=repaid)
    assert all(first <= second for first, second in pairwise(found.repayments))
    assert found == eu.apr([(DAY, 5000)], repayments=sorted(repaid))


@pytest.mark.parametrize("law", [eu, uk, us, cn])
@pytest.mark.parametrize("moment", [datetime(2026, 1, 1, tzinfo=UTC), None, "2026-01-01"])
def test_a_flow_has_a_day_and_not_an_instant(law, moment):
    with pytest.raises(InvalidInput, match="drawdowns"):
        law.apr([(moment, 1000)], repayments=[(DAY, 1100)])
