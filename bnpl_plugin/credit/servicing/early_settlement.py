"""What closing a loan early costs: the open principal and the cost earned to the day, nothing else."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from bnpl_plugin.credit.schedule import Instalment, Schedule
from bnpl_plugin.errors import InvalidInput


class SettlementPolicy(StrEnum):
    """How much of a cost that is not yet due has been earned."""

    PRO_RATA_DAYS = "pro_rata_days"
    """Of each period's interest and fee the part of its days that have passed, rounded down for the shopper."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SettlementFigure:
    """The sum that closes a loan on a day, and the cost it drops; minor units.

    Attributes:
        on: the day for which it holds.
        principal_minor, interest_minor, fee_minor: what is to be paid.
        waived_interest_minor, waived_fee_minor: what will never be asked for.
    """

    on: date
    principal_minor: int
    interest_minor: int
    fee_minor: int
    waived_interest_minor: int
    waived_fee_minor: int

    @property
    def total_minor(self) -> int:
        """What the shopper pays to be free."""
        return self.principal_minor + self.interest_minor + self.fee_minor


def settlement_figure(
    schedule: Schedule,
    *,
    still_open: Iterable[Instalment],
    on: date,
    policy: SettlementPolicy = SettlementPolicy.PRO_RATA_DAYS,
) -> SettlementFigure:
    """Return the settlement figure of a loan on a day.

    Rows due on the day or before are owed in full; of later rows the principal, and the earned part of their cost as
    the policy says (Directive (EU) 2023/2225 Article 29: all costs of the credit shrink with the remaining time).

    Args:
        schedule: as agreed.
        still_open: the rows with what is left of their parts.
        on: the day of settlement, not before the drawdown.
        policy: how unearned cost is found.

    Raises:
        InvalidInput: a day before the drawdown, a row that the schedule does not have.
    """
    if on < schedule.drawdown_on:
        raise InvalidInput(field="on", fault=f"is {on}", accepted=f"{schedule.drawdown_on} or later")
    agreed = {row.number: row for row in schedule.instalments}
    principal = interest = fee = interest_open = fee_open = 0
    for row in still_open:
        if row.number not in agreed:
            raise InvalidInput(field="still_open", fault=f"has number {row.number}", accepted="the schedule's rows")
        whole = agreed[row.number]
        start = schedule.drawdown_on if row.number == 1 else agreed[row.number - 1].due_on
        passed, length = _passed(start, end=whole.due_on, on=on, policy=policy)
        principal += row.principal_minor
        interest += _earned(whole.interest_minor, still_open=row.interest_minor, passed=passed, length=length)
        fee += _earned(whole.fee_minor, still_open=row.fee_minor, passed=passed, length=length)
        interest_open += row.interest_minor
        fee_open += row.fee_minor
    return SettlementFigure(
        on=on,
        principal_minor=principal,
        interest_minor=interest,
        fee_minor=fee,
        waived_interest_minor=interest_open - interest,
        waived_fee_minor=fee_open - fee,
    )


def _passed(start: date, *, end: date, on: date, policy: SettlementPolicy) -> tuple[int, int]:
    """Return the days of a period that have passed, and its length."""
    match policy:
        case SettlementPolicy.PRO_RATA_DAYS:
            if on >= end:
                return (1, 1)
            return (max((on - start).days, 0), (end - start).days)


def _earned(agreed_minor: int, *, still_open: int, passed: int, length: int) -> int:
    """Return what is to be paid of a cost: its earned part less what was paid of it, never below zero."""
    already = agreed_minor - still_open
    return max(agreed_minor * passed // length - already, 0)
