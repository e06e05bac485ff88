"""What closing a loan early costs: the open principal and the cost earned to the day, nothing else."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_FLOOR, Decimal, localcontext
from enum import StrEnum
from types import MappingProxyType

from bnpl_plugin.credit.apr.eu import schedule_apr
from bnpl_plugin.credit.schedule import Instalment, Schedule
from bnpl_plugin.credit.servicing.events import CostWaived, Event, MoneyReceived
from bnpl_plugin.credit.servicing.parts import Parts
from bnpl_plugin.errors import InvalidInput


class SettlementPolicy(StrEnum):
    """How much of a cost that is not yet due has been earned."""

    PRO_RATA_DAYS = "pro_rata_days"
    """Of each period's interest and fee the part of its days that have passed, rounded down for the shopper."""
    PRO_RATA_TERM = "pro_rata_term"
    """Of all interest and of all fees the part of the loan's days that have passed, rounded down for the shopper; the
    reading of the Court of Justice in C-383/18 (Lexitor): every cost shrinks with the remaining term."""
    ACTUARIAL = "actuarial"
    """Later rows are worth their value discounted to the day at the loan's own effective rate, which is the actuarial
    rebate of the UK Consumer Credit (Early Settlement) Regulations 2004 without their deferral; rounded down."""


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
        SolverFailed: the actuarial policy on a loan without an effective rate.
    """
    if on < schedule.drawdown_on:
        raise InvalidInput(field="on", fault=f"is {on}", accepted=f"{schedule.drawdown_on} or later")
    rows = sorted(still_open, key=lambda row: row.number)
    numbers = [row.number for row in schedule.instalments]
    for row in rows:
        if row.number not in numbers:
            raise InvalidInput(field="still_open", fault=f"has number {row.number}", accepted="the schedule's rows")
    interest, fee = _ASKED[policy](schedule, rows, on=on)
    return SettlementFigure(
        on=on,
        principal_minor=sum(row.principal_minor for row in rows),
        interest_minor=interest,
        fee_minor=fee,
        waived_interest_minor=sum(row.interest_minor for row in rows) - interest,
        waived_fee_minor=sum(row.fee_minor for row in rows) - fee,
    )


def dropped_by_row(figure: SettlementFigure, *, still_open: Iterable[Instalment]) -> dict[int, Parts]:
    """Return which row loses how much of the cost that a figure drops: the last row first, nothing for nothing.

    Args:
        figure: of these rows.
        still_open: the rows with what is left of their parts.
    """
    interest, fee, dropped = figure.waived_interest_minor, figure.waived_fee_minor, {}
    for row in sorted(still_open, key=lambda row: row.number, reverse=True):
        parts = Parts(interest_minor=min(interest, row.interest_minor), fee_minor=min(fee, row.fee_minor))
        interest, fee = interest - parts.interest_minor, fee - parts.fee_minor
        if not parts.is_nothing:
            dropped[row.number] = parts
    return dropped


def settled_by(figure: SettlementFigure, *, event_id: str) -> tuple[Event, ...]:
    """Return the events that settle a loan by a figure: the cost it drops, then the money.

    Args:
        figure: of the loan's open rows on the day; penalties stand among its fees and are paid as such.
        event_id: made by the caller; the waiver's is the same with ":waived" after it.
    """
    events: list[Event] = []
    dropped = Parts(interest_minor=figure.waived_interest_minor, fee_minor=figure.waived_fee_minor)
    if not dropped.is_nothing:
        events.append(CostWaived(id=f"{event_id}:waived", on=figure.on, cost=dropped))
    if figure.total_minor:
        events.append(MoneyReceived(id=event_id, on=figure.on, amount_minor=figure.total_minor))
    return tuple(events)


def _by_period(schedule: Schedule, rows: Sequence[Instalment], *, on: date) -> tuple[int, int]:
    interest = fee = 0
    for row in rows:
        whole = schedule.instalments[row.number - 1]
        start = schedule.drawdown_on if row.number == 1 else schedule.instalments[row.number - 2].due_on
        passed, length = _passed(start, end=whole.due_on, on=on)
        interest += _asked(whole.interest_minor, still_open=row.interest_minor, passed=passed, length=length)
        fee += _asked(whole.fee_minor, still_open=row.fee_minor, passed=passed, length=length)
    return interest, fee


def _by_term(schedule: Schedule, rows: Sequence[Instalment], *, on: date) -> tuple[int, int]:
    passed, length = _passed(schedule.drawdown_on, end=schedule.last_due_on, on=on)
    interest_open, fee_open = sum(row.interest_minor for row in rows), sum(row.fee_minor for row in rows)
    interest = _asked(schedule.interest_minor, still_open=interest_open, passed=passed, length=length)
    return interest, _asked(schedule.fee_minor, still_open=fee_open, passed=passed, length=length)


def _by_value(schedule: Schedule, rows: Sequence[Instalment], *, on: date) -> tuple[int, int]:
    interest_open, fee_open = sum(row.interest_minor for row in rows), sum(row.fee_minor for row in rows)
    cost_open = interest_open + fee_open
    if not cost_open or on >= schedule.last_due_on:
        return interest_open, fee_open
    with localcontext() as context:
        context.prec = 40
        growth = 1 + schedule_apr(schedule).rate
        worth = sum(
            (Decimal(row.total_minor) / growth ** (Decimal(max((row.due_on - on).days, 0)) / 365) for row in rows),
            start=Decimal(0),
        )
        asked = int(worth.to_integral_value(rounding=ROUND_FLOOR)) - sum(row.principal_minor for row in rows)
    cost = min(max(asked, 0), cost_open)
    fee = cost * fee_open // cost_open
    return cost - fee, fee


def _passed(start: date, *, end: date, on: date) -> tuple[int, int]:
    """Return the days of a stretch that have passed, and its length; an empty stretch has passed when its day has."""
    if on >= end:
        return (1, 1)
    return (max((on - start).days, 0), (end - start).days)


def _asked(agreed_minor: int, *, still_open: int, passed: int, length: int) -> int:
    """Return what is to be paid of a cost: its earned part less what was paid of it, never below zero."""
    already = agreed_minor - still_open
    return max(agreed_minor * passed // length - already, 0)


_ASKED: Mapping[SettlementPolicy, Callable[..., tuple[int, int]]] = MappingProxyType({
    SettlementPolicy.PRO_RATA_DAYS: _by_period,
    SettlementPolicy.PRO_RATA_TERM: _by_term,
    SettlementPolicy.ACTUARIAL: _by_value,
})  # fmt: skip
"""Each policy's interest and fee to be paid."""
