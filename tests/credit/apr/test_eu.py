"""The EU APR against worked examples of the European Commission.

Source of the flows and roots: European Commission / G. Soto, Study on the calculation of the APR for consumer mortgage
credit, worked examples (Markt/2014/107/H3/TA/LV, January 2015), examples 7, 11, 18, 21a, 34, 39, 40; Directive 98/7/EC
Annex III, examples 1 and 2. Intervals: the Commission's guidelines on the same equation.
"""

from datetime import date
from decimal import Decimal
from fractions import Fraction
from math import lcm
from typing import Any

import pytest

from bnpl_plugin.credit import MONTHLY, LoanTerms, Method, apr_by, build_schedule
from bnpl_plugin.credit.apr.eu import Interval, apr, elapsed, schedule_apr
from bnpl_plugin.credit.apr.solver import unit_rate
from bnpl_plugin.errors import InvalidInput, SolverFailed
from bnpl_plugin.money import Money

MONTH = Fraction(1, 12)
# name: (drawn at t, …), (amount in cents, count, first t, step), …; root as printed; half a unit of its last digit
EXAMPLES: dict[str, tuple[list[Any], list[Any], tuple[str, str]]] = {
    "7 balloon": (
        [(20_000_000, 0)],
        [(400_000, 1, 0, 0), (119_910, 180, MONTH, MONTH), (14_209_769, 1, 15, 0)],
        ("0.06409523", "0.000000005"),
    ),
    "11 fixed payment": (
        [(20_000_000, 0)],
        [(400_000, 1, 0, 0), (150_000, 220, MONTH, MONTH), (40_770, 1, Fraction(221, 12), 0)],
        ("0.06452756", "0.000000005"),
    ),
    "18 odd first period": (
        [(20_000_000, 0)],
        [(400_000, 1, 0, 0), (143_754, 240, Fraction(101, 732), MONTH)],
        ("0.06432478", "0.000000005"),
    ),
    "21a two rates": (
        [(20_000_000, 0)],
        [(400_000, 1, 0, 0), (131_991, 9, MONTH, MONTH), (137_406, 231, Fraction(5, 6), MONTH)],
        ("0.05853526", "0.000000005"),
    ),
    "39 overdraft": (
        [(300_000, 0)],
        [(6_000, 1, 0, 0), (313_209, 1, Fraction(1, 2), 0)],
        ("0.13494231", "0.0000001"),
    ),
    "40 bridging loan": (
        [(20_000_000, 0)],
        [(400_000, 1, 0, 0), (20_761_817, 1, Fraction(1, 2), 0)],
        ("0.12206644", "0.000000005"),
    ),
    "98/7 example 1": ([(100_000, 0)], [(120_000, 1, Fraction(546, 365), 0)], ("0.1296", "0.00005")),
    "98/7 example 2": ([(95_000, 0)], [(120_000, 1, Fraction(546, 365), 0)], ("0.1690", "0.00005")),
}


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_root_is_the_published_one(name):
    drawn, repaid, (printed, tolerance) = EXAMPLES[name]
    flows = [(Fraction(t), -amount) for amount, t in drawn]
    flows += [(Fraction(t) + k * Fraction(step), amount) for amount, count, t, step in repaid for k in range(count)]
    units = lcm(*(t.denominator for t, _ in flows))
    root = unit_rate([int(t * units) for t, _ in flows], amounts=[amount for _, amount in flows], units=units)
    assert abs(root - Decimal(printed)) <= Decimal(tolerance)


