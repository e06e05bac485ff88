"""Business days: where a due date goes that falls on a weekend or a public holiday.

The tables of holidays, substitute working days included, are those of the package `holidays`, by country and
subdivision (ISO 3166); it is imported when the first date is asked for.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import lru_cache

from bnpl_plugin.errors import InvalidInput


class BusinessDayRule(StrEnum):
    """Where a date goes that is not a business day (ISDA 2006 definitions, section 4.12)."""

    UNADJUSTED = "unadjusted"
    """It stays."""
    FOLLOWING = "following"
    """To the next business day."""
    MODIFIED_FOLLOWING = "modified_following"
    """To the next business day, or back when that lies in the next month."""
    PRECEDING = "preceding"
    """Back to the last business day."""


@dataclass(frozen=True, slots=True)
class BusinessDays:
    """A place's business days, and what is done with a date that is none.

    Args:
        country: ISO 3166 code of two letters.
        subdivision: ISO 3166-2 code without the country, for places with holidays of their own.
        rule: where such a date goes.

    Raises:
        InvalidInput: a place without a table.
    """

    country: str
    subdivision: str | None = None
    rule: BusinessDayRule = BusinessDayRule.FOLLOWING

    def __post_init__(self) -> None:
        if type(self.rule) is not BusinessDayRule:
            raise InvalidInput(field="business_days.rule", fault=f"is {self.rule!r}", accepted="a BusinessDayRule")
        _days_off(self.country, self.subdivision, 2026)

    def holds(self, day: date) -> bool:
        """Tell whether a date is a business day.

        >>> BusinessDays("CN").holds(date(2024, 2, 4)), BusinessDays("CN").holds(date(2024, 2, 12))
        (True, False)
        """
        return day not in _days_off(self.country, self.subdivision, day.year)

    def adjusted(self, day: date) -> date:
        """Return the date where the rule puts it.

        >>> BusinessDays("FR").adjusted(date(2026, 7, 14))
        datetime.date(2026, 7, 15)
        """
        match self.rule:
            case BusinessDayRule.UNADJUSTED:
                return day
            case BusinessDayRule.FOLLOWING:
                return self._nearest(day, step=1)
            case BusinessDayRule.PRECEDING:
                return self._nearest(day, step=-1)
            case BusinessDayRule.MODIFIED_FOLLOWING:
                after = self._nearest(day, step=1)
                return after if after.month == day.month else self._nearest(day, step=-1)

    def _nearest(self, day: date, *, step: int) -> date:
        while not self.holds(day):
            day += timedelta(days=step)
        return day


@lru_cache(maxsize=1024)
def _days_off(country: str, subdivision: str | None, year: int) -> frozenset[date]:
    """Return the weekend days and holidays of one year; each year is its own table, so that threads share nothing."""
    from holidays import country_holidays

    try:
        table = country_holidays(country, subdiv=subdivision, years=year, expand=False)
    except (NotImplementedError, TypeError, AttributeError):
        place = country if subdivision is None else f"{country}-{subdivision}"
        raise InvalidInput(
            field="business_days", fault=f"are asked for {place!r}", accepted="a country and subdivision with a table"
        ) from None
    first = date(year, 1, 1).toordinal()
    length = date(year, 12, 31).toordinal() - first + 1
    days = (date.fromordinal(first + k) for k in range(length))
    return frozenset(day for day in days if not table.is_working_day(day))
