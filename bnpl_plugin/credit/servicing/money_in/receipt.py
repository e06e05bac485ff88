"""Money comes in: it pays rows, and what is too much is kept for the shopper."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from bnpl_plugin.credit.servicing.events import MoneyReceived
from bnpl_plugin.credit.servicing.interest.standing import caught_up, payable_on
from bnpl_plugin.credit.servicing.money_in.allocation import Allocation
from bnpl_plugin.credit.servicing.money_in.prepayment import allocate_with_prepayment, answered, prepays
from bnpl_plugin.credit.servicing.parts import Component, Parts
from bnpl_plugin.credit.servicing.policy import OverpaymentUse, ServicingPolicy
from bnpl_plugin.credit.servicing.position.loan import LoanPosition
from bnpl_plugin.credit.servicing.position.transaction import Source, TransactionKind


def receive(position: LoanPosition, event: MoneyReceived, *, policy: ServicingPolicy) -> LoanPosition:
    """Return the position after money came in.

    What is past due is paid first, then what is due, then what is to come, as the policy's rule says for the source;
    what is left when nothing is owed any more is the shopper's overpayment.
    """
    on, amount = event.on, event.amount_minor
    payable = payable_on(position, on=on, policy=policy)
    answers = prepays(policy) and amount < payable.outstanding_minor
    if answers:
        before = caught_up(position, on=on, policy=policy)
        paid_rows, paid, left = allocate_with_prepayment(before, amount_minor=amount, on=on, policy=policy)
    else:
        before = payable
        way = Allocation(before.rows, amount_minor=amount, on=on, due_charges=_due_charges(before, on=on))
        way.run(policy.allocation, future=policy.allocation.future_for(event.source))
        paid_rows, paid, left = replace(before, rows=tuple(way.rows)), way.paid, way.left_minor
    after = replace(paid_rows, overpaid_minor=position.overpaid_minor + left).told(
        TransactionKind(event.source.value),
        event_id=event.id,
        on=on,
        amount_minor=amount,
        parts=paid,
        overpayment_minor=left,
    )
    return answered(before, after, on=on, policy=policy) if answers else caught_up(after, on=on, policy=policy)


def _due_charges(position: LoanPosition, *, on: date) -> Parts:
    return Parts(
        fee_minor=position.due_charges_minor(Component.FEE, on=on),
        penalty_minor=position.due_charges_minor(Component.PENALTY, on=on),
    )


def use_overpayment(position: LoanPosition, *, on: date, policy: ServicingPolicy) -> LoanPosition:
    """Return the position after an overpayment paid what has become owed, if the policy says so."""
    if not position.overpaid_minor or policy.overpayment is OverpaymentUse.KEPT_FOR_SHOPPER:
        return position
    way = Allocation(position.rows, amount_minor=position.overpaid_minor, on=on)
    way.run(policy.allocation, future=policy.allocation.future_for(Source.REPAYMENT))
    return replace(position, rows=tuple(way.rows), overpaid_minor=way.left_minor)
