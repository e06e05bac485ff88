"""Dates keep their anchor day and their time zone."""

from datetime import UTC, date, datetime

import pytest

from bnpl_plugin.credit.calendar import (
    FORTNIGHTLY,
    HALF_MONTHLY,
    MONTHLY,
    YEARLY,
    FirstDue,
    MonthEnd,
    Period,
    PeriodUnit,
    add_months,
    due_date,
    due_dates,
    first_due_date,
    local_date,
    months_between,
    periods_between,
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


def iso(days):
    return [day.isoformat() for day in days]


def test_a_month_without_the_day_is_clamped_or_rolled_always_from_the_anchor():
    # Apache Fineract, C111045 and its neighbour: 31 January
    clamp, roll, last = (Period(PeriodUnit.MONTH, month_end=each) for each in MonthEnd)
    anchor = date(2025, 1, 31)
    assert iso(due_dates(anchor, period=clamp, count=3, skip=1)) == ["2025-02-28", "2025-03-31", "2025-04-30"]
    assert iso(due_dates(anchor, period=roll, count=3, skip=1)) == ["2025-03-01", "2025-03-31", "2025-05-01"]
    assert iso(due_dates(date(2025, 4, 30), period=last, count=3)) == ["2025-04-30", "2025-05-31", "2025-06-30"]


def test_half_months_alternate_between_two_days():
    first = date(2027, 1, 1)
    assert iso(due_dates(first, period=HALF_MONTHLY, count=4)) == [
        "2027-01-01",
        "2027-01-16",
        "2027-02-01",
        "2027-02-16",
    ]
    fifteenth = Period(PeriodUnit.HALF_MONTH, second_day=15)
    assert iso(due_dates(first, period=fifteenth, count=3)) == ["2027-01-01", "2027-01-15", "2027-02-01"]
    month_end = Period(PeriodUnit.HALF_MONTH, second_day=31)
    assert iso(due_dates(date(2027, 1, 15), period=month_end, count=4, skip=1)) == [
        "2027-01-31", "2027-02-15", "2027-02-28", "2027-03-15",
    ]  # fmt: skip
    assert iso(due_dates(date(2027, 1, 20), period=HALF_MONTHLY, count=3)) == ["2027-01-20", "2027-02-05", "2027-02-20"]


def test_two_half_months_on_nearly_the_same_day_are_refused():
    with pytest.raises(InvalidInput):
        due_dates(date(2027, 1, 30), period=Period(PeriodUnit.HALF_MONTH, second_day=31), count=2)


def test_quarters_and_years_keep_the_leap_day():
    anchor = date(2028, 2, 29)
    assert iso(due_dates(anchor, period=Period(PeriodUnit.MONTH, 3), count=3)) == [
        "2028-02-29",
        "2028-05-29",
        "2028-08-29",
    ]
    assert iso(due_dates(anchor, period=YEARLY, count=5)) == [
        "2028-02-29", "2029-02-28", "2030-02-28", "2031-02-28", "2032-02-29",
    ]  # fmt: skip


def test_every_fifteen_days_is_not_half_a_month():
    assert iso(due_dates(date(2024, 1, 1), period=Period(PeriodUnit.DAY, 15), count=3)) == [
        "2024-01-01", "2024-01-16", "2024-01-31",
    ]  # fmt: skip


@pytest.mark.parametrize("more", [{"second_day": 15}, {"month_end": "roll"}, {"month_end": None}])
def test_a_period_refuses_what_is_not_its_own(more):
    with pytest.raises(InvalidInput):
        Period(PeriodUnit.MONTH, **more)


def test_only_months_and_years_have_a_last_day():
    with pytest.raises(InvalidInput):
        Period(PeriodUnit.WEEK, month_end=MonthEnd.LAST)
    with pytest.raises(InvalidInput):
        Period("month")  # type: ignore[arg-type]


def test_the_first_date_follows_from_a_start_by_a_rule():
    # Frappe Lending: a start on 17 October 2022 is first due on 1 November
    start = date(2022, 10, 17)
    assert [first_due_date(start, rule=rule).isoformat() for rule in FirstDue] == [
        "2022-10-17", "2022-11-01", "2022-10-31",
    ]  # fmt: skip


def test_a_date_off_the_rhythm_lies_no_whole_periods_away():
    assert periods_between(date(2027, 1, 31), period=MONTHLY, due_on=date(2027, 2, 27)) is None
    assert periods_between(date(2027, 1, 31), period=MONTHLY, due_on=date(2026, 12, 31)) is None
    assert periods_between(date(2027, 1, 1), period=HALF_MONTHLY, due_on=date(2027, 3, 16)) == 5
    assert periods_between(date(2027, 1, 31), period=Period(PeriodUnit.MONTH, month_end=MonthEnd.ROLL),
                           due_on=date(2027, 5, 1)) == 3  # fmt: skip


def test_the_calendar_ends():
    with pytest.raises(InvalidInput):
        due_date(date(9999, 12, 1), period=MONTHLY, periods=1)
    with pytest.raises(InvalidInput):
        due_date(date(9999, 12, 1), period=FORTNIGHTLY, periods=9)
    for months in (1, 10**30):
        with pytest.raises(InvalidInput):
            add_months(date(9999, 12, 1), months)
    with pytest.raises(InvalidInput):
        local_date(datetime(9999, 12, 31, 23, tzinfo=UTC), tz="Asia/Shanghai")


@pytest.mark.parametrize("count", [-1, 10_001, 10**9, "a", True, None])
def test_a_row_of_dates_has_a_sensible_length(count):
    with pytest.raises(InvalidInput, match="count"):
        due_dates(date(2026, 1, 28), period=MONTHLY, count=count)
