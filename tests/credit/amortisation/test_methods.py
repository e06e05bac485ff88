"""Every method and every shape, as tables that a person can check with a pencil."""

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest

from bnpl_plugin.credit import FORTNIGHTLY, MONTHLY, LoanTerms, Method, Period, PeriodUnit, build_schedule
from bnpl_plugin.credit.amortisation.table import amortisation_table
from bnpl_plugin.credit.apr import eu
from bnpl_plugin.credit.calendar import HALF_MONTHLY, MonthEnd
from bnpl_plugin.credit.day_count import DayCount
from bnpl_plugin.credit.terms import (
    Accrual,
    Carry,
    Compounding,
    DownPayment,
    Drawdown,
    FeePlacement,
    Levelling,
    OddDays,
    RateStep,
    RowFee,
    Shape,
    Shortfall,
)
from bnpl_plugin.money import Money, Remainder, Rounding

START = date(2027, 1, 31)
NEXT = date(2027, 2, 28)


def made(minor=1200_00, *, count=3, rate="0.12", currency="EUR", **more):
    rest = {"period": MONTHLY, "first_due_on": NEXT, "anchor_date": START, **more}
    return LoanTerms(Money(minor, currency), count, drawdown_on=START, nominal_rate=Decimal(rate), **rest)


def parts(terms):
    return [row[2:] for row in build_schedule(terms).instalments]


def test_equal_principal_pays_less_interest_every_time():
    assert parts(made(method=Method.EQUAL_PRINCIPAL)) == [(400_00, 12_00, 0), (400_00, 8_00, 0), (400_00, 4_00, 0)]


def test_the_odd_principal_stands_where_the_plan_says():
    terms = made(100, rate="0", method=Method.EQUAL_PRINCIPAL, remainder=Remainder.FIRST)
    assert [row[0] for row in parts(terms)] == [34, 33, 33]


def test_a_flat_rate_is_on_the_original_sum_and_costs_nearly_double():
    assert parts(made(method=Method.FLAT)) == [(400_00, 12_00, 0)] * 3
    honest = eu.schedule_apr(build_schedule(made(method=Method.FLAT))).rate
    assert honest > Decimal("0.19")


def test_interest_only_leaves_the_principal_to_the_end():
    assert parts(made(method=Method.INTEREST_ONLY)) == [(0, 12_00, 0), (0, 12_00, 0), (1200_00, 12_00, 0)]


def test_a_balloon_comes_on_top_of_the_last_instalment():
    rows = build_schedule(made(count=12, shape=Shape(balloon_minor=600_00))).instalments
    level = rows[0].total_minor
    assert all(row.total_minor == level for row in rows[:-1])
    assert abs(rows[-1].total_minor - level - 600_00) <= 6


def test_graduated_instalments_grow_with_the_year():
    terms = made(count=24, method=Method.GRADUATED, shape=Shape(yearly_growth=Decimal("0.10")))
    totals = [row.total_minor for row in build_schedule(terms).instalments]
    assert len(set(totals[:12])) == 1
    assert len(set(totals[12:-1])) == 1
    assert abs(totals[12] - totals[0] * 11 / 10) <= 1


def test_an_agreed_instalment_stands_and_the_last_takes_the_rest():
    assert parts(made(shape=Shape(instalment_minor=500_00))) == [
        (488_00, 12_00, 0),
        (492_88, 7_12, 0),
        (219_12, 2_19, 0),
    ]


def test_a_down_payment_is_a_row_of_its_own_without_interest():
    # Apache Fineract, EMI feature C3161: 100.00, 25 % down, five at 5 %
    terms = made(100_00, count=5, rate="0.05", shape=Shape(down_payment=DownPayment(percent=Decimal(25))))
    rows = build_schedule(terms).instalments
    assert rows[0] == (1, START, 25_00, 0, 0)
    assert [row.total_minor for row in rows[1:]] == [15_19] * 4 + [15_18]


def test_a_down_payment_can_be_a_whole_number_of_units():
    # Apache Fineract: 25 % of 750 in whole units is 188, the rest 187, 187, 188
    down = DownPayment(percent=Decimal(25), multiple_minor=100)
    terms = made(750_00, rate="0", method=Method.INTEREST_FREE, shape=Shape(down_payment=down, multiple_minor=100))
    assert [row[0] for row in parts(terms)] == [188_00, 187_00, 187_00, 188_00]


def test_a_fee_can_be_paid_at_the_drawdown():
    apart = build_schedule(made(fee_minor=20_00, fee_placement=FeePlacement.DRAWDOWN)).instalments
    assert apart[0] == (1, START, 0, 0, 20_00)
    assert sum(row.fee_minor for row in apart) == 20_00
    shape = Shape(down_payment=DownPayment(minor=200_00))
    together = build_schedule(made(fee_minor=20_00, fee_placement=FeePlacement.DRAWDOWN, shape=shape)).instalments
    assert together[0] == (1, START, 200_00, 0, 20_00)


