"""Unit-periods: Appendix J (b)(2) to (b)(5), which one a transaction has and how time is counted in it."""

from __future__ import annotations

from calendar import monthrange
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction
from functools import lru_cache
from itertools import pairwise

from bnpl_plugin.credit.calendar import add_months
from bnpl_plugin.credit.day_count import months_and_days
from bnpl_plugin.errors import InvalidInput


class Unit(StrEnum):
    """What a unit-period is counted in, (b)(3)(iii)."""

    DAY = "day"
    WEEK = "week"
    SEMIMONTH = "semimonth"
    MONTH = "month"


_PER_YEAR = {Unit.DAY: 365, Unit.WEEK: 52, Unit.SEMIMONTH: 24, Unit.MONTH: 12}
_BY_PREFERENCE = (Unit.MONTH, Unit.SEMIMONTH, Unit.WEEK, Unit.DAY)
"""What one interval is called when it has several names: 10 February to 10 March is a month before it is four weeks."""


@dataclass(frozen=True, slots=True)
class UnitPeriod:
    """A common interval of time, a year at most.

    Args:
        unit: days, weeks, halves of months or months.
        every: how many, 1 to 366; of halves only one.
    """

    unit: Unit
    every: int = 1

    def __post_init__(self) -> None:
        most = 1 if self.unit is Unit.SEMIMONTH else 366
        if type(self.every) is not int or not 1 <= self.every <= most:
            raise InvalidInput(field="unit_period.every", fault=f"is {self.every!r}", accepted=f"1 to {most}")

    @property
    def per_year(self) -> Fraction:
        """How many make a year: 12 months, 24 semimonths, 52 weeks or 365 days, over the multiple."""
        return Fraction(_PER_YEAR[self.unit], self.every)

    @property
    def days(self) -> Fraction:
        """The mean length in days of a common year."""
        if self.unit is Unit.WEEK:
            return Fraction(7 * self.every)
        return 365 / self.per_year


MONTH = UnitPeriod(Unit.MONTH)
YEAR = UnitPeriod(Unit.MONTH, 12)


def unit_periods(start: date, *, end: date, unit_period: UnitPeriod) -> tuple[int, Fraction]:
    """Return whole unit-periods counted back from the end, and the odd part before them, (b)(5).

    Months (ii): odd days over 30. Semimonths and multiples of months (iii): thirty days for each whole month back, over
    15 or thirties. Days and weeks (iv): calendar days. A year (v): the rest is months over 12 if whole, else days/365.

    Args:
        start: the beginning of the term.
        end: the advance or payment, not before the start.
        unit_period: what to count in.

    Raises:
        InvalidInput: the end lies before the start.

    >>> unit_periods(date(1978, 5, 23), end=date(1978, 10, 1), unit_period=UnitPeriod(Unit.MONTH, 3))
    (1, Fraction(13, 30))
    """
    if end < start:
        raise InvalidInput(field="repayments", fault=f"one lies on {end}", accepted=f"{start} or later")
    if unit_period.unit in (Unit.DAY, Unit.WEEK):
        length = unit_period.every * (7 if unit_period.unit is Unit.WEEK else 1)
        whole, days = divmod((end - start).days, length)
        return whole, Fraction(days, length)
    months, days = months_and_days(start, end=end)
    if unit_period == YEAR and days:
        whole = months // 12
        return whole, Fraction((add_months(end, -12 * whole) - start).days, 365)
    if unit_period.unit is Unit.SEMIMONTH:
        whole, rest = divmod(months * 30 + days, 15)
        return whole, Fraction(rest, 15)
    whole, rest = divmod(months, unit_period.every)
    return whole, Fraction(rest * 30 + days, 30 * unit_period.every)


