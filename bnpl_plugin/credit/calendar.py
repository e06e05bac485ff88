"""The calendar of a loan: dates counted from an anchor date, in the shopper's time zone."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from bnpl_plugin.errors import InvalidInput


class PeriodUnit(StrEnum):
    """What an instalment period is counted in."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"


@dataclass(frozen=True, slots=True)
class Period:
    """The time from one due date to the next: `every` units.

    Args:
        unit: days, weeks or months.
        every: 1 to 366.
    """

    unit: PeriodUnit
    every: int = 1

    def __post_init__(self) -> None:
        if type(self.every) is not int or not 1 <= self.every <= 366:
            raise InvalidInput(field="period.every", fault=f"is {self.every!r}", accepted="1 to 366")

    @property
    def days(self) -> int | None:
        """The length in days, or None for months."""
        if self.unit is PeriodUnit.MONTH:
            return None
        return self.every * (7 if self.unit is PeriodUnit.WEEK else 1)


MONTHLY = Period(PeriodUnit.MONTH)
FORTNIGHTLY = Period(PeriodUnit.WEEK, 2)
WEEKLY = Period(PeriodUnit.WEEK)


@lru_cache(maxsize=8192)
def add_months(anchor: date, months: int) -> date:
    """Return the same day of the month, that many months on; a day the month lacks becomes its last.

    Always count from the anchor, never from the last result, so that the 31st is not lost in February.

    Args:
        anchor: the date counted from.
        months: whole months, also negative.

    >>> add_months(date(2027, 1, 31), 1), add_months(date(2027, 1, 31), 2)
    (datetime.date(2027, 2, 28), datetime.date(2027, 3, 31))
    """
    year, month = divmod(anchor.year * 12 + anchor.month - 1 + months, 12)
    if anchor.day <= 28:
        return date(year, month + 1, anchor.day)
    return date(year, month + 1, min(anchor.day, monthrange(year, month + 1)[1]))


def due_date(anchor: date, *, period: Period, periods: int) -> date:
    """Return the date that lies whole periods after the anchor date."""
    days = period.days
    if days is None:
        return add_months(anchor, period.every * periods)
    return anchor + timedelta(days=days * periods)


@lru_cache(maxsize=4096)
def due_dates(anchor: date, *, period: Period, count: int, skip: int = 0) -> tuple[date, ...]:
    """Return due dates counted from the anchor date.

    Args:
        anchor: the date that all are counted from; with `skip` 0 it is itself the first due date.
        period: the time from one to the next.
        count: how many dates, 0 or more.
        skip: how many periods lie between the anchor and the first due date.

    >>> [str(day) for day in due_dates(date(2028, 1, 31), period=MONTHLY, count=3)]
    ['2028-01-31', '2028-02-29', '2028-03-31']
    """
    return tuple(due_date(anchor, period=period, periods=skip + k) for k in range(count))


def months_between(start: date, end: date) -> int | None:
    """Return n when `end` is `start` plus n whole months (month ends clamped), else None.

    >>> months_between(date(2027, 1, 31), date(2027, 2, 28)), months_between(date(2027, 1, 30), date(2027, 2, 27))
    (1, None)
    """
    months = (end.year - start.year) * 12 + end.month - start.month
    return months if add_months(start, months) == end else None


def local_date(instant: datetime, *, tz: str) -> date:
    """Return the date that an instant has in a time zone.

    Args:
        instant: an aware instant.
        tz: IANA name, for example "Asia/Shanghai".

    Raises:
        InvalidInput: a naive instant or an unknown zone.

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
    return instant.astimezone(zone).date()
