"""Withdrawal: the shopper gives the credit back within the lawful days and owes the interest of the days used."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from bnpl_plugin.credit.day_count import DayCount, year_fraction
from bnpl_plugin.credit.servicing.events import CostWaived, Event, MoneyReceived
from bnpl_plugin.credit.servicing.parts import Parts
from bnpl_plugin.credit.servicing.position.loan import LoanPosition
from bnpl_plugin.credit.servicing.position.transaction import Source, TransactionKind
from bnpl_plugin.credit.terms.checks import member
from bnpl_plugin.errors import InvalidInput
from bnpl_plugin.money import Rounding, divide

_SIGNS = {TransactionKind(source.value): 1 for source in Source} | {
    TransactionKind.CHARGEBACK: -1,
    TransactionKind.CREDIT_BALANCE_REFUND: -1,
    TransactionKind.ADVANCE_REFUND: -1,
}
"""What has been paid, and what was taken or given back of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawalFigure:
    """What a shopper who withdraws pays back, in minor units.

    Attributes:
        on: the day of the repayment.
        principal_minor: the capital drawn.
        interest_minor: the agreed interest of the days used.
        paid_minor: what the shopper has paid before, less what was taken or given back of it.
    """

    on: date
    principal_minor: int
    interest_minor: int
    paid_minor: int

    @property
    def total_minor(self) -> int:
        """What is to be paid; below zero what is to be given back."""
        return self.principal_minor + self.interest_minor - self.paid_minor


def withdrawal_figure(
    position: LoanPosition, *, on: date, annual_rate: Decimal, day_count: DayCount = DayCount.ACT_365F
) -> WithdrawalFigure:
    """Return what a withdrawal costs: the capital, and the agreed interest for each day it was used; no other cost.

    Directive (EU) 2023/2225 Article 26(5): the capital and the interest accrued on it from the drawdown to the day of
    repayment, calculated at the agreed rate; the creditor is entitled to nothing else but non-refundable public
    charges. Interest is rounded down for the shopper, and payments made before lower the sum that earns.

    Args:
        position: the loan with its drawdowns and payments.
        on: the day of the repayment, not before the last drawdown.
        annual_rate: the agreed nominal rate, a fraction a year; 0 for an interest-free loan.
        day_count: how days become a part of a year.

    Raises:
        InvalidInput: a day before a drawdown, a rate that is no Decimal of 0 or more.
    """
    member("on", on, of=date)
    last = max(drawn.on for drawn in position.drawdowns)
    if on < last:
        raise InvalidInput(field="on", fault=f"is {on}, before a drawdown", accepted=f"{last} or later")
    if type(annual_rate) is not Decimal or not annual_rate.is_finite() or annual_rate < 0:
        raise InvalidInput(field="annual_rate", fault=f"is {annual_rate!r}", accepted="a Decimal fraction, 0 or more")
    moves = [(drawn.on, drawn.amount_minor) for drawn in position.drawdowns]
    paid = [(done.on, done.amount_minor * _SIGNS.get(done.kind, 0)) for done in position.transactions]
    over, under = annual_rate.as_integer_ratio()
    exact, whole = 0, 1
    for day, amount in [*moves, *((day, -amount) for day, amount in paid if day <= on)]:
        part, year = year_fraction(day_count, start=min(day, on), end=on)
        exact, whole = exact * year + amount * part * whole, whole * year
    interest = divide(max(exact, 0) * over, by=whole * under, rounding=Rounding.DOWN)
    return WithdrawalFigure(
        on=on,
        principal_minor=position.drawn_minor,
        interest_minor=interest,
        paid_minor=sum(amount for day, amount in paid if day <= on),
    )


def withdrawn_by(figure: WithdrawalFigure, position: LoanPosition, *, event_id: str) -> tuple[Event, ...]:
    """Return the events that end a loan with fixed interest by a withdrawal.

    All cost but the interest of the days used is given up; what was paid of it before is given back; then the rest of
    the figure comes in. When more had been paid than the withdrawal costs, the loan ends overpaid by as much.

    Args:
        figure: of the position.
        position: the loan on the day.
        event_id: made by the caller; the others are the same with ":waived" and ":returned" after it.
    """
    events: list[Event] = []
    left, paid = position.still_open, position.paid.cost_minor
    kept = min(max(figure.interest_minor - paid, 0), left.interest_minor)
    waived = Parts(0, left.interest_minor - kept, left.fee_minor, left.penalty_minor)
    if not waived.is_nothing:
        events.append(CostWaived(id=f"{event_id}:waived", on=figure.on, cost=waived))
    if paid > figure.interest_minor:
        back = paid - figure.interest_minor
        source = Source.INTEREST_REFUND
        events.append(MoneyReceived(id=f"{event_id}:returned", on=figure.on, amount_minor=back, source=source))
    if figure.total_minor > 0:
        events.append(MoneyReceived(id=event_id, on=figure.on, amount_minor=figure.total_minor))
    return tuple(events)
