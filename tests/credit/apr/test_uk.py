"""The British rate: published examples, the reading of the year, and the positive rate nearest to zero.

Sources: Consumer Finance Association, worked examples (10,000 in 60 x 222.44: 12.7 %; 250 for 200 after a month:
1,355.2 %); a single instalment of 319.97 for 250 after 28 days, in years of 365.25 days: 2,400.3 %.
"""

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest

from bnpl_plugin.credit import MONTHLY, due_dates
from bnpl_plugin.credit.apr import uk
from bnpl_plugin.credit.apr.interval import Interval, YearLength, years
from bnpl_plugin.errors import SolverFailed

START = date(2026, 1, 1)


def test_the_published_loans_have_the_published_rates():
    months = due_dates(START, period=MONTHLY, count=60, skip=1)
    found = uk.apr([(START, 1_000_000)], repayments=[(day, 22_244) for day in months])
    assert (found.percent, found.method) == (Decimal("12.7"), "uk_conc_app_1_2")
    assert uk.apr([(START, 20_000)], repayments=[(date(2026, 2, 1), 25_000)]).percent == Decimal("1355.2")


@pytest.mark.parametrize(
    ("interval", "percent"),
    [(Interval.DAYS_365_25, "2400.3"), (Interval.DAYS_365, "2394.8"), (Interval.WEEKS, "2372.9")],
)
def test_a_single_instalment_shows_which_year_is_meant(interval, percent):
    found = uk.apr([(START, 25_000)], repayments=[(date(2026, 1, 29), 31_997)], interval=interval)
    assert found.percent == Decimal(percent)


def test_of_several_rates_the_one_nearest_to_zero_counts():
    costs = [(Fraction(-1), 400_000), (Fraction(1), 21_000_000)]
    found = uk.rate([(Fraction(0), 20_000_000)], repayments=costs)
    assert uk.printed(found) == Decimal("7.3")


def test_less_repaid_than_drawn_is_refused_here_too():
    with pytest.raises(SolverFailed):
        uk.rate([(Fraction(0), 100)], repayments=[(Fraction(1), 99)])


def test_the_later_dates_own_year_is_a_named_reading():
    start, end = date(2025, 1, 12), date(2025, 2, 15)
    assert years(start, end=end, interval=Interval.MONTHS, year=YearLength.OF_LATER_DATE) == Fraction(401, 4380)
    leap = years(date(2024, 1, 12), end=date(2024, 2, 15), interval=Interval.MONTHS, year=YearLength.OF_LATER_DATE)
    assert leap == Fraction(1, 12) + Fraction(3, 366)


@pytest.mark.parametrize(
    ("end", "interval"),
    [("2025-02-28", Interval.MONTHS), ("2025-02-21", Interval.WEEKS), ("2025-01-31", Interval.WEEKS)],
)
def test_a_single_instalment_secured_on_land_counts_months_where_they_are_whole(end, interval):
    found = uk.interval_of_single(date(2025, 1, 31), end=date.fromisoformat(end), otherwise=Interval.WEEKS)
    assert found is interval
