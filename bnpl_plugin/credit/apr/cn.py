"""China's annualised rate in its simple form: twelve times the monthly internal rate of return.

PBoC Announcement [2021] No. 3 asks lenders to show the annualised rate of all costs over the principal actually in use,
compound by the internal rate of return, or simple if it is said to be simple. Here: simple, 12 * i, where i solves

    sum over k of C(k) * (1 + i) ** -t(k)   =   sum over l of D(l) * (1 + i) ** -s(l)

with times in months. Whole months are counted back from the payment and odd days are thirtieths of a month; when the
due dates do not lie whole months apart, time is days * 12 / 365. Printed with two decimals, half up.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from enum import StrEnum

from bnpl_plugin.credit.apr.eu import Interval, interval_of
from bnpl_plugin.credit.apr.result import Apr, Flow, checked_flows, flows_of, is_free, percent_of
from bnpl_plugin.credit.apr.solver import unit_rate
from bnpl_plugin.credit.day_count import months_and_days
from bnpl_plugin.credit.schedule import Schedule
from bnpl_plugin.errors import InvalidInput

METHOD = "cn_simple_monthly_irr"
_TWO_DECIMALS = Decimal("0.01")


class MonthTime(StrEnum):
    """How time becomes months."""

    MONTHS = "months+days/30"
    """Whole months back from the payment, odd days as thirtieths."""
    DAYS = "days*12/365"
    """Calendar days of a common year."""


def apr(drawdowns: Iterable[Flow], *, repayments: Iterable[Flow], time: MonthTime = MonthTime.MONTHS) -> Apr:
    """Return the simple annualised rate of dated flows.

    Args:
        drawdowns: (day, minor units) the shopper receives; time starts at the first.
        repayments: (day, minor units) the shopper pays, all costs included.
        time: how months are counted.

    Raises:
        SolverFailed: no rate, or more than one possible; less repaid than drawn.
    """
    drawn = checked_flows(drawdowns, field="drawdowns")
    repaid = checked_flows(repayments, field="repayments")
    rate = Decimal(0)
    if not is_free(drawn, repayments=repaid):
        start, per_month = drawn[0][0], 30 if time is MonthTime.MONTHS else 365
        exponents = [_units(start, end=day, time=time) for day, _ in (*drawn, *repaid)]
        amounts = [*[-minor for _, minor in drawn], *[minor for _, minor in repaid]]
        rate = unit_rate(exponents, amounts=amounts, units=per_month, times=12)
    return Apr(rate, percent_of(rate, places=_TWO_DECIMALS), METHOD, time.value, drawn, repaid)


def schedule_apr(schedule: Schedule) -> Apr:
    """Return the simple annualised rate of a schedule."""
    drawn, repaid = flows_of(schedule)
    rhythm = interval_of((schedule.drawdown_on, *(row.due_on for row in schedule.instalments)))
    return apr(drawn, repayments=repaid, time=MonthTime.MONTHS if rhythm is Interval.MONTHS else MonthTime.DAYS)


def _units(start: date, *, end: date, time: MonthTime) -> int:
    """Return time in thirtieths of a month, or in 365ths of a month when counting days."""
    if end < start:
        raise InvalidInput(field="repayments", fault=f"one lies on {end}", accepted=f"{start} or later")
    if time is MonthTime.DAYS:
        return (end - start).days * 12
    months, days = months_and_days(start, end=end)
    return months * 30 + days
