"""Accrual: what has been earned by a day, whether it has fallen due or not."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from bnpl_plugin.credit.servicing.events import CostAccrued
from bnpl_plugin.credit.servicing.parts import NOTHING, Component, Parts
from bnpl_plugin.credit.servicing.policy import ServicingPolicy
from bnpl_plugin.credit.servicing.position.loan import LoanPosition
from bnpl_plugin.credit.servicing.position.row import Row
from bnpl_plugin.credit.servicing.position.transaction import TransactionKind
from bnpl_plugin.money import Rounding, divide


def earned_by(position: LoanPosition, *, on: date) -> Parts:
    """Return the cost earned by a day: charges whose date has come, and of each row's interest its days that passed.

    Everything is earned of a loan on which nothing is open.

    Args:
        position: the loan.
        on: the day, itself included.
    """
    if not position.outstanding_minor:
        due = position.due.minus(position.waived)
        return replace_principal(due)
    by_charge = dict.fromkeys((Component.FEE, Component.PENALTY), 0)
    for charge in position.charges:
        if charge.due_on <= on and not charge.waived:
            by_charge[charge.component] += charge.amount_minor
    agreed_fee = sum(row.due.fee_minor for row in position.rows if row.due_on <= on) if not position.charges else 0
    return Parts(
        interest_minor=sum(_interest_by(row, on=on) for row in position.rows),
        fee_minor=by_charge[Component.FEE] + agreed_fee,
        penalty_minor=by_charge[Component.PENALTY],
    )


def accrue(position: LoanPosition, event: CostAccrued, *, policy: ServicingPolicy) -> LoanPosition:
    """Return the position with what was earned and not yet recognised told as a transaction, if there is any.

    Nothing is earned on a loan that has been given up.
    """
    if position.charged_off:
        return position
    fresh = earned_by(position, on=event.on).minus(position.accrued)
    fresh = Parts(*(max(part, 0) for part in fresh))
    if fresh.is_nothing:
        return position
    return replace(position, accrued=position.accrued.plus(fresh)).told(
        TransactionKind.ACCRUAL, event_id=event.id, on=event.on, amount_minor=fresh.total_minor, parts=fresh
    )


def replace_principal(parts: Parts) -> Parts:
    """Return the cost of parts alone."""
    return Parts(0, parts.interest_minor, parts.fee_minor, parts.penalty_minor) if any(parts) else NOTHING


def _interest_by(row: Row, *, on: date) -> int:
    if on >= row.due_on:
        return row.due.interest_minor
    passed, length = max((on - row.opened_on).days, 0), (row.due_on - row.opened_on).days
    if not length:
        return row.due.interest_minor
    return divide(row.due.interest_minor * passed, by=length, rounding=Rounding.HALF_EVEN)
