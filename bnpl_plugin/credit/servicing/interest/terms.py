"""How interest is found anew while a loan runs: on what is really owed, from day to day."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from bnpl_plugin.credit.day_count import DayCount
from bnpl_plugin.credit.terms.checks import member
from bnpl_plugin.errors import InvalidInput
from bnpl_plugin.money import Rounding


class Prepayment(StrEnum):
    """What paying more than is due does."""

    PAYS_AHEAD = "pays_ahead"
    """It pays the rows to come; instalments stay as they are."""
    LOWERS_INSTALMENT = "lowers_instalment"
    """It all counts as principal of the row of the day; the instalments after it are levelled anew."""
    SPARES_NEXT = "spares_next"
    """It all counts as principal of the row of the day; the next instalments are smaller by as much."""
    SHORTENS_TERM = "shortens_term"
    """It all counts as principal of the row of the day; instalments stay, and the last ones fall away."""


class InterestUntil(StrEnum):
    """Until when a row that is paid early has earned its interest."""

    DAY_PAID = "day_paid"
    """The day of the payment (Directive (EU) 2023/2225 Article 29: cost shrinks with the remaining time)."""
    DUE_DATE = "due_date"
    """The due date of the row of the day."""


class OverdueInterest(StrEnum):
    """How long overdue principal earns interest at the agreed rate: never beyond the loan's last due date."""

    UNTIL_PAID = "until_paid"
    """Until the day it is paid, or the day of the question."""
    WHOLE_PERIODS = "whole_periods"
    """Until the due date of the row of that day."""


class PaymentCounts(StrEnum):
    """From when a payment lowers the balance that earns."""

    AT_ONCE = "at_once"
    """From the day of the payment."""
    FROM_DUE_DATE = "from_due_date"
    """From the due date of the row of the day: the balance rests between due dates."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InterestTerms:
    """The terms of interest that follows the balance.

    Args:
        annual_rate: nominal rate a year, a fraction, 0 to 9.99.
        day_count: how days become a part of a year. With 30/360 a whole period counts its months, and a part of it
            its days over the period's days.
        prepayment: what paying more than is due does.
        until: until when a row that is paid early has earned.
        overdue: how long overdue principal earns.
        payment_counts: from when a payment lowers the balance that earns.
        rounding: of the interest of each stretch in which the balance stands still.

    Raises:
        InvalidInput: names the field, its fault and what is accepted.
    """

    annual_rate: Decimal
    day_count: DayCount = DayCount.THIRTY_360_MONTHLY
    prepayment: Prepayment = Prepayment.PAYS_AHEAD
    until: InterestUntil = InterestUntil.DAY_PAID
    overdue: OverdueInterest = OverdueInterest.UNTIL_PAID
    payment_counts: PaymentCounts = PaymentCounts.AT_ONCE
    rounding: Rounding = Rounding.HALF_EVEN

    def __post_init__(self) -> None:
        rate = self.annual_rate
        if type(rate) is not Decimal or not rate.is_finite() or not 0 <= rate <= Decimal("9.99"):
            raise InvalidInput(field="annual_rate", fault=f"is {rate!r}", accepted="a Decimal fraction, 0 to 9.99")
        member("day_count", self.day_count, of=DayCount)
        member("prepayment", self.prepayment, of=Prepayment)
        member("until", self.until, of=InterestUntil)
        member("overdue", self.overdue, of=OverdueInterest)
        member("rounding", self.rounding, of=Rounding)
