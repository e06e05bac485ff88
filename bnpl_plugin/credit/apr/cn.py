"""China's annualised rate: PBoC Announcement [2021] No. 3.

Lenders show all costs over the principal actually in use, annualised, by the internal rate of return i of one month:

    sum over k of C(k) * (1 + i) ** -t(k)   =   sum over l of D(l) * (1 + i) ** -s(l)

with times in months. Compound, the year's rate is (1 + i) ** 12 - 1; it may be shown simple, 12 * i, if it is said to
be simple. Whole months are counted back from the payment and odd days are thirtieths of a month; when the due dates do
not lie whole months apart, time is days * 12 / 365. Printed with two decimals, half up.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal, localcontext
from enum import StrEnum
from fractions import Fraction
from functools import lru_cache

from bnpl_plugin.credit.apr.interval import Interval, interval_of
from bnpl_plugin.credit.apr.result import (
    CONTEXT,
    Apr,
    Flow,
    Reading,
    checked_flows,
    compound,
    flows_of,
    is_free,
    percent_of,
)
from bnpl_plugin.credit.apr.streams import TimedFlow, checked_stream, on_grid, rate_of, signed
from bnpl_plugin.credit.day_count import months_and_days
from bnpl_plugin.credit.schedule import Schedule
from bnpl_plugin.errors import InvalidInput

METHOD = "cn_simple_monthly_irr"
COMPOUND_METHOD = "cn_compound_monthly_irr"
_TWO_DECIMALS = Decimal("0.01")


class Form(StrEnum):
    """How the monthly rate becomes a year's."""

    SIMPLE = "simple"
    """Twelve times the monthly rate."""
    COMPOUND = "compound"
    """Twelve months compounded."""


class MonthTime(StrEnum):
    """How time becomes months."""

    MONTHS = "months+days/30"
    """Whole months back from the payment, odd days as thirtieths."""
    DAYS = "days*12/365"
    """Calendar days of a common year."""


def apr(
    drawdowns: Iterable[Flow],
    *,
    repayments: Iterable[Flow],
    time: MonthTime = MonthTime.MONTHS,
    form: Form = Form.SIMPLE,
    near: Decimal | None = None,
) -> Apr:
    """Return the annualised rate of dated flows.

    Args:
        drawdowns: (day, minor units) the shopper receives; time starts at the first.
        repayments: (day, minor units) the shopper pays, all costs included; costs may precede the first drawdown.
        time: how months are counted.
        form: simple or compound.
        near: of several rates the one nearest to this fraction; None refuses several.

    Raises:
        SolverFailed: no rate, or several and no `near`; less repaid than drawn.
    """
    drawn = checked_flows(drawdowns, field="drawdowns")
    repaid = checked_flows(repayments, field="repayments")
    amounts = signed(drawn, repayments=repaid)
    exponents = _exponents(drawn[0][0], tuple([day for day, _ in (*drawn, *repaid)]), time)
    found = _annual(exponents, amounts=amounts, per_month=_PER_MONTH[time], form=form, near=near)
    method = METHOD if form is Form.SIMPLE else COMPOUND_METHOD
    return Apr(found, printed(found), method, time.value, drawn, repaid)


def rate(
    drawdowns: Iterable[TimedFlow],
    *,
    repayments: Iterable[TimedFlow],
    form: Form = Form.SIMPLE,
    near: Decimal | None = None,
) -> Decimal:
    """Return the annualised rate of flows whose times are given in months.

    Args:
        drawdowns: (time, minor units) the shopper receives.
        repayments: (time, minor units) the shopper pays, all costs included.
        form: simple or compound.
        near: of several rates the one nearest to this fraction; None refuses several.

    Raises:
        SolverFailed: no rate, or several and no `near`; less repaid than drawn.
        InvalidInput: a time that is not an exact number, an amount below zero.

    >>> fees = [(Fraction(k), 1072_00) for k in range(1, 13)]
    >>> [str(rate([(Fraction(0), 12000_00)], repayments=fees, form=form)) for form in Form]
    ['0.130342242811', '0.138417850664']
    """
    drawn = checked_stream(drawdowns, field="drawdowns")
    repaid = checked_stream(repayments, field="repayments")
    exponents, per_month = on_grid([time for time, _ in (*drawn, *repaid)])
    return _annual(exponents, amounts=signed(drawn, repayments=repaid), per_month=per_month, form=form, near=near)


def printed(annual_rate: Decimal) -> Decimal:
    """Return a rate as it is printed: percent with two decimals, half up."""
    return percent_of(annual_rate, places=_TWO_DECIMALS)


def schedule_apr(schedule: Schedule) -> Apr:
    """Return the simple annualised rate of a schedule."""
    drawn, repaid = flows_of(schedule)
    rhythm = interval_of((schedule.drawdown_on, *(row.due_on for row in schedule.instalments)))
    time = MonthTime.MONTHS if rhythm is Interval.MONTHS else MonthTime.DAYS
    if is_free(drawn, repayments=repaid):
        return Apr(Decimal(0), Decimal("0.00"), METHOD, time.value, drawn, repaid)
    return apr(drawn, repayments=repaid, time=time)


def reading(convention: str, *, form: Form = Form.SIMPLE) -> Reading:
    """Return how an `Apr` of this law measured time, in months, and discounts.

    Raises:
        InvalidInput: no such convention.
    """
    if convention not in list(MonthTime):
        raise InvalidInput(field="convention", fault=f"is {convention!r}", accepted=", ".join(MonthTime))
    time = MonthTime(convention)

    def factor(months: Fraction, annual_rate: Decimal) -> Decimal:
        if form is Form.COMPOUND:
            return compound(annual_rate, periods=months / 12)
        with localcontext(CONTEXT):
            monthly = annual_rate / 12
        return compound(monthly, periods=months)

    return Reading(lambda start, end: Fraction(_units(start, end=end, time=time), _PER_MONTH[time]), factor)


_PER_MONTH = {MonthTime.MONTHS: 30, MonthTime.DAYS: 365}


@lru_cache(maxsize=4096)
def _exponents(start: date, days: tuple[date, ...], time: MonthTime) -> tuple[int, ...]:
    return tuple(_units(start, end=day, time=time) for day in days)


def _annual(
    exponents: tuple[int, ...],
    *,
    amounts: tuple[int, ...],
    per_month: int,
    form: Form,
    near: Decimal | None,
) -> Decimal:
    if form is Form.COMPOUND:
        return rate_of(exponents, amounts=amounts, units=per_month * 12, near=near)
    return rate_of(exponents, amounts=amounts, units=per_month, times=12, near=near)


def _units(start: date, *, end: date, time: MonthTime) -> int:
    """Return time in thirtieths of a month, or in 365ths of a month when counting days; below zero before the start."""
    if time is MonthTime.DAYS:
        return (end - start).days * 12
    if end < start:
        return -_units(end, end=start, time=time)
    months, days = months_and_days(start, end=end)
    return months * 30 + days
