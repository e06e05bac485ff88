"""The time between two dates in years, as European and British law read it: whole periods, then odd days.

Annex III of Directive (EU) 2023/2225, part I, remark (c): a year is 365 days (in a leap year 366), 52 weeks or 12 equal
months. What is no whole number of one of them is a whole number and days: the periods are counted back towards the
first drawdown (ii), the days left over exclude the first and include the last, and their year is the one counted back
from their last day (iii). CONC App 1.2 says the same but for (ii) and (iii), so that other readings of the year are in
use there: a named value.
"""

from __future__ import annotations

from calendar import isleap
from collections.abc import Sequence
from datetime import date
from enum import StrEnum
from fractions import Fraction
from functools import lru_cache
from math import lcm

from bnpl_plugin.credit.calendar import add_months, months_between, months_to_each
from bnpl_plugin.credit.day_count import months_and_days
from bnpl_plugin.errors import InvalidInput


class Interval(StrEnum):
    """The whole periods that time is measured in; what is left over is days."""

    MONTHS = "months"
    WEEKS = "weeks"
    YEARS = "years"
    """Also for a single repayment: without a period, time is years and days."""
    DAYS_365 = "days/365"
    """Calendar days over 365 throughout."""
    DAYS_365_25 = "days/365.25"
    """Calendar days over 365.25 throughout: British practice for a single instalment."""


class YearLength(StrEnum):
    """How many days the year of the odd days has."""

    BACK_FROM_ODD_DAYS = "year back from the last odd day"
    """366 if 29 February lies in the year that ends with the last odd day: remark (c)(iii)."""
    OF_LATER_DATE = "year of the later date"
    """366 if the later date lies in a leap year (a reading found in British practice)."""


def elapsed(
    start: date, *, end: date, interval: Interval, year: YearLength = YearLength.BACK_FROM_ODD_DAYS
) -> tuple[int, int]:
    """Return the time in years from start to end as (numerator, denominator); below zero if the end comes first.

    Args:
        start: the first drawdown.
        end: when the other flow happens.
        interval: the whole periods.
        year: the length of the year that odd days are a part of.

    >>> elapsed(date(2013, 1, 12), end=date(2013, 2, 15), interval=Interval.MONTHS) == (366 + 36, 12 * 366)
    True
    """
    if end < start:
        over, under = elapsed(end, end=start, interval=interval, year=year)
        return (-over, under)
    if interval is Interval.DAYS_365:
        return ((end - start).days, 365)
    if interval is Interval.DAYS_365_25:
        return ((end - start).days * 4, 1461)
    whole, per_year, days = _whole_and_odd(start, end, interval)
    if not days:
        return (whole, per_year)
    length = _length(start, end, days=days, year=year)
    return (whole * length + days * per_year, per_year * length)


def years(start: date, *, end: date, interval: Interval, year: YearLength = YearLength.BACK_FROM_ODD_DAYS) -> Fraction:
    """Return `elapsed` as one fraction in lowest terms.

    >>> years(date(2012, 1, 12), end=date(2012, 1, 26), interval=Interval.WEEKS)
    Fraction(1, 26)
    """
    return Fraction(*elapsed(start, end=end, interval=interval, year=year))


def _whole_and_odd(start: date, end: date, interval: Interval) -> tuple[int, int, int]:
    """Return the whole periods back from the end, how many make a year, and the days before them."""
    if interval is Interval.WEEKS:
        whole, days = divmod((end - start).days, 7)
        return whole, 52, days
    whole, days = months_and_days(start, end=end)
    if interval is Interval.MONTHS:
        return whole, 12, days
    whole //= 12
    if add_months(start, 12 * whole) == end:
        return whole, 1, 0
    return whole, 1, (add_months(end, -12 * whole) - start).days


def _length(start: date, end: date, *, days: int, year: YearLength) -> int:
    if year is YearLength.OF_LATER_DATE:
        return 366 if isleap(end.year) else 365
    last = date.fromordinal(start.toordinal() + days)
    if last.year == date.min.year:
        return 365
    return (last - add_months(last, -12)).days


