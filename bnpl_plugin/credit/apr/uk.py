"""APR of the United Kingdom: FCA Handbook, CONC App 1.2 (credit not secured on land; App 1.1 for credit that is).

The rate X solves the equation of the European directives, which CONC App 1.2 took over and kept:

    sum over k of C(k) * (1 + X) ** -t(k)   =   sum over l of D(l) * (1 + X) ** -s(l)

with times in years from the first drawdown: 12 equal months, 52 weeks, 365 days (366 in a leap year). Of several rates
the positive one nearest to zero counts, as MCOB 10.3.1B R (2) says for the same method. Printed with one decimal, half
up. A year of 365.25 days for a single instalment, and odd days as part of the later date's own year, are readings found
in British practice: named values of `interval`, not the default.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from bnpl_plugin.credit.apr.eu import annex_iii as eu
from bnpl_plugin.credit.apr.interval import Interval, YearLength, convention_of, exponents_of
from bnpl_plugin.credit.apr.result import Apr, Flow, Reading, checked_flows, percent_of
from bnpl_plugin.credit.apr.streams import TimedFlow, rate_of, rate_of_stream, signed
from bnpl_plugin.credit.calendar import months_between
from bnpl_plugin.credit.schedule import Schedule

METHOD = "uk_conc_app_1_2"
_ONE_DECIMAL = Decimal("0.1")
_NEAREST_TO_ZERO = Decimal(0)


def apr(
    drawdowns: Iterable[Flow],
    *,
    repayments: Iterable[Flow],
    interval: Interval = Interval.MONTHS,
    year: YearLength = YearLength.BACK_FROM_ODD_DAYS,
) -> Apr:
    """Return the APR of dated flows.

    Args:
        drawdowns: (day, minor units) the shopper receives; time starts at the first.
        repayments: (day, minor units) the shopper pays, charges included; costs may precede the first drawdown.
        interval: the period of the instalments.
        year: the length of the year that odd days are a part of.

    Raises:
        SolverFailed: no rate; less repaid than drawn.
        InvalidInput: an amount below zero.

    >>> apr([(date(2026, 1, 1), 200_00)], repayments=[(date(2026, 2, 1), 250_00)]).percent
    Decimal('1355.2')
    """
    drawn = checked_flows(drawdowns, field="drawdowns")
    repaid = checked_flows(repayments, field="repayments")
    amounts = signed(drawn, repayments=repaid)
    exponents, units = exponents_of(drawn[0][0], tuple([day for day, _ in (*drawn, *repaid)]), interval, year)
    found = rate_of(exponents, amounts=amounts, units=units, near=_NEAREST_TO_ZERO)
    return Apr(found, printed(found), METHOD, convention_of(interval, year=year), drawn, repaid)


def rate(drawdowns: Iterable[TimedFlow], *, repayments: Iterable[TimedFlow]) -> Decimal:
    """Return the annual rate of flows whose times are given in years.

    Args:
        drawdowns: (time, minor units) the shopper receives.
        repayments: (time, minor units) the shopper pays, charges included.

    Raises:
        SolverFailed: no rate; less repaid than drawn.
        InvalidInput: a time that is not an exact number, an amount below zero.
    """
    return rate_of_stream(drawdowns, repayments=repayments, near=_NEAREST_TO_ZERO)


def printed(annual_rate: Decimal) -> Decimal:
    """Return a rate as it is printed: percent with one decimal, half up."""
    return percent_of(annual_rate, places=_ONE_DECIMAL)


def schedule_apr(schedule: Schedule, *, interval: Interval | None = None) -> Apr:
    """Return the APR of a schedule.

    Args:
        schedule: drawdown and instalments.
        interval: the period; by default months or weeks when the due dates lie so, else years and days.
    """
    found = eu.schedule_apr(schedule, interval=interval)
    return Apr(found.rate, found.percent, METHOD, found.convention, found.drawdowns, found.repayments)


def interval_of_single(start: date, *, end: date, otherwise: Interval) -> Interval:
    """Return the period of a single instalment on credit secured on land: months, when they are whole.

    CONC App 1.1.10 R (4): what is a whole number of calendar months and of weeks at once counts in months.

    Args:
        start: the drawdown.
        end: the instalment.
        otherwise: the period to take when months are not whole.

    >>> interval_of_single(date(2025, 1, 31), end=date(2025, 2, 28), otherwise=Interval.WEEKS)
    <Interval.MONTHS: 'months'>
    """
    return Interval.MONTHS if months_between(start, end) else otherwise


def reading(convention: str) -> Reading:
    """Return how an `Apr` of this law measured time and discounts: as the European one does.

    Raises:
        InvalidInput: no such convention.
    """
    return eu.reading(convention)
