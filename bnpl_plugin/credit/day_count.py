"""Day counts: which part of a year's interest a stretch of time earns. Named values, chosen per plan.

The intervals of an APR are not day counts: each law's own lie with it in `apr`.
"""

from __future__ import annotations

from calendar import isleap
from collections.abc import Callable, Mapping
from datetime import date
from enum import StrEnum
from functools import lru_cache
from math import gcd, lcm
from types import MappingProxyType

from bnpl_plugin.credit.calendar import add_months, months_between
from bnpl_plugin.errors import InvalidInput


class DayCount(StrEnum):
    """How days become a fraction of a year."""

    THIRTY_360_MONTHLY = "30/360-monthly"
    """A whole month is 1/12 whatever its length; odd days before the whole months are days/360."""
    ACT_365F = "act/365f"
    """Calendar days over 365, in leap years too (ISDA 2006, 4.16(d))."""
    ACT_360 = "act/360"
    """Calendar days over 360 (ISDA 2006, 4.16(e))."""
    ACT_ACT_ISDA = "act/act-isda"
    """Days in a leap year over 366, the others over 365; a day belongs to the year it begins in (4.16(b))."""
    THIRTY_360_US = "30/360-us"
    """Bond basis (4.16(f)): a first day 31 is 30; a last day 31 is 30 only after a first day of 30 or 31."""
    THIRTY_E_360 = "30e/360"
    """Eurobond basis (4.16(g)): each day 31 is 30."""
    FINERACT_ACT_ACT = "fineract-act/act"
    """As ACT/ACT ISDA, but a stretch is cut at 31 December: a day belongs to the year it ends in (Apache Fineract)."""
    WEEKS_364 = "weeks/364"
    """Calendar days over 364, so that a week is 1/52."""


def year_fraction(convention: DayCount, *, start: date, end: date) -> tuple[int, int]:
    """Return the part of a year from start to end as (numerator, denominator), exactly; not always in lowest terms.

    Args:
        convention: the day count.
        start: first day, not after `end`.
        end: last day, not counted itself.

    Raises:
        InvalidInput: the end lies before the start.

    >>> year_fraction(DayCount.THIRTY_360_MONTHLY, start=date(2027, 1, 31), end=date(2027, 2, 28))
    (1, 12)
    >>> year_fraction(DayCount.ACT_365F, start=date(2027, 1, 31), end=date(2027, 2, 28))
    (28, 365)
    >>> year_fraction(DayCount.FINERACT_ACT_ACT, start=date(2023, 12, 12), end=date(2024, 1, 12))  # 19/365 + 12/366
    (1889, 22265)
    """
    if end < start:
        raise InvalidInput(field="end", fault=f"is {end}", accepted=f"{start} or later")
    basis = _DAYS_OVER.get(convention)
    if basis is not None:
        return ((end - start).days, basis)
    return _FORMULAS[convention](start, end)


@lru_cache(maxsize=4096)
def period_fractions(convention: DayCount, *, start: date, dates: tuple[date, ...]) -> tuple[tuple[int, ...], int]:
    """Return the part of a year of each period from start through the dates, over one common denominator.

    Args:
        convention: the day count.
        start: the first period's first day.
        dates: each period's last day, not falling.

    >>> period_fractions(DayCount.ACT_365F, start=date(2027, 1, 31), dates=(date(2027, 2, 28), date(2027, 3, 31)))
    ((28, 31), 365)
    """
    starts = (start, *dates[:-1])
    fractions = [year_fraction(convention, start=a, end=b) for a, b in zip(starts, dates, strict=True)]
    common = lcm(*(under for _, under in fractions))
    return tuple(over * (common // under) for over, under in fractions), common


def months_and_days(start: date, *, end: date) -> tuple[int, int]:
    """Return whole months counted back from `end`, and the days left over before them.

    A stretch from one month end to another month end is whole months.

    >>> months_and_days(date(2027, 1, 12), end=date(2027, 2, 15))
    (1, 3)
    """
    whole = months_between(start, end)
    if whole is not None:
        return (whole, 0)
    months = (end.year - start.year) * 12 + end.month - start.month
    back = add_months(end, -months)
    if back < start:
        months -= 1
        back = add_months(end, -months)
    return (months, (back - start).days)


def _months_and_odd_days(start: date, end: date) -> tuple[int, int]:
    months, days = months_and_days(start, end=end)
    return _lowest(months * 30 + days, 360)


def _thirty_us(start: date, end: date) -> tuple[int, int]:
    first = min(start.day, 30)
    last = 30 if end.day == 31 and first == 30 else end.day
    return _lowest(_thirty_days(start, end) + last - first, 360)


def _thirty_e(start: date, end: date) -> tuple[int, int]:
    return _lowest(_thirty_days(start, end) + min(end.day, 30) - min(start.day, 30), 360)


def _thirty_days(start: date, end: date) -> int:
    """Return the days between the first days of two months, each month of thirty."""
    return 360 * (end.year - start.year) + 30 * (end.month - start.month)


def _actual_by_year_begun(start: date, end: date) -> tuple[int, int]:
    return _by_year(start, end, cut=date(start.year, 12, 31).toordinal() + 1 - start.toordinal())


def _actual_by_year_ended(start: date, end: date) -> tuple[int, int]:
    return _by_year(start, end, cut=date(start.year, 12, 31).toordinal() - start.toordinal())


def _by_year(start: date, end: date, *, cut: int) -> tuple[int, int]:
    """Return days over the length of their year; the first year ends `cut` days after the start."""
    days = end.toordinal() - start.toordinal()
    if start.year == end.year or days <= cut:
        return _lowest(days, _length(start.year))
    between = end.year - start.year - 1
    last = days - cut - sum(_length(year) for year in range(start.year + 1, end.year))
    over = cut * _FOUR_YEARS // _length(start.year) + last * _FOUR_YEARS // _length(end.year)
    return _lowest(between * _FOUR_YEARS + over, _FOUR_YEARS)


_FOUR_YEARS = 365 * 366
"""The least that both lengths of a year divide."""


def _length(year: int) -> int:
    return 366 if isleap(year) else 365


def _lowest(over: int, under: int) -> tuple[int, int]:
    shared = gcd(over, under)
    return (over // shared, under // shared)


_DAYS_OVER: Mapping[DayCount, int] = MappingProxyType(
    {DayCount.ACT_365F: 365, DayCount.ACT_360: 360, DayCount.WEEKS_364: 364}
)
"""The conventions that are calendar days over a constant."""

_FORMULAS: Mapping[DayCount, Callable[[date, date], tuple[int, int]]] = MappingProxyType({
    DayCount.THIRTY_360_MONTHLY: _months_and_odd_days,
    DayCount.THIRTY_360_US: _thirty_us,
    DayCount.THIRTY_E_360: _thirty_e,
    DayCount.ACT_ACT_ISDA: _actual_by_year_begun,
    DayCount.FINERACT_ACT_ACT: _actual_by_year_ended,
})  # fmt: skip
"""The other conventions."""
