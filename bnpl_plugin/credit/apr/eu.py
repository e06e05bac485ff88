"""APR of the European Union: Directive (EU) 2023/2225 Annex III part I, the equation of 2008/48/EC Annex I.

The annual rate X makes the present value of all drawdowns equal that of all repayments and charges:

    sum over k of C(k) * (1 + X) ** -t(k)   =   sum over l of D(l) * (1 + X) ** -s(l)

with times in years from the first drawdown. A year is 12 equal months, 52 weeks or 365 days (366 in a leap year).
Whole periods are counted back from the payment; the days left over are divided by the length of the year that ends with
the last of them (worked examples of the European Commission, Markt/2014/107/H3/TA/LV, January 2015). The result is
printed with one decimal, half up.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache
from math import lcm

from bnpl_plugin.credit.apr.result import Apr, Flow, checked_flows, flows_of, is_free, percent_of
from bnpl_plugin.credit.apr.solver import unit_rate
from bnpl_plugin.credit.calendar import add_months, months_between
from bnpl_plugin.credit.day_count import months_and_days
from bnpl_plugin.credit.schedule import Schedule
from bnpl_plugin.errors import InvalidInput

METHOD = "eu_ccd2_annex_iii"
_ONE_DECIMAL = Decimal("0.1")


class Interval(StrEnum):
    """The whole periods that time is measured in; what is left over is days."""

    MONTHS = "months"
    WEEKS = "weeks"
    YEARS = "years"
    """Also for a single repayment: without a period, time is years and days."""
    DAYS_365 = "days/365"
    """Calendar days over 365 throughout."""


def apr(drawdowns: Iterable[Flow], *, repayments: Iterable[Flow], interval: Interval = Interval.MONTHS) -> Apr:
    """Return the APR of dated flows.

    Args:
        drawdowns: (day, minor units) the shopper receives; time starts at the first.
        repayments: (day, minor units) the shopper pays, charges included; none before the first drawdown.
        interval: the period of the instalments.

    Raises:
        SolverFailed: no rate, or more than one possible; less repaid than drawn.
        InvalidInput: an amount below zero, a repayment before the first drawdown.

    >>> apr([(date(2026, 1, 1), 1000_00)], repayments=[(date(2027, 1, 1), 1100_00)], interval=Interval.YEARS).percent
    Decimal('10.0')
    """
    drawn = checked_flows(drawdowns, field="drawdowns")
    repaid = checked_flows(repayments, field="repayments")
    rate = Decimal(0) if is_free(drawn, repayments=repaid) else _rate(drawn, repaid, interval)
    return Apr(rate, percent_of(rate, places=_ONE_DECIMAL), METHOD, interval.value, drawn, repaid)


def schedule_apr(schedule: Schedule, *, interval: Interval | None = None) -> Apr:
    """Return the APR of a schedule.

    Args:
        schedule: drawdown and instalments.
        interval: the period; by default months or weeks when the due dates lie so, else years and days.
    """
    drawn, repaid = flows_of(schedule)
    if interval is None:
        interval = interval_of((schedule.drawdown_on, *[row[1] for row in schedule.instalments]))
    if is_free(drawn, repayments=repaid):
        return Apr(Decimal(0), Decimal("0.0"), METHOD, interval.value, drawn, repaid)
    rate = _rate(drawn, repaid, interval)
    return Apr(rate, percent_of(rate, places=_ONE_DECIMAL), METHOD, interval.value, drawn, repaid)


@lru_cache(maxsize=4096)
def interval_of(days: tuple[date, ...]) -> Interval:
    """Return the period of a schedule: the drawdown's date, then the due dates.

    A first due date on the drawdown's day is the start of the rhythm; a single later date has none.
    """
    dues = days[2:] if len(days) > 1 and days[1] == days[0] else days[1:]
    start = days[0] if len(dues) < len(days) - 1 else dues[0]
    rhythm = dues if start == days[0] else dues[1:]
    if not rhythm:
        return Interval.YEARS
    if all(months_between(start, day) is not None or months_between(days[0], day) is not None for day in rhythm):
        return Interval.MONTHS  # before weeks: 10 February to 10 March is also four of them
    if all((day - start).days % 7 == 0 for day in rhythm):
        return Interval.WEEKS
    return Interval.YEARS


def elapsed(start: date, *, end: date, interval: Interval) -> tuple[int, int]:
    """Return the time in years from start to end as (numerator, denominator).

    >>> elapsed(date(2013, 1, 12), end=date(2013, 2, 15), interval=Interval.MONTHS) == (366 + 36, 12 * 366)
    True
    """
    if end < start:
        raise InvalidInput(field="repayments", fault=f"one lies on {end}", accepted=f"{start} or later")
    if interval is Interval.DAYS_365:
        return ((end - start).days, 365)
    if interval is Interval.WEEKS:
        whole, days = divmod((end - start).days, 7)
        per_year = 52
    else:
        whole, days = months_and_days(start, end=end)
        per_year = 12
        if interval is Interval.YEARS:
            whole, per_year = whole // 12, 1
            days = _days_before_years(start, end=end, years=whole)
    if not days:
        return (whole, per_year)
    odd_end = date.fromordinal(start.toordinal() + days)
    year = (odd_end - add_months(odd_end, -12)).days
    return (whole * year + days * per_year, per_year * year)


def _days_before_years(start: date, *, end: date, years: int) -> int:
    if add_months(start, 12 * years) == end:
        return 0
    return (add_months(end, -12 * years) - start).days


@lru_cache(maxsize=4096)
def _exponents(start: date, days: tuple[date, ...], interval: Interval) -> tuple[tuple[int, ...], int]:
    """Return each day's time in whole units, and how many units make a year."""
    times = [elapsed(start, end=day, interval=interval) for day in days]
    units = lcm(*(under for _, under in times))
    return tuple(over * (units // under) for over, under in times), units


def _rate(drawn: tuple[Flow, ...], repaid: tuple[Flow, ...], interval: Interval) -> Decimal:
    days = (*[day for day, _ in drawn], *[day for day, _ in repaid])
    exponents, units = _exponents(drawn[0][0], days, interval)
    amounts = (*[-minor for _, minor in drawn], *[minor for _, minor in repaid])
    return unit_rate(exponents, amounts=amounts, units=units)