def test_the_first_instalment_bears_the_fee_and_not_the_down_payment():
    shape = Shape(down_payment=DownPayment(minor=200_00))
    assert [row[2] for row in parts(made(fee_minor=20_00, shape=shape))] == [0, 20_00, 0, 0]


def test_single_rows_bear_costs_of_their_own():
    assert [row[2] for row in parts(made(shape=Shape(row_fees=(RowFee(1, 100), RowFee(3, 250)))))] == [100, 0, 250]


def test_all_equal_rounded_up_charges_the_excess_as_a_fee():
    # PayPal Pay in 4: 239.91 is 4 times 59.98, a cent above the price
    equal = Shape(levelling=Levelling.ALL_EQUAL)
    schedule = build_schedule(
        made(239_91, count=4, rate="0", method=Method.INTEREST_FREE, rounding=Rounding.UP, shape=equal)
    )
    assert [row.total_minor for row in schedule.instalments] == [59_98] * 4
    assert [row.principal_minor for row in schedule.instalments] == [59_98, 59_98, 59_98, 59_97]
    assert (schedule.fee_minor, schedule.finance_charge_minor) == (1, 1)


def test_instalments_of_whole_units_leave_the_odd_part_to_the_last():
    # Frappe Lending: 250,000 at 9.2 % over 18 is 14,923 rounded up, each interest rounded to whole units too
    terms = made(
        250_000_00,
        count=18,
        rate="0.092",
        currency="INR",
        rounding=Rounding.UP,
        shape=Shape(multiple_minor=100),
        accrual=Accrual(multiple_minor=100),
    )
    schedule = build_schedule(terms)
    assert schedule.instalments[0].total_minor == 14_923_00
    assert schedule.interest_minor == 18_599_00


def test_grace_on_principal_asks_for_interest_only():
    rows = parts(made(count=4, shape=Shape(principal_grace=2)))
    assert rows[:2] == [(0, 12_00, 0), (0, 12_00, 0)]
    assert sum(row[0] for row in rows[2:]) == 1200_00


def test_grace_on_interest_asks_for_it_with_the_next():
    rows = parts(made(method=Method.EQUAL_PRINCIPAL, shape=Shape(interest_grace=2)))
    assert rows == [(400_00, 0, 0), (400_00, 0, 0), (400_00, 24_00, 0)]


def test_a_window_without_interest_earns_none():
    assert [row[1] for row in parts(made(method=Method.EQUAL_PRINCIPAL, shape=Shape(interest_free=1)))] == [
        0,
        8_00,
        4_00,
    ]


def test_equal_instalments_are_computed_anew_when_the_rate_steps():
    # European Commission, simulator, example 21: 200,000 at 5 %, from the tenth month 5.5 %: 1,319.91, then 1,374.06
    terms = made(200_000_00, count=240, rate="0.05", shape=Shape(rate_steps=(RateStep(10, Decimal("0.055")),)))
    totals = [row.total_minor for row in build_schedule(terms).instalments]
    assert (totals[0], totals[8], totals[9], totals[238]) == (1319_91, 1319_91, 1374_06, 1374_06)


def test_what_is_drawn_later_raises_the_instalments_from_its_period_on():
    # Apache Fineract, EMI calculator test: 100.00, and 100.00 more on the second due date, six at 9.4822 %
    fineract = Accrual(rounding=Rounding.HALF_EVEN, odd_days=OddDays.OVER_OWN_MONTH)
    terms = LoanTerms(
        Money(100_00, "USD"),
        6,
        MONTHLY,
        date(2024, 1, 1),
        date(2024, 2, 1),
        nominal_rate=Decimal("0.094822"),
        rounding=Rounding.HALF_EVEN,
        shape=Shape(later_drawdowns=(Drawdown(date(2024, 3, 1), 100_00),), levelling=Levelling.ADJUSTED),
        accrual=fineract,
    )
    schedule = build_schedule(terms)
    assert [row.total_minor for row in schedule.instalments] == [17_13, 17_13, 42_63, 42_63, 42_63, 42_61]
    assert schedule.drawdowns == ((date(2024, 1, 1), 100_00), (date(2024, 3, 1), 100_00))
    assert [row.closing_minor for row in amortisation_table(terms)][:2] == [83_66, 167_19]


def test_an_effective_rate_earns_its_twelfth_root():
    # European Commission, simulator, example 36: 3,000 at 9 % effective earns 21.62 in the first month
    terms = made(
        3000_00, count=12, rate="0.09", method=Method.EQUAL_PRINCIPAL, accrual=Accrual(compounding=Compounding.YEARLY)
    )
    assert parts(terms)[0] == (250_00, 21_62, 0)
    monthly = build_schedule(made(3000_00, count=12, rate="0.09", accrual=Accrual(compounding=Compounding.YEARLY)))
    assert abs(eu.schedule_apr(monthly).rate - Decimal("0.09")) < Decimal("0.0001")


