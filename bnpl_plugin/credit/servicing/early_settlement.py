"""What closing a loan early costs: the open principal and the cost earned to the day, nothing else."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import ROUND_FLOOR, Decimal, localcontext
from enum import StrEnum
from typing import NamedTuple

from bnpl_plugin.credit.apr.eu import apr
from bnpl_plugin.credit.schedule import Instalment, Schedule
from bnpl_plugin.credit.servicing.events import CostWaived, Event, MoneyReceived
from bnpl_plugin.credit.servicing.parts import NOTHING, Component, Parts, total
from bnpl_plugin.credit.servicing.position.loan import LoanPosition
from bnpl_plugin.credit.terms.checks import member
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
    rebate of the UK Consumer Credit (Early Settlement) Regulations 2004 without their deferral; rounded down, and never
    below the open principal."""


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
        on: the day of settlement, not before the last drawdown.
        policy: how unearned cost is found.

    Raises:
        InvalidInput: a day before a drawdown, a row that the schedule does not have.
        SolverFailed: the actuarial policy on a loan without an effective rate.
    """
    left = {row.number: row for row in still_open}
    numbers = {row.number for row in schedule.instalments}
    if unknown := sorted(left.keys() - numbers):
        raise InvalidInput(field="still_open", fault=f"has number {unknown[0]}", accepted="the schedule's rows")
    lines, start = [], schedule.drawdown_on
    for row in schedule.instalments:
        agreed = Parts(row.principal_minor, row.interest_minor, row.fee_minor)
        part = left.get(row.number)
        still = Parts(part.principal_minor, part.interest_minor, part.fee_minor) if part else NOTHING
        lines.append(_Line(start, row.due_on, agreed, still))
        start = row.due_on
    first = schedule.principal_minor - sum(minor for _, minor in schedule.later_drawdowns)
    drawn = ((schedule.drawdown_on, first), *schedule.later_drawdowns)
    return _figure(lines, drawn=drawn, on=on, policy=policy)


def position_figure(
    position: LoanPosition, *, on: date, policy: SettlementPolicy = SettlementPolicy.PRO_RATA_DAYS
) -> SettlementFigure:
    """Return the settlement figure of a running loan with fixed interest, as its rows stand.

    As `settlement_figure`; a row's own period counts, wherever its due date has moved. Penalties are no cost of the
    credit: they are owed in full and stand among the fees. (For interest that follows the balance see `payoff_quote`.)

    Args:
        position: the loan on the day.
        on: the day of settlement, not before the last drawdown.
        policy: how unearned cost is found.

    Raises:
        InvalidInput: a day before a drawdown.
        SolverFailed: the actuarial policy on a loan without an effective rate.
    """
    lines = [
        _Line(row.opened_on, row.due_on, row.due.minus(row.waived)._replace(penalty_minor=0),
              row.still_open._replace(penalty_minor=0))
        for row in position.rows
    ]  # fmt: skip
    drawn = tuple((drawdown.on, drawdown.amount_minor) for drawdown in position.drawdowns)
    figure = _figure(lines, drawn=drawn, on=on, policy=policy)
    return replace(figure, fee_minor=figure.fee_minor + position.still_open.penalty_minor)


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


class _Line(NamedTuple):
    """A row for the purpose: its period, what it was agreed to bear, what is left of it."""

    opened_on: date
    due_on: date
    agreed: Parts
    left: Parts


def _figure(
    lines: Sequence[_Line], *, drawn: Sequence[tuple[date, int]], on: date, policy: SettlementPolicy
) -> SettlementFigure:
    member("on", on, of=date)
    first, last = min(day for day, _ in drawn), max(day for day, _ in drawn)
    if on < last:
        raise InvalidInput(field="on", fault=f"is {on}, before a drawdown", accepted=f"{last} or later")
    left = total(line.left for line in lines)
    if policy is SettlementPolicy.ACTUARIAL:
        interest, fee = _by_value(lines, drawn=drawn, on=on)
    elif policy is SettlementPolicy.PRO_RATA_TERM:
        interest = _by_term(lines, Component.INTEREST, first=first, on=on)
        fee = _by_term(lines, Component.FEE, first=first, on=on)
    else:
        interest = sum(_by_period(line, Component.INTEREST, on=on) for line in lines)
        fee = sum(_by_period(line, Component.FEE, on=on) for line in lines)
    return SettlementFigure(
        on=on,
        principal_minor=left.principal_minor,
        interest_minor=interest,
        fee_minor=fee,
        waived_interest_minor=left.interest_minor - interest,
        waived_fee_minor=left.fee_minor - fee,
    )


def _by_period(line: _Line, component: Component, *, on: date) -> int:
    agreed, left = line.agreed.of(component), line.left.of(component)
    return _asked(agreed, left=left, part=_passed(line.opened_on, end=line.due_on, on=on))


def _by_term(lines: Sequence[_Line], component: Component, *, first: date, on: date) -> int:
    agreed = sum(line.agreed.of(component) for line in lines)
    left = sum(line.left.of(component) for line in lines)
    due = sum(line.left.of(component) for line in lines if line.due_on <= on)
    last = max(line.due_on for line in lines)
    return max(_asked(agreed, left=left, part=_passed(first, end=last, on=on)), due)


def _by_value(lines: Sequence[_Line], *, drawn: Sequence[tuple[date, int]], on: date) -> tuple[int, int]:
    left = total(line.left for line in lines)
    if not left.cost_minor or all(line.due_on <= on for line in lines):
        return left.interest_minor, left.fee_minor
    repaid = [(line.due_on, line.agreed.total_minor) for line in lines]
    with localcontext() as context:
        context.prec = 40
        growth = 1 + apr(drawn, repayments=repaid).rate
        worth = sum(
            (line.left.total_minor / growth ** (Decimal(max((line.due_on - on).days, 0)) / 365) for line in lines),
            start=Decimal(0),
        )
        asked = int(worth.to_integral_value(rounding=ROUND_FLOOR)) - left.principal_minor
    cost = min(max(asked, 0), left.cost_minor)
    fee = cost * left.fee_minor // left.cost_minor
    return cost - fee, fee


def _passed(start: date, *, end: date, on: date) -> tuple[int, int]:
    """Return the days of a stretch that have passed, and its length; an empty stretch has passed when its day has."""
    if on >= end:
        return (1, 1)
    return (max((on - start).days, 0), (end - start).days)


def _asked(agreed_minor: int, *, left: int, part: tuple[int, int]) -> int:
    """Return what is to be paid of a cost: its earned part less what was paid of it, never below zero."""
    passed, length = part
    return max(agreed_minor * passed // length - (agreed_minor - left), 0)
