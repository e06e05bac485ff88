"""The calendar of a loan: dates counted from an anchor date, in the shopper's time zone."""

from __future__ import annotations

from calendar import isleap, monthrange
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from itertools import accumulate
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from bnpl_plugin.errors import InvalidInput


class PeriodUnit(StrEnum):
    """What an instalment period is counted in."""

    DAY = "day"
    WEEK = "week"
    HALF_MONTH = "half_month"
    """Two fixed days of each month; for a fixed number of days (every 15) count in days."""
    MONTH = "month"
    YEAR = "year"


class MonthEnd(StrEnum):
    """Where a date goes whose month has no such day; the day is always counted from the anchor, so it comes back."""

    CLAMP = "clamp"
    """31 January, 28 February, 31 March, 30 April."""
    ROLL = "roll"
    """31 January, 1 March, 31 March, 1 May."""
    LAST = "last"
    """Every date is the last of its month, also from the 30th: 30 November, 31 December."""


@dataclass(frozen=True, slots=True)
class Period:
    """The time from one due date to the next: `every` units.

    Args:
        unit: days, weeks, half months, months or years.
        every: 1 to 366.
        month_end: where a date goes whose month has no such day.
        second_day: the other day of the month for `HALF_MONTH`, 1 to 31 (31 is the month's last); by default the
            anchor's day 15 days on or back, so that the 1st goes with the 16th. Give 15 for the 1st and the 15th.
    """

    unit: PeriodUnit
    every: int = 1
    month_end: MonthEnd = field(default=MonthEnd.CLAMP, repr=False)
    second_day: int | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        if type(self.unit) is not PeriodUnit:
            raise InvalidInput(field="period.unit", fault=f"is {self.unit!r}", accepted="a PeriodUnit")
        if type(self.every) is not int or not 1 <= self.every <= 366:
            raise InvalidInput(field="period.every", fault=f"is {self.every!r}", accepted="1 to 366")
        if type(self.month_end) is not MonthEnd:
            raise InvalidInput(field="period.month_end", fault=f"is {self.month_end!r}", accepted="a MonthEnd")
        if self.month_end is MonthEnd.LAST and self.months is None:
            raise InvalidInput(field="period.month_end", fault="is last", accepted="last only with months and years")
        if self.second_day is not None:
            if self.unit is not PeriodUnit.HALF_MONTH:
                raise InvalidInput(field="period.second_day", fault="is given", accepted="only with half months")
            if type(self.second_day) is not int or not 1 <= self.second_day <= 31:
                raise InvalidInput(field="period.second_day", fault=f"is {self.second_day!r}", accepted="1 to 31")

    @property
    def days(self) -> int | None:
        """The length in days, or None where it depends on the month."""
        if self.unit is PeriodUnit.DAY:
            return self.every
        return self.every * 7 if self.unit is PeriodUnit.WEEK else None

    @property
    def months(self) -> int | None:
        """The length in whole months, or None for days, weeks and half months."""
        if self.unit is PeriodUnit.MONTH:
            return self.every
        return self.every * 12 if self.unit is PeriodUnit.YEAR else None


MONTHLY = Period(PeriodUnit.MONTH)
HALF_MONTHLY = Period(PeriodUnit.HALF_MONTH)
FORTNIGHTLY = Period(PeriodUnit.WEEK, 2)
WEEKLY = Period(PeriodUnit.WEEK)
YEARLY = Period(PeriodUnit.YEAR)

# A member looked up in its class takes as long as a date.
_MONTH, _CLAMP, _LAST = PeriodUnit.MONTH, MonthEnd.CLAMP, MonthEnd.LAST


class FirstDue(StrEnum):
    """How the first due date follows from a start date, where a plan does not count a period from it."""

    SAME_DAY = "same_day"
    """On the start date itself."""
    FIRST_OF_NEXT_MONTH = "first_of_next_month"
    LAST_OF_MONTH = "last_of_month"
    """The last day of the start date's month; with a period of `MonthEnd.LAST` those that follow are last days too."""


def first_due_date(start: date, *, rule: FirstDue) -> date:
    """Return the first due date that a rule makes of a start date.

    >>> first_due_date(date(2022, 10, 17), rule=FirstDue.FIRST_OF_NEXT_MONTH)
    datetime.date(2022, 11, 1)
    """
    match rule:
        case FirstDue.SAME_DAY:
            return start
        case FirstDue.FIRST_OF_NEXT_MONTH:
            return add_months(start.replace(day=1), 1)
        case FirstDue.LAST_OF_MONTH:
            return start.replace(day=monthrange(start.year, start.month)[1])


