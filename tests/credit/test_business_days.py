"""Due dates avoid weekends and holidays as the terms name it, and rise all the same."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from bnpl_plugin.credit import MONTHLY, BusinessDayRule, BusinessDays, LoanTerms, Period, PeriodUnit, build_schedule
from bnpl_plugin.credit.day_count import DayCount
from bnpl_plugin.credit.terms import Accrual, AccrualDates
from bnpl_plugin.errors import InvalidInput
from bnpl_plugin.money import Money

SATURDAY, SUNDAY_AT_MONTH_END = date(2026, 8, 15), date(2026, 5, 31)
EASTER_MONDAY = date(2026, 4, 6)


@pytest.mark.parametrize(
    ("rule", "day", "moved"),
    [
        (BusinessDayRule.UNADJUSTED, SATURDAY, SATURDAY),
        (BusinessDayRule.FOLLOWING, SATURDAY, date(2026, 8, 17)),
        (BusinessDayRule.PRECEDING, SATURDAY, date(2026, 8, 14)),
        (BusinessDayRule.FOLLOWING, SUNDAY_AT_MONTH_END, date(2026, 6, 1)),
        (BusinessDayRule.MODIFIED_FOLLOWING, SUNDAY_AT_MONTH_END, date(2026, 5, 29)),
        (BusinessDayRule.MODIFIED_FOLLOWING, SATURDAY, date(2026, 8, 17)),
        (BusinessDayRule.FOLLOWING, EASTER_MONDAY, date(2026, 4, 7)),
    ],
)
def test_a_rule_moves_a_date_where_it_says(rule, day, moved):
    assert BusinessDays("FR", rule=rule).adjusted(day) == moved


def test_a_subdivision_has_holidays_of_its_own():
    assumption = date(2025, 8, 15)  # a Friday; a holiday in the Saarland, none in Berlin
    assert not BusinessDays("DE", "SL").holds(assumption)
    assert BusinessDays("DE", "BE").holds(assumption)


def test_a_working_saturday_is_a_business_day():
    assert BusinessDays("CN").holds(date(2024, 2, 4))  # a Sunday that was worked for the Spring Festival


@pytest.mark.parametrize("place", [("ZZ",), ("",), (None,), ("FR", "XX")])
def test_a_place_without_a_table_is_refused(place):
    with pytest.raises(InvalidInput):
        BusinessDays(*place)


def test_a_rule_that_only_looks_like_one_is_refused():
    with pytest.raises(InvalidInput):
        BusinessDays("FR", rule="following")  # type: ignore[arg-type]


START = date(2026, 1, 31)
TERMS = LoanTerms(
    Money(1200_00, "EUR"),
    6,
    MONTHLY,
    START,
    date(2026, 2, 28),
    nominal_rate=Decimal("0.10"),
    day_count=DayCount.ACT_365F,
    anchor_date=START,
    business_days=BusinessDays("FR"),
)


def test_dates_are_moved_one_by_one_and_the_rhythm_stays():
    dues = [row.due_on.isoformat() for row in build_schedule(TERMS).instalments]
    assert dues == ["2026-03-02", "2026-03-31", "2026-04-30", "2026-06-01", "2026-06-30", "2026-07-31"]


def test_interest_runs_to_the_day_that_the_terms_name():
    unadjusted = build_schedule(TERMS).instalments[0].interest_minor
    moved = replace(TERMS, accrual=Accrual(dates=AccrualDates.ADJUSTED))
    adjusted = build_schedule(moved).instalments[0].interest_minor
    assert (unadjusted, adjusted) == (921, 986)  # 1,200.00 * 0.10 * 28 / 365 and * 30 / 365


def test_whole_months_stay_twelfths_when_interest_does_not_follow_the_moved_dates():
    months = replace(TERMS, day_count=DayCount.THIRTY_360_MONTHLY)
    assert build_schedule(months).instalments[0].interest_minor == 1000
    followed = replace(months, accrual=Accrual(dates=AccrualDates.ADJUSTED))
    assert build_schedule(followed).instalments[0].interest_minor == 1067  # a month and two days


def test_two_dates_that_would_fall_together_are_refused_by_name():
    daily = replace(TERMS, period=Period(PeriodUnit.DAY), anchor_date=None, first_due_on=date(2026, 2, 5))
    with pytest.raises(InvalidInput) as caught:
        build_schedule(daily)
    assert caught.value.details["field"] == "business_days"


def test_a_date_moved_before_the_drawdown_is_refused_by_name():
    early = replace(
        TERMS,
        drawdown_on=SATURDAY,
        first_due_on=SATURDAY,
        anchor_date=None,
        business_days=BusinessDays("FR", rule=BusinessDayRule.PRECEDING),
    )
    with pytest.raises(InvalidInput) as caught:
        build_schedule(early)
    assert caught.value.details["field"] == "business_days"
