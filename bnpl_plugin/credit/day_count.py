"""Day counts: which part of a year's interest a stretch of time earns. Named values, chosen per plan."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from functools import lru_cache
from math import gcd, lcm

from bnpl_plugin.credit.calendar import add_months


class DayCount(StrEnum):
    """How days become a fraction of a year."""

    THIRTY_360_MONTHLY = "30/360-monthly"
    """A whole month is 1/12 whatever its length; odd days before the whole months are days/360."""
    ACT_365F = "act/365f"
    """Calendar days over 365, in leap years too."""


def year_fraction(convention: DayCount, *, start: date, end: date) -> tuple[int, int]:
    """Return the part of a year from start to end as (numerator, denominator), exactly.

    Args:
        convention: the day count.
        start: first day, not after `end`.
        end: last day, not counted itself.

    >>> year_fraction(DayCount.THIRTY_360_MONTHLY, start=date(2027, 1, 31), end=date(2027, 2, 28))
    (1, 12)
    >>> year_fraction(DayCount.ACT_365F, start=date(2027, 1, 31), end=date(2027, 2, 28))
    (28, 365)
    """
    if convention is DayCount.ACT_365F:
        return ((end - start).days, 365)
    months, days = months_and_days(start, end=end)
    over = months * 30 + days
    shared = gcd(over, 360)
    return (over // shared, 360 // shared)


@lru_cache(maxsize=4096)
def period_fractions(convention: DayCount, *, start: date, dates: tuple[date, ...]) -> tuple[tuple[int, ...], int]:
    """Return the part of a year of each period from start through the dates, over one common denominator.

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
    months = (end.year - start.year) * 12 + end.month - start.month
    if add_months(start, months) == end:
        return (months, 0)
    back = add_months(end, -months)
    if back < start:
        months -= 1
        back = add_months(end, -months)
    return (months, (back - start).days)
