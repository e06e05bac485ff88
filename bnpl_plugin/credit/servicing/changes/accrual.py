"""Accrual: what has been earned by a day, whether it has fallen due or not."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from bnpl_plugin.credit.servicing.changes.charge import row_of
from bnpl_plugin.credit.servicing.events import CostAccrued
from bnpl_plugin.credit.servicing.interest.standing import payable_on
from bnpl_plugin.credit.servicing.parts import Component, Parts, total
from bnpl_plugin.credit.servicing.policy import ServicingPolicy
from bnpl_plugin.credit.servicing.position.loan import LoanPosition
from bnpl_plugin.credit.servicing.position.row import Row
from bnpl_plugin.credit.servicing.position.transaction import TransactionKind
from bnpl_plugin.money import Rounding, divide


def earned_by(position: LoanPosition, *, on: date | None, policy: ServicingPolicy) -> Parts:
    """Return the cost earned by a day: charges whose date has come, and the interest of the days that passed.

    Fixed interest is earned evenly over the days of its row, rounded half to even; interest that follows the balance as
    the balance earned it. What was paid before and is owed again (a chargeback) is not earned a second time.

    Args:
        position: the loan.
        on: the day, itself included; None for all that the rows bear.
        policy: of the loan.
    """
    if on is None:
        whole = position.due.minus(position.waived).minus(total(row.brought_back for row in position.rows))
        return Parts(0, whole.interest_minor, whole.fee_minor, whole.penalty_minor)
    by_charge = dict.fromkeys((Component.FEE, Component.PENALTY), 0)
    charges_due = 0
    for charge in position.charges:
        if not charge.waived and charge.due_on <= on:
            by_charge[charge.component] += charge.amount_minor
        row = row_of(position.rows, due_on=charge.due_on)
        if charge.component is Component.FEE and row is not None and position.rows[row].due_on <= on:
            charges_due += charge.amount_minor
    fees_due = sum(row.due.fee_minor - row.brought_back.fee_minor for row in position.rows if row.due_on <= on)
    if policy.interest is None:
        interest = sum(_interest_by(row, on=on) for row in position.rows)
    else:
        interest = payable_on(position, on=on, policy=policy).due.interest_minor
    return Parts(
        interest_minor=interest,
        fee_minor=by_charge[Component.FEE] + max(fees_due - charges_due, 0),
        penalty_minor=by_charge[Component.PENALTY],
    )


def to_recognise(position: LoanPosition, *, up_to: date | None, policy: ServicingPolicy) -> Parts:
    """Return the cost that has been earned and was not yet recognised; nothing of a loan that was charged off.

    Args:
        position: the loan.
        up_to: cost earned up to this day, itself included; None for all cost of a loan that has come to its end.
        policy: of the loan.
    """
    if position.charged_off:
        return Parts()
    return Parts(*(max(part, 0) for part in earned_by(position, on=up_to, policy=policy).minus(position.accrued)))


def accrue(position: LoanPosition, event: CostAccrued) -> LoanPosition:
    """Return the position with cost recognised as earned."""
    return replace(position, accrued=position.accrued.plus(event.cost)).told(
        TransactionKind.ACCRUAL,
        event_id=event.id,
        on=event.on,
        amount_minor=event.cost.total_minor,
        parts=event.cost,
    )


def _interest_by(row: Row, *, on: date) -> int:
    if on >= row.due_on:
        return row.due.interest_minor
    passed, length = max((on - row.opened_on).days, 0), (row.due_on - row.opened_on).days
    if not length:
        return row.due.interest_minor
    return divide(row.due.interest_minor * passed, by=length, rounding=Rounding.HALF_EVEN)