def unit_period_of(start: date, *, due: Sequence[date], advances: Iterable[date] = ()) -> UnitPeriod:
    """Return the unit-period of a transaction, (b)(4).

    One advance with one payment: the term, a year at most. Otherwise the common period that occurs most often between
    payments or between advances (the smaller of two that do so equally); without one, the mean of all intervals,
    rounded to the nearest standard interval.

    Args:
        start: the day of the first advance.
        due: rising payment dates; one on the day of the advance counts as the start.
        advances: the days of later advances, rising.

    >>> unit_period_of(date(2026, 1, 10), due=[date(2026, 2, 10), date(2026, 3, 10)])
    UnitPeriod(unit=<Unit.MONTH: 'month'>, every=1)
    """
    return _unit_period_of(start, tuple(due), tuple(advances))


@lru_cache(maxsize=4096)
def _unit_period_of(start: date, due: tuple[date, ...], advances: tuple[date, ...]) -> UnitPeriod:
    payments, drawn = _distinct(start, due), _distinct(start, advances)
    if len(payments) < 2 and len(drawn) < 2:
        return MONTH
    if len(payments) == 2 and len(drawn) < 2:
        return _term(*payments)
    names = [name for days in (payments, drawn) for name in _names(days)]
    counts = Counter(one for name in names for one in name)
    periods = Counter(max(name, key=lambda one: (counts[one], -_BY_PREFERENCE.index(one.unit))) for name in names)
    most = max(periods.values())
    if most > 1:
        return min((period for period, count in periods.items() if count == most), key=lambda period: period.days)
    length = Fraction(sum((days[-1] - days[0]).days for days in (payments, drawn)), len(names))
    return min(_STANDARD, key=lambda period: (abs(period.days - length), period.days))


def is_even(days: Sequence[date], *, unit_period: UnitPeriod) -> bool:
    """Tell whether rising dates lie one unit-period apart throughout."""
    return all(unit_period in names for names in _names(days))


def _distinct(start: date, days: tuple[date, ...]) -> list[date]:
    return sorted({start, *days})


def _names(days: Sequence[date]) -> list[list[UnitPeriod]]:
    """Return every name that each interval between two days has, longer than a year is a year."""
    named = []
    for place, (first, second) in enumerate(pairwise(days)):
        gap = (second - first).days
        names = []
        months = _whole_months(first, second)
        if months or gap > 365:
            names.append(UnitPeriod(Unit.MONTH, min(months or 12, 12)))
        elif 13 <= gap <= 18 and _halves_a_month(days, place=place):
            names.append(UnitPeriod(Unit.SEMIMONTH))
        if gap % 7 == 0 and gap <= 364:
            names.append(UnitPeriod(Unit.WEEK, gap // 7))
        elif gap <= 365:
            names.append(UnitPeriod(Unit.DAY, gap))
        named.append(names)
    return named


def _halves_a_month(days: Sequence[date], *, place: int) -> bool:
    """Tell whether an interval makes a whole month with the one before or after it."""
    return any(_whole_months(days[k], days[k + 2]) == 1 for k in (place - 1, place) if 0 <= k < len(days) - 2)


def _whole_months(first: date, second: date) -> int:
    """Return the whole months between two dates, else 0; the last day of a month stands for a later one, (b)(3)(iv)."""
    if first.day != second.day:
        shorter = first if first.day < second.day else second
        if shorter.day != monthrange(shorter.year, shorter.month)[1]:
            return 0
    return (second.year - first.year) * 12 + second.month - first.month


def _term(start: date, end: date) -> UnitPeriod:
    """Return the term of a single payment, (b)(5)(vi) and (vii): whole months or days, a year at most."""
    months, days = months_and_days(start, end=end)
    if months >= 12:
        return YEAR
    return UnitPeriod(Unit.DAY, (end - start).days) if days else UnitPeriod(Unit.MONTH, months)


_STANDARD = (
    UnitPeriod(Unit.DAY),
    *(UnitPeriod(Unit.WEEK, k) for k in range(1, 53)),
    UnitPeriod(Unit.SEMIMONTH),
    *(UnitPeriod(Unit.MONTH, k) for k in range(1, 13)),
)
