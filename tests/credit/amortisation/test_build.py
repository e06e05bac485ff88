"""Schedules are exact to the minor unit and print as tables a person can check."""

from datetime import date
from decimal import Decimal

import pytest

from bnpl_plugin.credit import MONTHLY, FeePlacement, LoanTerms, Method, build_schedule
from bnpl_plugin.credit.day_count import DayCount
from bnpl_plugin.errors import InvalidInput
from bnpl_plugin.money import Money, Remainder

START = date(2027, 1, 31)


def terms(minor=120_000, *, currency="EUR", count=12, rate="0", **more):
    rest = {"first_due_on": START, "method": Method.EQUAL_INSTALMENTS, **more}
    return LoanTerms(
        Money(minor, currency), count, period=MONTHLY, drawdown_on=START, nominal_rate=Decimal(rate), **rest
    )


def table(schedule):
    return [
        f"{row.number} {row.due_on} {row.principal_minor} {row.interest_minor} {row.fee_minor}"
        for row in schedule.instalments
    ]


def test_pay_in_three_starts_today_and_ends_with_the_odd_cent():
    schedule = build_schedule(terms(10_000, count=3, method=Method.INTEREST_FREE))
    assert table(schedule) == ["1 2027-01-31 3333 0 0", "2 2027-02-28 3333 0 0", "3 2027-03-31 3334 0 0"]
    assert schedule.finance_charge_minor == 0


def test_the_odd_cent_goes_first_when_the_plan_says_so():
    schedule = build_schedule(terms(10_000, count=3, method=Method.INTEREST_FREE, remainder=Remainder.FIRST))
    assert [row.principal_minor for row in schedule.instalments] == [3334, 3333, 3333]


def test_currencies_without_and_with_three_decimals_split_in_their_own_units():
    for currency in ("JPY", "KWD"):
        schedule = build_schedule(terms(100, currency=currency, count=3, method=Method.INTEREST_FREE))
        assert [row.principal_minor for row in schedule.instalments] == [33, 33, 34]


def test_a_thousand_at_twelve_percent_over_six_months_is_the_textbook_annuity():
    # 1,000.00 * 0.01 / (1 - 1.01 ** -6) = 172.548…; the last instalment absorbs the rounding
    schedule = build_schedule(terms(100_000, count=6, rate="0.12", first_due_on=date(2027, 2, 28), anchor_date=START))
    assert table(schedule) == [
        "1 2027-02-28 16255 1000 0",
        "2 2027-03-31 16418 837 0",
        "3 2027-04-30 16582 673 0",
        "4 2027-05-31 16748 507 0",
        "5 2027-06-30 16915 340 0",
        "6 2027-07-31 17082 171 0",
    ]


def test_actual_days_over_365_charge_february_less():
    schedule = build_schedule(
        terms(rate="0.0999", count=3, first_due_on=date(2027, 2, 28), anchor_date=START, day_count=DayCount.ACT_365F)
    )
    assert schedule.instalments[0].interest_minor == 920  # 1,200.00 * 0.0999 * 28 / 365 = 9.196
    assert [row.total_minor for row in schedule.instalments[:2]] == [schedule.instalments[0].total_minor] * 2


def test_a_fee_stands_first_or_is_spread():
    first = build_schedule(terms(count=4, fee_minor=999, method=Method.INTEREST_FREE))
    spread = build_schedule(
        terms(count=4, fee_minor=999, fee_placement=FeePlacement.SPREAD, method=Method.INTEREST_FREE)
    )
    assert [row.fee_minor for row in first.instalments] == [999, 0, 0, 0]
    assert [row.fee_minor for row in spread.instalments] == [249, 249, 249, 252]
    assert first.total_payable_minor == spread.total_payable_minor == 120_999


def test_interest_of_a_long_first_period_is_carried_not_compounded():
    schedule = build_schedule(terms(count=36, rate="2", first_due_on=date(2032, 1, 31)))
    assert schedule.instalments[0].principal_minor == 0
    assert all(row.interest_minor >= 0 and row.principal_minor >= 0 for row in schedule.instalments)


def test_an_amount_smaller_than_the_count_leaves_no_negative_part():
    schedule = build_schedule(terms(5, count=10, rate="0.2", first_due_on=date(2027, 2, 28)))
    assert sum(row.principal_minor for row in schedule.instalments) == 5
    assert schedule.instalments[-1].principal_minor > 0


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"minor": 0}, "principal"),
        ({"minor": -1}, "principal"),
        ({"count": 0}, "count"),
        ({"count": 601}, "count"),
        ({"count": True}, "count"),
        ({"rate": "-0.01"}, "nominal_rate"),
        ({"rate": "10"}, "nominal_rate"),
        ({"rate": "NaN"}, "nominal_rate"),
        ({"rate": "0.1", "method": Method.INTEREST_FREE}, "nominal_rate"),
        ({"rate": "0.1", "remainder": Remainder.FIRST}, "remainder"),
        ({"fee_minor": -1}, "fee_minor"),
        ({"fee_minor": 1.0}, "fee_minor"),
        ({"first_due_on": date(2027, 1, 30)}, "first_due_on"),
        ({"first_due_on": date(2027, 2, 27), "anchor_date": START}, "anchor_date"),
    ],
)
def test_terms_that_make_no_loan_are_refused_by_field(change, field):
    with pytest.raises(InvalidInput) as caught:
        terms(**change)
    assert caught.value.details["field"] == field