def test_a_long_first_period_earns_simple_interest_and_what_is_not_covered_is_capitalised():
    # European Commission, simulator, example 18, second case: 1,655.74 of interest on an instalment of 1,437.54
    terms = made(
        200_000_00,
        count=240,
        rate="0.06",
        accrual=Accrual(
            carry=Carry.EXACT,
            shortfall=Shortfall.CAPITALISED,
            first_period_years=Fraction(20, 366) + Fraction(1, 12),
        ),
    )
    first, second = amortisation_table(terms)[:2]
    assert (first.earned_minor, first.instalment_minor, first.repaid_minor) == (1655_74, 1437_54, -218_20)
    assert (first.principal_minor, first.closing_minor) == (0, 200_218_20)
    assert (second.opening_minor, second.earned_minor) == (200_218_20, 1001_09)


def test_a_month_that_is_rolled_is_still_a_twelfth_of_a_year():
    roll = Period(PeriodUnit.MONTH, month_end=MonthEnd.ROLL)
    rows = build_schedule(made(method=Method.INTEREST_ONLY, period=roll, first_due_on=date(2027, 3, 1))).instalments
    assert [row.due_on for row in rows] == [date(2027, 3, 1), date(2027, 3, 31), date(2027, 5, 1)]
    assert [row.interest_minor for row in rows] == [12_00] * 3


def test_a_deferred_first_payment_earns_every_whole_period_before_it():
    roll = Period(PeriodUnit.MONTH, month_end=MonthEnd.ROLL)
    rows = build_schedule(made(method=Method.INTEREST_ONLY, period=roll, first_due_on=date(2027, 5, 1))).instalments
    assert [row.interest_minor for row in rows] == [36_00, 12_00, 12_00]
    today = made(method=Method.INTEREST_ONLY, first_due_on=START)
    assert [row[1] for row in parts(today)] == [0, 12_00, 12_00]


def test_half_months_are_twenty_fourths_of_a_year():
    terms = made(method=Method.INTEREST_ONLY, period=HALF_MONTHLY, first_due_on=date(2027, 2, 16))
    rows = build_schedule(terms).instalments
    assert [row.due_on for row in rows] == [date(2027, 2, 16), date(2027, 2, 28), date(2027, 3, 16)]
    assert [row.interest_minor for row in rows] == [6_00] * 3


@pytest.mark.parametrize(
    ("odd_days", "interest"),
    [(OddDays.OVER_360, 1880), (OddDays.OVER_OWN_MONTH, 1903)],
)
def test_an_odd_part_of_a_month_is_counted_as_named(odd_days, interest):
    # 1 month and 17 days on 1,200.00 at 12 %: 12 * (1 + 17/30) = 18.80; 12 * (1 + 17/29) = 19.03
    terms = LoanTerms(
        Money(1200_00, "EUR"),
        3,
        MONTHLY,
        date(2024, 1, 1),
        date(2024, 2, 18),
        method=Method.INTEREST_ONLY,
        nominal_rate=Decimal("0.12"),
        accrual=Accrual(odd_days=odd_days),
    )
    assert parts(terms)[0][1] == interest


def test_weeks_are_fiftyseconds_of_a_year_by_weeks_364():
    weekly = made(
        method=Method.INTEREST_ONLY,
        rate="0.52",
        period=Period(PeriodUnit.WEEK),
        first_due_on=date(2027, 2, 7),
        day_count=DayCount.WEEKS_364,
    )
    assert [row[1] for row in parts(weekly)] == [12_00] * 3


def test_a_rounded_instalment_stays_whole_where_interest_is_carried_unrounded():
    for principal, rate, count in ((999_999_00, "0.21", 5), (12_345_00, "0.0875", 60), (1_000_00, "0.9", 7)):
        terms = LoanTerms(
            Money(principal, "INR"),
            count,
            FORTNIGHTLY,
            date(2026, 1, 15),
            date(2026, 1, 29),
            nominal_rate=Decimal(rate),
            rounding=Rounding.UP,
            shape=Shape(multiple_minor=100),
            accrual=Accrual(carry=Carry.EXACT_INTEREST),
        )
        rows = build_schedule(terms).instalments
        assert {row.total_minor % 100 for row in rows[:-1]} == {0}
        assert sum(row.principal_minor for row in rows) == principal
        assert min(min(row.principal_minor, row.interest_minor) for row in rows) >= 0


@pytest.mark.parametrize(
    ("minor", "told"),
    [
        (750_00, [(250_50, 7_50), (250_50, 7_50), (249_00, 7_50)]),
        (1000_00, [(333_00, 10_00), (333_00, 10_00), (334_00, 10_00)]),
        (212_50, [(70_88, 2_12), (70_88, 2_12), (70_74, 2_14)]),
    ],
)
def test_a_flat_instalment_is_rounded_as_a_whole_and_each_interest_by_itself(minor, told):
    terms = made(
        minor,
        method=Method.FLAT,
        rounding=Rounding.HALF_EVEN,
        shape=Shape(multiple_minor=100),
        accrual=Accrual(rounding=Rounding.HALF_EVEN),
    )
    assert [row[:2] for row in parts(terms)] == told
