"""Dates keep their anchor day and their time zone."""

from datetime import UTC, date, datetime

import pytest

from bnpl_plugin.credit.calendar import (
    FORTNIGHTLY,
    MONTHLY,
    Period,
    PeriodUnit,
    add_months,
    due_dates,
    local_date,
    months_between,
)
from bnpl_plugin.credit.day_count import DayCount, months_and_days, year_fraction
from bnpl_plugin.errors import InvalidInput


def test_the_thirty_first_comes_back_after_february():
    days = due_dates(date(2027, 1, 31), period=MONTHLY, count=5)
    assert [day.isoformat() for day in days] == ["2027-01-31", "2027-02-28", "2027-03-31", "2027-04-30", "2027-05-31"]


def test_a_leap_day_is_kept_where_there_is_one():
    assert add_months(date(2028, 2, 29), 12) == date(2029, 2, 28)
    assert add_months(date(2028, 2, 29), 48) == date(2032, 2, 29)
    assert add_months(date(2028, 3, 31), -1) == date(2028, 2, 29)


def test_fortnights_cross_months_and_years():
    days = due_dates(date(2026, 12, 24), period=FORTNIGHTLY, count=3, skip=1)
    assert days == (date(2027, 1, 7), date(2027, 1, 21), date(2027, 2, 4))


@pytest.mark.parametrize("every", [0, -1, 367, True, "1"])
def test_a_period_is_a_small_whole_number_of_units(every):
    with pytest.raises(InvalidInput):
        Period(PeriodUnit.MONTH, every)


def test_months_between_only_counts_whole_ones():
    assert months_between(date(2027, 1, 31), date(2027, 2, 28)) == 1
    assert months_between(date(2027, 1, 15), date(2027, 2, 14)) is None


def test_the_same_instant_is_two_dates_in_two_zones():
    late = datetime(2026, 11, 24, 17, 30, tzinfo=UTC)
    assert local_date(late, tz="Europe/Paris") == date(2026, 11, 24)
    assert local_date(late, tz="Asia/Shanghai") == date(2026, 11, 25)


@pytest.mark.parametrize("tz", ["Mars/Base", "", "../etc"])
def test_an_unknown_zone_is_refused(tz):
    with pytest.raises(InvalidInput):
        local_date(datetime(2026, 1, 1, tzinfo=UTC), tz=tz)


def test_a_naive_instant_is_refused():
    with pytest.raises(InvalidInput):
        local_date(datetime(2026, 1, 1), tz="UTC")  # noqa: DTZ001


def test_months_and_days_count_back_from_the_end():
    assert months_and_days(date(2027, 1, 12), end=date(2027, 2, 15)) == (1, 3)
    assert months_and_days(date(2027, 1, 15), end=date(2027, 2, 12)) == (0, 28)
    assert months_and_days(date(2028, 1, 10), end=date(2028, 2, 29)) == (1, 19)


def test_day_counts_are_exact_fractions_of_a_year():
    start, end = date(2028, 1, 31), date(2028, 2, 29)
    assert year_fraction(DayCount.THIRTY_360_MONTHLY, start=start, end=end) == (1, 12)
    assert year_fraction(DayCount.ACT_365F, start=start, end=end) == (29, 365)
    assert year_fraction(DayCount.THIRTY_360_MONTHLY, start=date(2027, 1, 12), end=date(2027, 2, 15)) == (11, 120)