def add_months(anchor: date, months: int) -> date:
    """Return the same day of the month, that many months on; a day the month lacks becomes its last.

    Always count from the anchor, never from the last result, so that the 31st is not lost in February.

    Args:
        anchor: the date counted from.
        months: whole months, also negative.

    Raises:
        InvalidInput: a date beyond the calendar.

    >>> add_months(date(2027, 1, 31), 1), add_months(date(2027, 1, 31), 2)
    (datetime.date(2027, 2, 28), datetime.date(2027, 3, 31))
    """
    try:
        return _in_month(anchor.year * 12 + anchor.month - 1 + months, anchor.day, _CLAMP)
    except (ValueError, OverflowError):
        raise _beyond() from None


MOST_DATES = 10_000
"""The longest row of dates that is counted out: eight centuries of months."""


def due_date(anchor: date, *, period: Period, periods: int) -> date:
    """Return the date that lies whole periods after the anchor date (before it, when negative)."""
    return _from_anchor(anchor, period=period, count=1, skip=periods)[0]


def due_dates(anchor: date, *, period: Period, count: int, skip: int = 0) -> tuple[date, ...]:
    """Return due dates counted from the anchor date.

    Args:
        anchor: the date that all are counted from; with `skip` 0 it is itself the first due date.
        period: the time from one to the next.
        count: how many dates, 0 to 10,000.
        skip: how many periods lie between the anchor and the first due date.

    Raises:
        InvalidInput: a date beyond the calendar, or two half months on nearly the same day.

    >>> [str(day) for day in due_dates(date(2028, 1, 31), period=MONTHLY, count=3)]
    ['2028-01-31', '2028-02-29', '2028-03-31']
    >>> first_and_fifteenth = Period(PeriodUnit.HALF_MONTH, second_day=15)
    >>> [str(day) for day in due_dates(date(2028, 2, 1), period=first_and_fifteenth, count=3)]
    ['2028-02-01', '2028-02-15', '2028-03-01']
    """
    if type(count) is not int or not 0 <= count <= MOST_DATES:
        raise InvalidInput(field="count", fault=f"is {count!r}", accepted=f"0 to {MOST_DATES}")
    if period.unit is _MONTH and anchor.day <= 28 and period.month_end is _CLAMP:
        return _on_any_months_day(anchor, every=period.every, count=count, skip=skip)
    return tuple(_from_anchor(anchor, period=period, count=count, skip=skip))


def _from_anchor(anchor: date, *, period: Period, count: int, skip: int) -> Sequence[date]:
    try:
        if period.unit is PeriodUnit.HALF_MONTH:
            return _half_monthly(anchor, period=period, halves=[period.every * (skip + k) for k in range(count)])
        every = period.months
        if every is None:
            step = timedelta(days=period.days or 0)
            start = anchor + step * skip
            return [start + step * k for k in range(count)]
        first = anchor.year * 12 + anchor.month - 1 + every * skip
        return [_in_month(first + every * k, anchor.day, period.month_end) for k in range(count)]
    except (ValueError, OverflowError):
        raise _beyond() from None


