"""Part I: the equation of Directive (EU) 2023/2225 Annex III, 2008/48/EC Annex I and 2014/17/EU Annex I.

The annual rate X makes the present value of all drawdowns equal that of all repayments and charges:

    sum over k of C(k) * (1 + X) ** -t(k)   =   sum over l of D(l) * (1 + X) ** -s(l)

with times in years from the first drawdown; a cost paid before it has a time below zero. A year is 12 equal months, 52
weeks or 365 days (366 in a leap year). Whole periods are counted back from the payment; the days left over are divided
by the length of the year that ends with the last of them (worked examples of the European Commission,
Markt/2014/107/H3/TA/LV, January 2015). The result is printed with one decimal, half up, remark (d).
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from bnpl_plugin.credit.apr.interval import (
    Interval,
    YearLength,
    convention_of,
    exponents_of,
    read_convention,
    schedule_times,
    years,
)
from bnpl_plugin.credit.apr.result import Apr, Flow, Reading, checked_flows, compound, flows_of, percent_of
from bnpl_plugin.credit.apr.streams import TimedFlow, rate_of, rate_of_stream, signed
from bnpl_plugin.credit.schedule import Schedule

METHOD = "eu_ccd2_annex_iii"
_ONE_DECIMAL = Decimal("0.1")
_NOTHING, _NOTHING_PRINTED = Decimal(0), Decimal("0.0")
_YEAR = YearLength.BACK_FROM_ODD_DAYS


def apr(
    drawdowns: Iterable[Flow],
    *,
    repayments: Iterable[Flow],
    interval: Interval = Interval.MONTHS,
    year: YearLength = _YEAR,
    near: Decimal | None = None,
) -> Apr:
    """Return the APR of dated flows.

    Args:
        drawdowns: (day, minor units) the shopper receives; time starts at the first.
        repayments: (day, minor units) the shopper pays, charges included; costs may precede the first drawdown.
        interval: the period of the instalments.
        year: the length of the year that odd days are a part of.
        near: of several rates the one nearest to this fraction, the nominal rate; None refuses several.

    Raises:
        SolverFailed: no rate, or several and no `near`; less repaid than drawn.
        InvalidInput: an amount below zero.

    >>> from datetime import date
    >>> apr([(date(2026, 1, 1), 1000_00)], repayments=[(date(2027, 1, 1), 1100_00)], interval=Interval.YEARS).percent
    Decimal('10.0')
    """
    drawn = checked_flows(drawdowns, field="drawdowns")
    repaid = checked_flows(repayments, field="repayments")
    amounts = signed(drawn, repayments=repaid)
    exponents, units = exponents_of(drawn[0][0], tuple([day for day, _ in (*drawn, *repaid)]), interval, year)
    found = rate_of(exponents, amounts=amounts, units=units, near=near)
    return Apr(found, printed(found), METHOD, convention_of(interval, year=year), drawn, repaid)


def rate(drawdowns: Iterable[TimedFlow], *, repayments: Iterable[TimedFlow], near: Decimal | None = None) -> Decimal:
    """Return the annual rate of flows whose times are given in years.

    Args:
        drawdowns: (time, minor units) the shopper receives.
        repayments: (time, minor units) the shopper pays, charges included.
        near: of several rates the one nearest to this fraction; None refuses several.

    Raises:
        SolverFailed: no rate, or several and no `near`; less repaid than drawn.
        InvalidInput: a time that is not an exact number, an amount below zero.

    >>> from fractions import Fraction
    >>> str(rate([(Fraction(0), 1000_00)], repayments=[(Fraction(546, 365), 1200_00)]))  # 98/7/EC, example 1
    '0.129620377081'
    """
    return rate_of_stream(drawdowns, repayments=repayments, near=near)


def printed(annual_rate: Decimal) -> Decimal:
    """Return a rate as the law prints it: percent with one decimal, half up (remark (d)).

    >>> printed(Decimal("0.1005"))
    Decimal('10.1')
    """
    return percent_of(annual_rate, places=_ONE_DECIMAL)


def schedule_apr(schedule: Schedule, *, interval: Interval | None = None) -> Apr:
    """Return the APR of a schedule.

    Args:
        schedule: drawdown and instalments.
        interval: the period; by default months or weeks when the due dates lie so, else years and days.
    """
    drawn, repaid = flows_of(schedule)
    days = (schedule.drawdown_on, *[row[1] for row in schedule.instalments])
    interval, exponents, units = schedule_times(days, interval=interval)
    amounts = (-schedule.principal_minor, *[minor for _, minor in repaid])
    if not sum(amounts):
        return Apr(_NOTHING, _NOTHING_PRINTED, METHOD, interval.value, drawn, repaid)
    if len(drawn) > 1 or len(repaid) + 1 != len(days):  # drawn in parts, or a row asks for nothing
        return apr(drawn, repayments=repaid, interval=interval)
    found = rate_of(exponents, amounts=amounts, units=units)
    return Apr(found, printed(found), METHOD, interval.value, drawn, repaid)


def reading(convention: str) -> Reading:
    """Return how an `Apr` of this law measured time and discounts.

    Raises:
        InvalidInput: no such convention.
    """
    interval, year = read_convention(convention)
    return Reading(
        time=lambda start, end: years(start, end=end, interval=interval, year=year),
        factor=lambda time, annual_rate: compound(annual_rate, periods=time),
    )