@pytest.mark.parametrize(
    ("start", "end", "interval", "years"),
    [
        ("2013-01-12", "2013-02-15", "months", Fraction(1, 12) + Fraction(3, 366)),
        ("2012-01-12", "2012-02-15", "months", Fraction(1, 12) + Fraction(3, 365)),
        ("2019-01-12", "2020-01-12", "months", Fraction(1)),
        ("2012-01-12", "2012-01-30", "weeks", Fraction(2, 52) + Fraction(4, 365)),
        ("2012-01-12", "2013-02-15", "years", 1 + Fraction(34, 365)),
        ("2020-01-01", "2021-03-15", "years", 1 + Fraction(74, 366)),
        ("2024-02-27", "2025-02-28", "years", 1 + Fraction(1, 365)),
        ("2024-02-29", "2025-03-31", "years", 1 + Fraction(31, 366)),
        ("2012-10-10", "2012-11-10", "days/365", Fraction(31, 365)),
        ("2027-01-31", "2027-02-28", "months", Fraction(1, 12)),
    ],
)
def test_time_is_whole_periods_back_from_the_payment_and_days_of_their_own_year(start, end, interval, years):
    found = elapsed(date.fromisoformat(start), end=date.fromisoformat(end), interval=Interval(interval))
    assert Fraction(*found) == years


def test_the_percent_has_one_decimal_rounded_half_up():
    found = apr([(date(2025, 1, 1), 100_000)], repayments=[(date(2026, 1, 1), 110_050)], interval=Interval.YEARS)
    assert (found.rate, found.percent) == (Decimal("0.100500000000"), Decimal("10.1"))
    assert found.method == "eu_ccd2_annex_iii"


def test_a_credit_without_cost_has_a_rate_of_nothing():
    terms = LoanTerms(
        Money(10_000, "EUR"), 3, MONTHLY, date(2027, 1, 31), date(2027, 1, 31), method=Method.INTEREST_FREE
    )
    found = apr_by("eu")(build_schedule(terms))
    assert (found.rate, found.percent, found.convention) == (Decimal(0), Decimal("0.0"), "months")


def test_a_small_fee_on_thirty_days_is_a_large_rate_and_is_told():
    day, later = date(2025, 10, 10), date(2025, 11, 9)
    terms = LoanTerms(Money(5_000, "EUR"), 1, MONTHLY, day, later, fee_minor=500)
    found = schedule_apr(build_schedule(terms))
    assert found.convention == "years"
    assert abs(found.rate - (Decimal("1.1") ** (Decimal(365) / 30) - 1)) < Decimal("1e-11")


DAY = date(2027, 1, 1)


@pytest.mark.parametrize(
    ("drawn", "repaid"),
    [
        ([(DAY, 100)], [(date(2027, 2, 1), 90)]),
        ([], [(DAY, 90)]),
        ([(DAY, 100)], []),
        ([(DAY, 100)], [(DAY, 110)]),
        ([(DAY, 1)], [(date(2027, 1, 2), 3_000_000)]),
        ([(DAY, 100), (date(2027, 6, 1), 1000)], [(date(2027, 3, 1), 200), (date(2027, 9, 1), 1000)]),
    ],
    ids=[
        "less repaid",
        "nothing drawn",
        "nothing repaid",
        "repaid at once",
        "beyond measure",
        "several roots possible",
    ],
)
def test_flows_without_one_clear_rate_are_refused_never_guessed(drawn, repaid):
    with pytest.raises(SolverFailed):
        apr(drawn, repayments=repaid)


def test_a_repayment_before_the_drawdown_and_a_negative_amount_are_bad_input():
    with pytest.raises(InvalidInput):
        apr([(DAY, 100)], repayments=[(date(2026, 12, 1), 50), (date(2027, 12, 1), 60)])
    with pytest.raises(InvalidInput):
        apr([(DAY, 100)], repayments=[(date(2027, 12, 1), -60)])


def test_a_law_that_is_not_here_is_refused():
    with pytest.raises(InvalidInput):
        apr_by("uk")


def test_the_apr_keeps_its_inputs():
    found = apr([(DAY, 100)], repayments=[(date(2028, 1, 1), 110)])
    assert found.to_json() == {
        "rate": "0.100000000000",
        "percent": "10.0",
        "method": "eu_ccd2_annex_iii",
        "convention": "months",
        "drawdowns": [["2027-01-01", 100]],
        "repayments": [["2028-01-01", 110]],
    }
