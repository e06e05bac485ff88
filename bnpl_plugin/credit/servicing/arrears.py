"""Lateness: days past due and the bucket they fall into."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from enum import StrEnum

from bnpl_plugin.credit.schedule import Instalment
from bnpl_plugin.errors import InvalidInput


class DelinquencyBucket(StrEnum):
    """Lateness in rising order."""

    CURRENT = "current"
    DAYS_1_30 = "1-30"
    DAYS_31_60 = "31-60"
    DAYS_61_90 = "61-90"
    OVER_90 = "over-90"


_UPPER = (
    (0, DelinquencyBucket.CURRENT),
    (30, DelinquencyBucket.DAYS_1_30),
    (60, DelinquencyBucket.DAYS_31_60),
    (90, DelinquencyBucket.DAYS_61_90),
)


def days_past_due(still_open: Iterable[Instalment], *, as_of: date) -> int:
    """Return the days since the oldest due date of which something is still open; 0 when nothing is late.

    The due date itself is not late; the day after is day 1.

    Args:
        still_open: rows with what is left of their parts; rows of nothing are not late.
        as_of: the day of the question, in the shopper's time zone.
    """
    oldest = min((row.due_on for row in still_open if row.total_minor > 0), default=as_of)
    return max((as_of - oldest).days, 0)


def delinquency_bucket(days: int) -> DelinquencyBucket:
    """Return the bucket of a number of days past due.

    >>> str(delinquency_bucket(31))
    '31-60'
    """
    if days < 0:
        raise InvalidInput(field="days", fault=f"is {days}", accepted="0 or more")
    return next((bucket for upper, bucket in _UPPER if days <= upper), DelinquencyBucket.OVER_90)
