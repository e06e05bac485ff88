"""The US rate against the regulation's own examples, its unit-periods and its tolerances.

Source: 12 CFR 1026 Appendix J, examples of (c); Affirm's representative example (700.00 in 12 payments of 63.18, 15 %).
"""

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest

from bnpl_plugin.credit import MONTHLY, Period, PeriodUnit, due_dates
from bnpl_plugin.credit.apr import eu, us
from bnpl_plugin.credit.apr.us import Unit, UnitPeriod
from bnpl_plugin.errors import InvalidInput

MONTHS = Unit.MONTH


def payments(minor, *, count, first, every=1, unit=PeriodUnit.MONTH):
    return [(day, minor) for day in due_dates(first, period=Period(unit, every), count=count)]


def day(text):
    return date.fromisoformat(text)


def halves(first, *, count):
    """Return the 1st and 16th of each month in turn."""
    dates = [date(1978 + k // 12, k % 12 + 1, half) for k in range(36) for half in (1, 16)]
    return [one for one in dates if one >= first][:count]


@pytest.mark.parametrize(
    ("drawn", "repaid", "period", "percent"),
    [
        ((date(1978, 1, 10), 500_000), payments(23_000, count=24, first=date(1978, 2, 10)), (MONTHS, 1), "9.69"),
        (
            (date(1978, 5, 23), 1_000_000),
            payments(38_500, count=40, first=date(1978, 10, 1), every=3),
            (MONTHS, 3),
            "8.97",
        ),
        ((date(1978, 1, 1), 100_000), [(date(1978, 9, 13), 108_000)], (Unit.DAY, 255), "11.45"),
        ((date(1978, 1, 1), 100_000), [(date(1978, 7, 1), 104_400)], (MONTHS, 6), "8.80"),
        ((date(2026, 1, 10), 70_000), payments(6_318, count=12, first=date(2026, 2, 10)), (MONTHS, 1), "15.00"),
    ],
    ids=["c1i", "c1iv", "c5i", "c5ii", "affirm"],
)
def test_appendix_j_gives_the_published_rate(drawn, repaid, period, percent):
    found = us.apr([drawn], repayments=repaid, unit_period=UnitPeriod(*period))
    assert found.percent == Decimal(percent)
    assert us.unit_period_of(drawn[0], due=[day for day, _ in repaid]) == UnitPeriod(*period)


def test_unit_periods_count_back_from_the_payment():
    month, fortnight, year = UnitPeriod(MONTHS), UnitPeriod(Unit.WEEK, 2), UnitPeriod(MONTHS, 12)
    assert us.unit_periods(date(1978, 3, 3), end=date(1980, 2, 1), unit_period=month) == (22, Fraction(29, 30))
    assert us.unit_periods(date(1978, 4, 3), end=date(1978, 4, 11), unit_period=fortnight) == (0, Fraction(8, 14))
    assert us.unit_periods(date(2023, 10, 26), end=date(2023, 11, 30), unit_period=year) == (0, Fraction(35, 365))
    assert us.unit_periods(date(2023, 1, 1), end=date(2024, 7, 1), unit_period=year) == (1, Fraction(1, 2))


def test_a_down_payment_on_the_first_day_starts_the_rhythm():
    due = due_dates(date(2026, 1, 10), period=Period(PeriodUnit.WEEK, 2), count=4)
    assert us.unit_period_of(date(2026, 1, 10), due=due) == UnitPeriod(Unit.WEEK, 2)


@pytest.mark.parametrize("count", [2, 3])
def test_february_of_four_weeks_is_still_a_month(count):
    due = due_dates(date(2026, 2, 10), period=MONTHLY, count=count)
    assert us.unit_period_of(date(2026, 1, 10), due=due) == UnitPeriod(MONTHS)
    assert us.unit_period_of(due[0], due=due) == UnitPeriod(MONTHS)
    assert eu.interval_of((date(2026, 1, 10), *due)) is eu.Interval.MONTHS


@pytest.mark.parametrize(
    ("start", "due", "unit_period"),
    [
        ("1978-02-23", halves(date(1978, 3, 1), count=24), (Unit.SEMIMONTH, 1)),
        (
            "2026-01-31",
            [day(f"2026-{month}") for month in ("02-15", "02-28", "03-15", "03-31", "04-15")],
            (Unit.SEMIMONTH, 1),
        ),
        ("2026-04-01", [date(2026, 4, 1 + 7 * k) for k in range(1, 4)], (Unit.WEEK, 1)),
        ("2023-10-26", [date(2023, 11, 26 + k) for k in range(5)], (Unit.DAY, 1)),
        ("2026-04-03", [date.fromordinal(day("2026-04-03").toordinal() + 15 * k) for k in range(1, 9)], (Unit.DAY, 15)),
        ("2026-01-31", [day("2026-02-28"), day("2026-03-31"), day("2026-04-30")], (Unit.MONTH, 1)),
        ("2026-01-30", [day("2026-02-28"), day("2026-03-30"), day("2026-04-30")], (Unit.MONTH, 1)),
        ("2020-01-01", [date(2020 + k, 6, 1) for k in range(4)], (Unit.MONTH, 12)),
        ("2020-01-01", [date(2020 + 2 * k, 6, 1) for k in range(4)], (Unit.MONTH, 12)),
        ("2026-01-01", [day("2026-01-21"), day("2026-02-21")], (Unit.WEEK, 4)),
        ("2026-01-05", [day("2026-02-04"), day("2026-03-07")], (Unit.MONTH, 1)),
        ("2026-01-01", [day("2026-02-01"), day("2026-03-01"), day("2026-03-08"), day("2026-03-15")], (Unit.WEEK, 1)),
        ("2026-01-15", [day("2026-02-14")], (Unit.DAY, 30)),
        ("2026-01-15", [day("2026-07-15")], (Unit.MONTH, 6)),
        ("2024-01-15", [day("2025-01-14")], (Unit.DAY, 365)),
        ("2024-01-15", [day("2027-01-14")], (Unit.MONTH, 12)),
        ("2026-01-15", [day("2026-01-15")], (Unit.MONTH, 1)),
    ],
    ids=str,
)
def test_the_unit_period_is_the_common_interval_the_term_or_the_nearest_standard_one(start, due, unit_period):
    assert us.unit_period_of(day(start), due=due) == UnitPeriod(*unit_period)


def test_advances_count_among_the_intervals():
    weekly = [date(2026, 1, 1 + 7 * k) for k in range(1, 4)]
    found = us.unit_period_of(date(2026, 1, 1), due=[date(2026, 3, 1), date(2026, 4, 1)], advances=weekly)
    assert found == UnitPeriod(Unit.WEEK)


def test_semimonthly_payments_are_counted_in_fifteenths():
    """(c)(1)(iii): 23 February to 1 March is 6/15, and each payment after it one semimonth more."""
    start, due = date(1978, 2, 23), halves(date(1978, 3, 1), count=24)
    times = [us.unit_periods(start, end=one, unit_period=UnitPeriod(Unit.SEMIMONTH)) for one in due]
    assert times == [(k, Fraction(6, 15)) for k in range(24)]


def test_several_advances_make_one_rate():
    advances = [(date(2026, 1, 10), 100_000), (date(2026, 2, 10), 100_000)]
    found = us.apr(advances, repayments=payments(17_500, count=12, first=date(2026, 3, 10)))
    i = found.rate / 12
    worth = sum(Decimal(17_500) / (1 + i) ** k for k in range(2, 14))
    assert abs(worth - 100_000 - 100_000 / (1 + i)) < Decimal("0.0001")


@pytest.mark.parametrize("every", [0, -1, 367, True, "1"])
def test_a_unit_period_is_a_small_whole_number_of_units(every):
    with pytest.raises(InvalidInput):
        UnitPeriod(Unit.MONTH, every)


def test_a_payment_before_the_first_advance_is_no_flow_of_this_law():
    with pytest.raises(InvalidInput):
        us.apr([(date(2026, 1, 10), 100)], repayments=[(date(2026, 1, 9), 5), (date(2026, 3, 10), 110)])
    with pytest.raises(InvalidInput):
        us.rate([(Fraction(0), 100)], repayments=[(Fraction(-1), 5), (Fraction(1), 110)], unit_periods_per_year=12)
    with pytest.raises(InvalidInput):
        us.rate([(Fraction(0), 100)], repayments=[(Fraction(1), 110)], unit_periods_per_year=0)


@pytest.mark.parametrize(
    ("disclosed", "irregular", "accurate"),
    [
        ("0.0969", False, True),
        ("0.10125", False, True),
        ("0.098751", False, True),
        ("0.101251", False, False),
        ("0.098749", False, False),
        ("0.101251", True, True),
        ("0.1025", True, True),
        ("0.102501", True, False),
    ],
)
def test_a_disclosed_rate_may_lie_an_eighth_or_a_quarter_of_a_point_off(disclosed, irregular, accurate):
    exact = Decimal("0.0969") if disclosed == "0.0969" else Decimal("0.1")
    assert us.within_tolerance(Decimal(disclosed), exact=exact, irregular=irregular) is accurate


def test_only_a_number_can_be_accurate():
    with pytest.raises(InvalidInput):
        us.within_tolerance(Decimal("NaN"), exact=Decimal("0.1"))


def test_an_odd_first_or_last_payment_is_regular_and_anything_else_is_not():
    start = (date(2026, 1, 10), 100_000)
    level = payments(9_000, count=12, first=date(2026, 2, 20))
    assert not us.is_irregular(us.apr([start], repayments=level))
    assert not us.is_irregular(us.apr([start], repayments=[(level[0][0], 9_500), *level[1:-1], (level[-1][0], 9_900)]))
    assert us.is_irregular(us.apr([start], repayments=[*level[:3], (level[3][0], 9_500), *level[4:]]))
    assert us.is_irregular(us.apr([start], repayments=[*level[:3], *level[4:], (date(2027, 2, 20), 9_000)]))
    assert us.is_irregular(us.apr([start, (date(2026, 2, 10), 1)], repayments=level))
    fifteenths = [(one, 5_000) for one in halves(date(1978, 3, 1), count=24)]
    assert not us.is_irregular(us.apr([(date(1978, 2, 23), 100_000)], repayments=fifteenths))