def interval_of(days: tuple[date, ...]) -> Interval:
    """Return the period of a schedule: the drawdown's date, then the due dates.

    Years, months or weeks if all due dates lie so, or else most of them (some moved off a holiday); a first due date on
    the drawdown's day is the start of the rhythm. What has none, as one repayment after 30 days, is years and days.

    >>> interval_of((date(2026, 1, 12), date(2026, 2, 15), date(2026, 3, 15)))
    <Interval.MONTHS: 'months'>
    """
    start, dues = days[0], days[1:]
    first, rhythm = start, dues
    if dues and dues[0] == start:
        rhythm = dues[1:]
    elif len(dues) > 1:
        first, rhythm = dues[0], dues[1:]
    if not rhythm:
        return Interval.YEARS
    months_on = months_to_each(first, rhythm)
    if months_on is not None:  # the same, and quicker than a cache
        return Interval.MONTHS if any(months % 12 for months in months_on) else Interval.YEARS
    return _interval_of_any(start, first, rhythm)


@lru_cache(maxsize=4096)
def _interval_of_any(start: date, first: date, rhythm: tuple[date, ...]) -> Interval:
    months = [_months(first, start, day) for day in rhythm]
    weeks = sum((day - first).days % 7 == 0 for day in rhythm)
    whole = sum(count is not None for count in months)
    if whole == len(rhythm):  # before weeks: 10 February to 10 March is also four of them
        return Interval.YEARS if all(count % 12 == 0 for count in months if count) else Interval.MONTHS
    if weeks == len(rhythm):
        return Interval.WEEKS
    if 2 * max(whole, weeks) > len(rhythm):
        return Interval.MONTHS if whole >= weeks else Interval.WEEKS
    return Interval.YEARS


def _months(first: date, start: date, day: date) -> int | None:
    """Return the whole months to a day from the first due date, else from the drawdown."""
    months = months_between(first, day)
    return months_between(start, day) if months is None else months


def exponents_of(
    start: date, days: tuple[date, ...], interval: Interval, year: YearLength
) -> tuple[tuple[int, ...], int]:
    """Return each day's time since the start in whole units, and how many units make a year."""
    if interval is Interval.MONTHS:
        months = months_to_each(start, days)
        if months is not None:  # the same, and quicker than a cache
            return tuple(months), 12
    return _exponents_of_any(start, days, interval, year)


@lru_cache(maxsize=4096)
def _exponents_of_any(
    start: date, days: tuple[date, ...], interval: Interval, year: YearLength
) -> tuple[tuple[int, ...], int]:
    times = [elapsed(start, end=day, interval=interval, year=year) for day in days]
    units = lcm(*(under for _, under in times))
    return tuple(over * (units // under) for over, under in times), units


_MONTHLY = Interval.MONTHS


def schedule_times(days: tuple[date, ...], *, interval: Interval | None = None) -> tuple[Interval, Sequence[int], int]:
    """Return a schedule's period, each day's time since the first in whole units, and how many units make a year.

    Args:
        days: the drawdown's date, then the due dates.
        interval: the period; by default that of the due dates.

    >>> schedule_times((date(2026, 1, 12), date(2026, 2, 12), date(2026, 3, 12)))
    (<Interval.MONTHS: 'months'>, [0, 1, 2], 12)
    """
    if interval is None:
        months = months_to_each(days[0], days)
        if months is not None and not _in_years(months):
            return _MONTHLY, months, 12
        interval = interval_of(days)
    return interval, *exponents_of(days[0], days, interval, YearLength.BACK_FROM_ODD_DAYS)


def _in_years(months: Sequence[int]) -> bool:
    """Tell whether the due dates lie whole years apart, or the only one that far from the drawdown."""
    first = months[1] if len(months) > 2 else 0
    return not any((month - first) % 12 for month in months[1:])


def convention_of(interval: Interval, *, year: YearLength) -> str:
    """Return the name under which an `Apr` keeps how time was measured."""
    return interval.value if year is YearLength.BACK_FROM_ODD_DAYS else f"{interval}; {year}"


def read_convention(convention: str) -> tuple[Interval, YearLength]:
    """Read what `convention_of` wrote.

    Raises:
        InvalidInput: no such convention.
    """
    interval, _, year = convention.partition("; ")
    try:
        return Interval(interval), YearLength(year) if year else YearLength.BACK_FROM_ODD_DAYS
    except ValueError:
        raise InvalidInput(field="convention", fault=f"is {convention!r}", accepted=", ".join(Interval)) from None