def _on_any_months_day(anchor: date, *, every: int, count: int, skip: int) -> tuple[date, ...]:
    """Return dates on a day that every month has; adding up lengths of months is the quickest, and loses nothing."""
    if count < 1:
        return ()
    year, place = divmod(anchor.year * 12 + anchor.month - 1 + every * skip, 12)
    place += year % _CYCLE_YEARS * 12
    end = place + every * (count - 1)
    months = _MONTHS if end <= len(_MONTHS) else _MONTHS * (end // len(_MONTHS) + 1)
    try:
        reached: Iterator[Any] = accumulate(months[place:end], initial=date(year, place % 12 + 1, anchor.day))
        return tuple(reached)[::every]
    except (ValueError, OverflowError):
        raise _beyond() from None


def _beyond() -> InvalidInput:
    return InvalidInput(field="due dates", fault="leave the calendar", accepted="the years 1 to 9999")


def _half_monthly(anchor: date, *, period: Period, halves: list[int]) -> list[date]:
    day = anchor.day
    other = period.second_day or (day + 15 if day <= 15 else day - 15)
    if abs(other - day) < 4:
        accepted = f"a day at least 4 away from the anchor's, {day}"
        raise InvalidInput(field="period.second_day", fault=f"is {other}", accepted=accepted)
    month = anchor.year * 12 + anchor.month - 1
    places = [(month + half // 2, half % 2) for half in halves]
    return [_in_month(each + (odd and other < day), other if odd else day, period.month_end) for each, odd in places]


_LENGTHS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_CYCLE_YEARS = 400
"""Years after which the calendar repeats itself."""
_SPANS = {days: timedelta(days) for days in (28, 29, 30, 31)}
_MONTHS = tuple(_SPANS[_LENGTHS[month] + (month == 1 and isleap(year))]
                for year in range(_CYCLE_YEARS) for month in range(12))  # fmt: skip
"""The length of each month of a cycle, from January of a year that it divides."""


def _in_month(month: int, day: int, month_end: MonthEnd) -> date:
    """Return a day of the month with that number, months counted from the year 0."""
    year, place = month // 12, month % 12
    if day > 28 or month_end is _LAST:
        last = 29 if place == 1 and isleap(year) else _LENGTHS[place]
        if month_end is _LAST:
            day = last
        elif day > last:
            return date(year, place + 1, last) if month_end is _CLAMP else _in_month(month + 1, 1, month_end)
    return date(year, place + 1, day)


def periods_between(anchor: date, *, period: Period, due_on: date) -> int | None:
    """Return how many whole periods a date lies after the anchor date; None when it does not lie on the rhythm.

    >>> periods_between(date(2027, 1, 31), period=MONTHLY, due_on=date(2027, 2, 28))
    1
    """
    months = (due_on.year - anchor.year) * 12 + due_on.month - anchor.month
    if anchor.day == due_on.day and (period is MONTHLY or period == MONTHLY) and months >= 0:
        return months
    if period.days is not None:
        guesses = [(due_on - anchor).days // period.days]
    elif period.months:
        guesses = [months // period.months, (months - 1) // period.months]
    else:
        guesses = [(2 * months + odd) // period.every for odd in (-2, -1, 0, 1)]
    for guess in guesses:
        if guess >= 0 and due_date(anchor, period=period, periods=guess) == due_on:
            return guess
    return None


def months_between(start: date, end: date) -> int | None:
    """Return n when `end` is `start` plus n whole months (month ends clamped), else None.

    >>> months_between(date(2027, 1, 31), date(2027, 2, 28)), months_between(date(2027, 1, 30), date(2027, 2, 27))
    (1, None)
    """
    if end.day == start.day or (end.day < start.day and end.day == monthrange(end.year, end.month)[1]):
        return (end.year - start.year) * 12 + end.month - start.month
    return None


def months_to_each(start: date, days: Sequence[date]) -> list[int] | None:
    """Return the whole months from a date to each of several on the same day of the month; None if one is on another.

    The quick way to what `months_between` says of all of them, where no month's end is in the way.

    Args:
        start: the date counted from.
        days: any dates, in any order.

    >>> months_to_each(date(2027, 1, 12), [date(2026, 12, 12), date(2028, 2, 12)])
    [-1, 13]
    """
    day, month = start.day, start.year * 12 + start.month
    months = [each.year * 12 + each.month - month for each in days if each.day == day]
    return months if len(months) == len(days) else None


def local_date(instant: datetime, *, tz: str) -> date:
    """Return the date that an instant has in a time zone.

    Args:
        instant: an aware instant.
        tz: IANA name, for example "Asia/Shanghai".

    Raises:
        InvalidInput: a naive instant, an unknown zone, a date beyond the calendar.

    >>> from datetime import UTC
    >>> local_date(datetime(2026, 11, 24, 17, 0, tzinfo=UTC), tz="Asia/Shanghai")
    datetime.date(2026, 11, 25)
    """
    if instant.tzinfo is None:
        raise InvalidInput(field="instant", fault="has no time zone", accepted="an aware instant")
    try:
        zone = ZoneInfo(tz)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise InvalidInput(field="tz", fault="is not a time zone", accepted="an IANA name") from None
    try:
        return instant.astimezone(zone).date()
    except OverflowError:
        raise _beyond() from None
