"""The EU APR against worked examples of the European Commission.

Source of the flows and roots: European Commission / G. Soto, Study on the calculation of the APR for consumer mortgage
credit, worked examples (Markt/2014/107/H3/TA/LV, January 2015), examples 7, 11, 18, 21a, 34, 39, 40; Directive 98/7/EC
Annex III, examples 1 and 2. Intervals: the Commission's guidelines on the same equation.
"""

from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from bnpl_plugin.credit import (
    MONTHLY,
    Instalment,
    LoanTerms,
    Method,
    Period,
    PeriodUnit,
    Schedule,
    add_months,
    apr_by,
    build_schedule,
    due_dates,
)
from bnpl_plugin.credit.apr.eu import Interval, YearLength, apr, elapsed, interval_of, printed, rate, schedule_apr
from bnpl_plugin.credit.apr.interval import schedule_times
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
    drawn, repaid, (published, tolerance) = EXAMPLES[name]
    drawdowns = [(Fraction(t), amount) for amount, t in drawn]
    repayments = [(t + k * Fraction(step), amount) for amount, count, t, step in exactly(repaid) for k in range(count)]
    assert abs(rate(drawdowns, repayments=repayments) - Decimal(published)) <= Decimal(tolerance)


def exactly(flows):
    return [(amount, count, Fraction(t), step) for amount, count, t, step in flows]


def test_dates_and_exact_times_go_the_same_way():
    """Example 18: 240 instalments from 1 May 2012 on a loan of 12 March 2012."""
    start = date(2012, 3, 12)
    due = due_dates(date(2012, 5, 1), period=MONTHLY, count=240)
    dated = apr([(start, 20_000_000)], repayments=[(start, 400_000), *((day, 143_754) for day in due)])
    assert abs(dated.rate - Decimal("0.06432478")) <= Decimal("0.000000005")
    times = [(Fraction(101, 732) + Fraction(k, 12), 143_754) for k in range(240)]
    assert dated.rate == rate([(Fraction(0), 20_000_000)], repayments=[(Fraction(0), 400_000), *times])


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


@pytest.mark.parametrize(("year", "length"), [(YearLength.BACK_FROM_ODD_DAYS, 366), (YearLength.OF_LATER_DATE, 365)])
def test_how_long_the_year_of_the_odd_days_is_has_a_name(year, length):
    found = elapsed(date(2013, 1, 12), end=date(2013, 2, 15), interval=Interval.MONTHS, year=year)
    assert Fraction(*found) == Fraction(1, 12) + Fraction(3, length)
    kept = apr([(date(2013, 1, 12), 100)], repayments=[(date(2013, 2, 15), 110)], year=year)
    assert kept.convention == ("months" if length == 366 else "months; year of the later date")


def test_time_before_the_drawdown_is_below_zero():
    found = elapsed(date(2013, 2, 15), end=date(2013, 1, 12), interval=Interval.MONTHS)
    assert Fraction(*found) == -(Fraction(1, 12) + Fraction(3, 366))


@pytest.mark.parametrize(
    ("days", "interval"),
    [
        (["2026-01-10", "2026-02-10", "2026-03-10"], Interval.MONTHS),
        (["2026-01-10", "2026-01-10", "2026-02-10"], Interval.MONTHS),
        (["2026-01-31", "2026-02-28", "2026-03-31"], Interval.MONTHS),
        (["2012-01-12", "2012-02-15", "2013-02-15", "2014-02-15"], Interval.YEARS),
        (["2026-01-10", "2026-01-24", "2026-02-07"], Interval.WEEKS),
        (["2026-01-10", "2026-01-10", "2026-01-24"], Interval.WEEKS),
        (["2026-01-10", "2026-02-10"], Interval.MONTHS),
        (["2026-01-10", "2026-02-07"], Interval.WEEKS),
        (["2026-01-10", "2026-02-09"], Interval.YEARS),
        (["2026-01-10", "2027-01-10"], Interval.YEARS),
        (["2026-01-10", "2026-01-10"], Interval.YEARS),
        (["2026-01-10", "2026-02-10", "2026-03-10", "2026-04-10", "2026-05-11", "2026-06-10"], Interval.MONTHS),
        (["2026-01-10", "2026-01-24", "2026-02-07", "2026-02-21", "2026-03-09", "2026-03-21"], Interval.WEEKS),
        (["2026-01-10", "2026-01-19", "2026-02-02", "2026-02-20", "2026-03-13"], Interval.YEARS),
    ],
    ids=lambda given: given if isinstance(given, str) else "-".join(day[5:] for day in given),
)
def test_a_schedule_has_the_period_of_its_due_dates_though_some_may_be_moved(days, interval):
    assert interval_of(tuple(map(date.fromisoformat, days))) is interval


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
        ([(DAY, 10_000), (date(2029, 1, 1), 132_00)], [(date(2028, 1, 1), 23_200)]),
        ([(DAY, 10_000), (date(2029, 1, 1), 120_00)], [(date(2028, 1, 1), 22_000)]),
    ],
    ids=[
        "less repaid",
        "nothing drawn",
        "nothing repaid",
        "repaid at once",
        "beyond measure",
        "ends with a drawdown, no root",
        "nothing and twenty per cent",
    ],
)
def test_flows_without_one_clear_rate_are_refused_never_guessed(drawn, repaid):
    with pytest.raises(SolverFailed):
        apr(drawn, repayments=repaid)


