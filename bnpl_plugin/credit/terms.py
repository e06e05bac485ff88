"""The terms of a loan: everything its schedule follows from, and nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache

from bnpl_plugin.credit.calendar import Period, due_date, due_dates
from bnpl_plugin.credit.day_count import DayCount
from bnpl_plugin.errors import InvalidInput
from bnpl_plugin.money import Money, Remainder, Rounding

MAX_COUNT = 600
"""The longest schedule: fifty years of months."""

MAX_NOMINAL_RATE = Decimal("9.99")
"""The largest nominal rate a year, as a fraction."""


class Method(StrEnum):
    """How principal and interest make up the instalments."""

    EQUAL_INSTALMENTS = "equal_instalments"
    """The same total each time; interest on what is still owed."""
    INTEREST_FREE = "interest_free"
    """The principal in equal parts, no interest."""


class FeePlacement(StrEnum):
    """Which instalments carry the shopper's fee."""

    FIRST = "first"
    SPREAD = "spread"


@dataclass(frozen=True, slots=True)
class LoanTerms:
    """What a schedule is built from.

    Args:
        principal: the financed sum, 1 minor unit or more.
        count: instalments, 1 to 600.
        period: the time between due dates.
        drawdown_on: when the principal becomes owed.
        first_due_on: the first due date, not before the drawdown.
        method: how the instalments are made up.
        nominal_rate: a fraction a year, 0 to 9.99; exactly 0 with `INTEREST_FREE`.
        fee_minor: what the shopper pays besides interest, in minor units of the principal's currency, 0 or more.
        fee_placement: in the first instalment, or spread evenly.
        remainder: which instalment absorbs what does not divide; with interest it is the last.
        rounding: how the equal instalment is rounded.
        day_count: how time becomes interest.
        anchor_date: the date that due dates are counted from; the first due date must lie whole periods after it.
            Give the drawdown of a 31st here, so that 28 February is followed by 31 March. Default: `first_due_on`.

    Raises:
        InvalidInput: names the field, its fault and what is accepted.
    """

    principal: Money
    count: int
    period: Period
    drawdown_on: date
    first_due_on: date
    method: Method = Method.EQUAL_INSTALMENTS
    nominal_rate: Decimal = Decimal(0)
    fee_minor: int = 0
    fee_placement: FeePlacement = FeePlacement.FIRST
    remainder: Remainder = Remainder.LAST
    rounding: Rounding = Rounding.HALF_UP
    day_count: DayCount = DayCount.THIRTY_360_MONTHLY
    anchor_date: date | None = None

    def __post_init__(self) -> None:
        if self.principal.minor < 1:
            raise _fault("principal", f"is {self.principal}", "more than nothing")
        if type(self.count) is not int or not 1 <= self.count <= MAX_COUNT:
            raise _fault("count", f"is {self.count!r}", f"1 to {MAX_COUNT}")
        if self.first_due_on < self.drawdown_on:
            raise _fault("first_due_on", f"is {self.first_due_on}", f"{self.drawdown_on} or later")
        if type(self.fee_minor) is not int or self.fee_minor < 0:
            raise _fault("fee_minor", f"is {self.fee_minor!r}", "a whole number, 0 or more")
        rate = self.nominal_rate
        if type(rate) is not Decimal or not rate.is_finite() or not 0 <= rate <= MAX_NOMINAL_RATE:
            raise _fault("nominal_rate", f"is {rate!r}", f"a Decimal fraction, 0 to {MAX_NOMINAL_RATE}")
        if self.method is Method.INTEREST_FREE and rate:
            raise _fault("nominal_rate", f"is {rate}", "0 for an interest-free loan")
        if rate and self.remainder is not Remainder.LAST:
            raise _fault("remainder", f"is {self.remainder}", "last, when there is interest")
        if self.anchor_date is not None:
            _periods_before(self.anchor_date, period=self.period, due_on=self.first_due_on)

    @property
    def due_dates(self) -> tuple[date, ...]:
        """All due dates, rising, counted from the anchor date."""
        anchor, skip = self.first_due_on, 0
        if self.anchor_date is not None:
            anchor = self.anchor_date
            skip = _periods_before(anchor, period=self.period, due_on=self.first_due_on)
        return due_dates(anchor, period=self.period, count=self.count, skip=skip)


@lru_cache(maxsize=4096)
def _periods_before(anchor: date, *, period: Period, due_on: date) -> int:
    days = period.days
    if days is None:
        length, gap = period.every, (due_on.year - anchor.year) * 12 + due_on.month - anchor.month
    else:
        length, gap = days, (due_on - anchor).days
    if gap >= 0 and gap % length == 0 and due_date(anchor, period=period, periods=gap // length) == due_on:
        return gap // length
    raise _fault("anchor_date", f"is {anchor}", f"whole periods before {due_on}")


def _fault(field: str, fault: str, accepted: str) -> InvalidInput:
    return InvalidInput(field=field, fault=fault, accepted=accepted)
