"""Accrual: what has been earned by a day, whether it has fallen due or not."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from bnpl_plugin.credit.servicing.events import CostAccrued
from bnpl_plugin.credit.servicing.parts import Component, Parts
from bnpl_plugin.credit.servicing.policy import ServicingPolicy
from bnpl_plugin.credit.servicing.position.loan import LoanPosition, total
from bnpl_plugin.credit.servicing.position.row import Row
from bnpl_plugin.credit.servicing.position.transaction import TransactionKind
from bnpl_plugin.money import Rounding, divide


def earned_by(position: LoanPosition, *, on: date | None) -> Parts:
    """Return the cost earned by a day: charges whose date has come, and of each row's interest its days that passed.

    What was paid before and is owed again (a chargeback) is not earned a second time.

    Args:
        position: the loan.
        on: the day, itself included; None for all that the rows bear.
    """
    if on is None:
        whole = position.due.minus(position.waived).minus(total(row.brought_back for row in position.rows))
        return Parts(0, whole.interest_minor, whole.fee_minor, whole.penalty_minor)
    laid = dict.fromkeys((Component.FEE, Component.PENALTY), 0)
    later = dict.fromkeys((Component.FEE, Component.PENALTY), 0)
    for charge in position.charges:
        if not charge.waived:
            (laid if charge.due_on <= on else later)[charge.component] += charge.amount_minor
    agreed_fee = sum(row.due.fee_minor - row.brought_back.fee_minor for row in position.rows if row.due_on <= on)
    charged = sum(laid.values()) + sum(later.values())
    return Parts(
        interest_minor=sum(_interest_by(row, on=on) for row in position.rows),
        fee_minor=laid[Component.FEE] if charged else agreed_fee,
        penalty_minor=laid[Component.PENALTY],
    )


def accrue(position: LoanPosition, event: CostAccrued, *, policy: ServicingPolicy) -> LoanPosition:
    """Return the position with what was earned and not yet recognised told as a transaction, if there is any.

    Nothing is earned on a loan that has been given up.
    """
    if position.charged_off:
        return position
    fresh = earned_by(position, on=event.up_to).minus(position.accrued)
    fresh = Parts(*(max(part, 0) for part in fresh))
    if fresh.is_nothing:
        return position
    return replace(position, accrued=position.accrued.plus(fresh)).told(
        TransactionKind.ACCRUAL, event_id=event.id, on=event.on, amount_minor=fresh.total_minor, parts=fresh
    )


def _interest_by(row: Row, *, on: date) -> int:
    if on >= row.due_on:
        return row.due.interest_minor
    passed, length = max((on - row.opened_on).days, 0), (row.due_on - row.opened_on).days
    if not length:
        return row.due.interest_minor
    return divide(row.due.interest_minor * passed, by=length, rounding=Rounding.HALF_EVEN)