def test_several_rates_are_refused_unless_the_nominal_rate_says_which():
    """A cost a year before the drawdown, as in the Commission's example 43, is also worth it at an absurd rate."""
    drawn, repaid = [(DAY, 20_000_000)], [(date(2026, 1, 1), 400_000), (date(2028, 1, 1), 21_000_000)]
    with pytest.raises(SolverFailed) as refusal:
        apr(drawn, repayments=repaid)
    assert "several" in str(refusal.value)
    found = apr(drawn, repayments=repaid, near=Decimal("0.05"))
    assert found.percent == Decimal("7.3")
    v = 1 / (1 + found.rate)
    assert abs(400_000 - 20_000_000 * v + 21_000_000 * v**2) < Decimal("0.01")
    assert apr(drawn, repayments=repaid, near=Decimal(40)).percent > 4000


def test_a_cost_shortly_before_the_drawdown_leaves_one_rate_within_all_measure():
    found = apr([(DAY, 10_000)], repayments=[(date(2026, 12, 22), 100), (date(2028, 1, 1), 10_900)])
    assert found.percent == Decimal("10.1")


def test_a_line_drawn_twice_has_its_one_rate_though_the_sum_changes_its_sign_thrice():
    found = apr([(DAY, 100), (date(2027, 6, 1), 1000)], repayments=[(date(2027, 3, 1), 200), (date(2027, 9, 1), 1000)])
    v = (1 + found.rate) ** (Decimal(-1) / 12)
    assert abs(-100 + 200 * v**2 - 1000 * v**5 + 1000 * v**8) < Decimal("1e-7")


def test_a_negative_amount_and_a_time_that_is_not_exact_are_bad_input():
    with pytest.raises(InvalidInput):
        apr([(DAY, 100)], repayments=[(date(2027, 12, 1), -60)])
    broken: list[Any] = [Decimal("0.5"), 0.5, True, None, "1/2"]
    for time in broken:
        with pytest.raises(InvalidInput):
            rate([(Fraction(0), 100)], repayments=[(time, 110)])
    with pytest.raises(InvalidInput):
        rate([(Fraction(0), 100)], repayments=[(Fraction(1, 10**12 + 39), 110)])


def test_half_a_tenth_is_rounded_up():
    assert [printed(Decimal(exact)) for exact in ("0.06449", "0.0645", "0.060412276")] == [
        Decimal("6.4"),
        Decimal("6.5"),
        Decimal("6.0"),
    ]


def test_a_law_that_is_not_here_is_refused():
    with pytest.raises(InvalidInput):
        apr_by("atlantis")


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


def test_what_is_drawn_later_is_drawn_later():
    rows = tuple(Instalment(k, date(2027, 1 + k, 1), 100_00, 100) for k in range(1, 11))
    later = Schedule("EUR", DAY, 1000_00, rows, ((date(2027, 3, 1), 400_00),))
    flows = [(DAY, 600_00), (date(2027, 3, 1), 400_00)], [(row.due_on, row.total_minor) for row in rows]
    assert schedule_apr(later) == apr(flows[0], repayments=flows[1])
    assert schedule_apr(later).rate > schedule_apr(Schedule("EUR", DAY, 1000_00, rows)).rate


@pytest.mark.parametrize("start", ["2026-01-12", "2027-01-31", "2028-02-29"])
@pytest.mark.parametrize("first", [0, 1, 3, 12])
@pytest.mark.parametrize("every", [1, 3, 12])
def test_a_schedules_times_are_those_of_its_dates_one_by_one(start, first, every):
    start = date.fromisoformat(start)
    days = (start, *due_dates(start, period=Period(PeriodUnit.MONTH, every), count=5, skip=first))
    for dues in range(1, len(days)):
        interval, times, units = schedule_times(days[: dues + 1])
        assert interval is interval_of(days[: dues + 1])
        one_by_one = [Fraction(*elapsed(start, end=day, interval=interval)) for day in days[: dues + 1]]
        assert [Fraction(time, units) for time in times] == one_by_one


def test_two_later_drawdowns_and_two_rows_of_nothing_are_not_taken_for_one_another():
    paid = [(423, 50)] * 4 + [(0, 0)] * 2
    rows = tuple(Instalment(k, add_months(date(2024, 1, 1), k), *parts) for k, parts in enumerate(paid, start=1))
    later = ((date(2024, 2, 21), 1), (date(2024, 3, 20), 5))
    schedule = Schedule("JPY", date(2024, 1, 1), 4 * 423, rows, later)
    flows = [(row.due_on, row.total_minor) for row in rows]
    whole = apr(schedule.drawdowns, repayments=flows, interval=Interval.MONTHS)
    assert schedule_apr(schedule, interval=Interval.MONTHS).rate == whole.rate
