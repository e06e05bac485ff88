"""The US and Chinese rates against published examples.

Source: 12 CFR 1026 Appendix J, examples (c)(1)(i), (c)(1)(iv), (c)(5)(i) and (ii); Affirm's representative example
(700.00 in 12 payments of 63.18, 15 %); ICBC's card instalment disclosure (0.6 % a period over 12 periods, 13.03 %).
"""

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest

from bnpl_plugin.credit import Instalment, Period, PeriodUnit, Schedule, apr_by, due_dates
from bnpl_plugin.credit.apr import eu, us
from bnpl_plugin.errors import SolverFailed

MONTHS = PeriodUnit.MONTH


def payments(minor, *, count, first, every=1):
    return [(day, minor) for day in due_dates(first, period=Period(MONTHS, every), count=count)]


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
        ((date(1978, 1, 1), 100_000), [(date(1978, 9, 13), 108_000)], (PeriodUnit.DAY, 255), "11.45"),
        ((date(1978, 1, 1), 100_000), [(date(1978, 7, 1), 104_400)], (MONTHS, 6), "8.80"),
        ((date(2026, 1, 10), 70_000), payments(6_318, count=12, first=date(2026, 2, 10)), (MONTHS, 1), "15.00"),
    ],
    ids=["c1i", "c1iv", "c5i", "c5ii", "affirm"],
)
def test_appendix_j_gives_the_published_rate(drawn, repaid, period, percent):
    found = us.apr([drawn], repayments=repaid, unit_period=Period(*period))
    assert found.percent == Decimal(percent)
    assert us.unit_period_of(drawn[0], due=[day for day, _ in repaid]) == Period(*period)


def test_unit_periods_count_back_from_the_payment():
    month, fortnight, year = Period(MONTHS), Period(PeriodUnit.WEEK, 2), Period(MONTHS, 12)
    assert us.unit_periods(date(1978, 3, 3), end=date(1980, 2, 1), unit_period=month) == (22, Fraction(29, 30))
    assert us.unit_periods(date(1978, 4, 3), end=date(1978, 4, 11), unit_period=fortnight) == (0, Fraction(8, 14))
    assert us.unit_periods(date(2023, 10, 26), end=date(2023, 11, 30), unit_period=year) == (0, Fraction(35, 365))
    assert us.unit_periods(date(2023, 1, 1), end=date(2024, 7, 1), unit_period=year) == (1, Fraction(1, 2))


def test_a_down_payment_on_the_first_day_starts_the_rhythm():
    due = due_dates(date(2026, 1, 10), period=Period(PeriodUnit.WEEK, 2), count=4)
    assert us.unit_period_of(date(2026, 1, 10), due=due) == Period(PeriodUnit.WEEK, 2)


@pytest.mark.parametrize("count", [2, 3])
def test_february_of_four_weeks_is_still_a_month(count):
    due = due_dates(date(2026, 2, 10), period=Period(MONTHS), count=count)
    assert us.unit_period_of(date(2026, 1, 10), due=due) == Period(MONTHS)
    assert us.unit_period_of(due[0], due=due) == Period(MONTHS)
    assert eu.interval_of((date(2026, 1, 10), *due)) is eu.Interval.MONTHS


def icbc(*, rows=12, fee=7_200):
    due = due_dates(date(2026, 2, 1), period=Period(MONTHS), count=rows)
    return Schedule(
        "CNY",
        date(2026, 1, 1),
        100_000 * rows,
        tuple(Instalment(k, day, 100_000, 0, fee) for k, day in enumerate(due, start=1)),
    )


def test_twelve_times_the_monthly_return_is_the_published_simple_rate():
    found = apr_by("cn")(icbc())
    assert found.percent == Decimal("13.03")
    assert abs(found.rate - Decimal("0.130342")) < Decimal("0.0000005")


def test_the_three_laws_differ_on_the_same_loan():
    rates = [apr_by(law)(icbc()).percent for law in ("eu", "us", "cn")]
    assert rates == [Decimal("13.8"), Decimal("13.03"), Decimal("13.03")]


@pytest.mark.parametrize("law", ["us", "cn"])
def test_no_cost_is_no_rate_and_no_time_is_an_error(law):
    assert apr_by(law)(icbc(fee=0)).rate == 0
    at_once = Schedule("CNY", date(2026, 1, 1), 100, (Instalment(1, date(2026, 1, 1), 100, 0, 5),))
    with pytest.raises(SolverFailed):
        apr_by(law)(at_once)
