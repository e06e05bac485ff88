"""APR of the United States: Regulation Z, 12 CFR 1026 Appendix J, the actuarial method.

The rate i of one unit-period makes

    sum over k of A(k) / ((1 + e(k) i) * (1 + i) ** q(k))   =   sum over j of P(j) / ((1 + f(j) i) * (1 + i) ** t(j))

with whole unit-periods q, t and their odd parts e, f, counted back from the payment (b)(5); the odd part bears simple
interest (b)(8). APR = w * i, with w unit-periods in a year. Odd days are divided by 30 for each month of the
unit-period, by 7 for each week. One advance with one payment takes the term as its unit-period (c)(5), never longer
than a year. Printed with two decimals, half up; within 1/8 of a point by 1026.22(a)(2).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from decimal import Decimal, localcontext
from fractions import Fraction
from math import lcm

from bnpl_plugin.credit.apr.result import Apr, Flow, checked_flows, flows_of, is_free, kept_rate, percent_of
from bnpl_plugin.credit.apr.solver import CONTEXT, discount_factor, first_guess, netted, one_crossing, present_value
from bnpl_plugin.credit.calendar import MONTHLY, Period, PeriodUnit, add_months, months_between
from bnpl_plugin.credit.day_count import months_and_days
from bnpl_plugin.credit.schedule import Schedule
from bnpl_plugin.errors import InvalidInput

METHOD = "us_reg_z_appendix_j"
_TWO_DECIMALS = Decimal("0.01")
_YEAR = Period(PeriodUnit.MONTH, 12)


def apr(drawdowns: Iterable[Flow], *, repayments: Iterable[Flow], unit_period: Period = MONTHLY) -> Apr:
    """Return the APR of dated flows.

    Args:
        drawdowns: (day, minor units) advanced to the shopper; the term begins with the first.
        repayments: (day, minor units) the shopper pays, finance charge included.
        unit_period: the most common interval between advances or payments.

    Raises:
        SolverFailed: no rate, or more than one possible; less repaid than drawn.
    """
    drawn = checked_flows(drawdowns, field="drawdowns")
    repaid = checked_flows(repayments, field="repayments")
    rate = Decimal(0)
    if not is_free(drawn, repayments=repaid):
        rate = _rate(drawn, repaid, unit_period)
    convention = f"unit-period {unit_period.every} {unit_period.unit}"
    return Apr(rate, percent_of(rate, places=_TWO_DECIMALS), METHOD, convention, drawn, repaid)


def schedule_apr(schedule: Schedule) -> Apr:
    """Return the APR of a schedule, its unit-period taken from the due dates."""
    drawn, repaid = flows_of(schedule)
    due = [row.due_on for row in schedule.instalments]
    return apr(drawn, repayments=repaid, unit_period=unit_period_of(schedule.drawdown_on, due=due))


def unit_period_of(start: date, *, due: Sequence[date]) -> Period:
    """Return the unit-period of equally spaced due dates.

    Args:
        start: the day of the advance.
        due: rising payment dates; one on the day of the advance counts as the start.

    >>> unit_period_of(date(2026, 1, 10), due=[date(2026, 2, 10), date(2026, 3, 10)])
    Period(unit=<PeriodUnit.MONTH: 'month'>, every=1)
    """
    dates = list(due)
    if dates[0] == start or len(dates) == 1:
        dates = [start, *(day for day in dates if day != start)]
    if len(dates) < 2:
        return MONTHLY
    first, second = dates[0], dates[1]
    if len(dates) == 2 and start in dates:
        return _term(first, second)
    gap = (second - first).days
    monthly = all(months_between(first, day) is not None for day in dates)  # 10 February to 10 March is also 28 days
    if not monthly and gap % 7 == 0 and all((day - first).days % gap == 0 for day in dates):
        return Period(PeriodUnit.WEEK, gap // 7)
    months = (second.year - first.year) * 12 + second.month - first.month
    return Period(PeriodUnit.MONTH, months) if months else Period(PeriodUnit.DAY, gap)


def _term(start: date, end: date) -> Period:
    """Return the term of a single payment as its unit-period: whole months or days, a year at most."""
    months = months_between(start, end)
    if months and months <= 12:
        return Period(PeriodUnit.MONTH, months)
    days = (end - start).days
    return Period(PeriodUnit.DAY, days) if days <= 365 else _YEAR


def unit_periods(start: date, *, end: date, unit_period: Period) -> tuple[int, Fraction]:
    """Return whole unit-periods counted back from the end, and the odd part before them.

    >>> unit_periods(date(1978, 5, 23), end=date(1978, 10, 1), unit_period=Period(PeriodUnit.MONTH, 3))
    (1, Fraction(13, 30))
    """
    if end < start:
        raise InvalidInput(field="repayments", fault=f"one lies on {end}", accepted=f"{start} or later")
    length = unit_period.days
    if length is not None:
        whole, days = divmod((end - start).days, length)
        return whole, Fraction(days, length)
    months, days = months_and_days(start, end=end)
    whole, rest = divmod(months, unit_period.every)
    if unit_period == _YEAR and days:
        return whole, Fraction((add_months(end, -12 * whole) - start).days, 365)
    return whole, Fraction(rest * 30 + days, 30 * unit_period.every)


def _rate(drawn: tuple[Flow, ...], repaid: tuple[Flow, ...], unit_period: Period) -> Decimal:
    start = drawn[0][0]
    timed = [
        (*unit_periods(start, end=day, unit_period=unit_period), amount)
        for day, amount in (*((day, -minor) for day, minor in drawn), *repaid)
    ]
    parts = lcm(*(odd.denominator for _, odd, _ in timed))
    exponents, amounts = netted(
        [int((whole + odd) * parts) for whole, odd, _ in timed], amounts=[amount for _, _, amount in timed]
    )
    one_crossing(amounts)
    with localcontext(CONTEXT):
        guess = first_guess(exponents, amounts=amounts) ** parts
        factor = discount_factor(present_value_by_unit_periods(timed), guess=guess)
        return kept_rate((1 / factor - 1) * _per_year(unit_period))


def present_value_by_unit_periods(timed: Iterable[tuple[int, Fraction, int]]) -> Callable[[Decimal], Decimal]:
    """Return the law's sum as a function of v = 1 / (1 + i).

    Args:
        timed: whole unit-periods, odd part, amount in minor units (advance minus).
    """
    groups: dict[Fraction, tuple[list[int], list[int]]] = {}
    for whole, odd, amount in timed:
        exponents, amounts = groups.setdefault(odd, ([], []))
        exponents.append(whole)
        amounts.append(amount)
    parts = []
    for odd, (exponents, amounts) in groups.items():
        times, sums = netted(exponents, amounts=amounts)
        parts.append((Decimal(odd.numerator) / odd.denominator, present_value(times, amounts=sums)))

    def value(v: Decimal) -> Decimal:
        # 1 / (1 + f * i) with i = 1 / v - 1
        return sum((part(v) * v / (v + odd * (1 - v)) for odd, part in parts), Decimal(0))

    return value


def _per_year(unit_period: Period) -> Decimal:
    year = {PeriodUnit.DAY: 365, PeriodUnit.WEEK: 52, PeriodUnit.MONTH: 12}[unit_period.unit]
    return Decimal(year) / unit_period.every
