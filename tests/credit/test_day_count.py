"""Day counts against published examples and against a count of single days.

Sources: ISDA 2006 Definitions, section 4.16; curo's test tables (MIT); Apache Fineract's expectations for a period that
crosses a year's end (19/365 + 12/366 for 12 December to 12 January).
"""

from calendar import isleap
from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bnpl_plugin.credit.day_count import DayCount, period_fractions, year_fraction
from bnpl_plugin.errors import InvalidInput

DAYS = st.dates(date(1996, 1, 1), date(2032, 12, 31))


def part(convention, start, end):
    return Fraction(*year_fraction(convention, start=date.fromisoformat(start), end=date.fromisoformat(end)))


@pytest.mark.parametrize(
    ("convention", "start", "end", "years"),
    [
        (DayCount.ACT_360, "2020-01-28", "2020-02-28", Fraction(31, 360)),
        (DayCount.ACT_360, "2017-12-31", "2019-12-31", 2 + Fraction(10, 360)),
        (DayCount.WEEKS_364, "2026-01-01", "2026-01-08", Fraction(1, 52)),
        (DayCount.ACT_ACT_ISDA, "2017-12-31", "2019-12-31", Fraction(2)),
        (DayCount.ACT_ACT_ISDA, "2019-12-12", "2020-01-12", Fraction(20, 365) + Fraction(11, 366)),
        (DayCount.ACT_ACT_ISDA, "2019-12-12", "2020-01-01", Fraction(20, 365)),
        (DayCount.FINERACT_ACT_ACT, "2023-12-12", "2024-01-12", Fraction(19, 365) + Fraction(12, 366)),
        (DayCount.FINERACT_ACT_ACT, "2023-12-31", "2024-01-31", Fraction(31, 366)),
        (DayCount.THIRTY_360_US, "2019-06-16", "2019-07-31", Fraction(45, 360)),
        (DayCount.THIRTY_360_US, "2019-06-30", "2019-07-31", Fraction(30, 360)),
        (DayCount.THIRTY_360_US, "2020-01-28", "2020-02-29", Fraction(31, 360)),
        (DayCount.THIRTY_E_360, "2019-06-16", "2019-07-31", Fraction(44, 360)),
        (DayCount.THIRTY_E_360, "2020-01-31", "2020-02-29", Fraction(29, 360)),
        (DayCount.THIRTY_360_MONTHLY, "2020-01-31", "2020-02-29", Fraction(1, 12)),
    ],
)
def test_the_part_of_a_year_is_the_published_one(convention, start, end, years):
    assert part(convention, start, end) == years


@given(DAYS, st.integers(0, 3000))
def test_actual_conventions_add_up_day_by_day(start, length):
    days = [start + timedelta(days=k) for k in range(length)]
    end = start + timedelta(days=length)
    begun = sum(Fraction(1, 366 if isleap(day.year) else 365) for day in days)
    ended = sum(Fraction(1, 366 if isleap((day + timedelta(days=1)).year) else 365) for day in days)
    assert Fraction(*year_fraction(DayCount.ACT_ACT_ISDA, start=start, end=end)) == begun
    assert Fraction(*year_fraction(DayCount.FINERACT_ACT_ACT, start=start, end=end)) == ended


@pytest.mark.parametrize("convention", DayCount)
@given(start=DAYS, lengths=st.lists(st.integers(0, 400), min_size=1, max_size=6))
def test_periods_are_their_own_fractions_over_one_denominator(convention, start, lengths):
    dates, day = [], start
    for length in lengths:
        day += timedelta(days=length)
        dates.append(day)
    parts, under = period_fractions(convention, start=start, dates=tuple(dates))
    alone = [year_fraction(convention, start=a, end=b) for a, b in zip([start, *dates[:-1]], dates, strict=True)]
    assert [Fraction(over, under) for over in parts] == [Fraction(*one) for one in alone]
    assert min(parts) >= 0


@pytest.mark.parametrize("convention", DayCount)
def test_no_time_earns_nothing_and_time_does_not_run_backwards(convention):
    assert part(convention, "2028-02-29", "2028-02-29") == 0
    with pytest.raises(InvalidInput):
        part(convention, "2028-03-01", "2028-02-29")
